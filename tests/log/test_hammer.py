"""Readers hold the log to its word while it is being written: every proof leads where it must.

After Tessera's hammer: inclusion and consistency are verified from stored tiles, without a lock,
while rows come in and are sequenced.
"""

import random
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic, sleep

from hub.ledger import merkle
from hub.ledger.checkpoint import Checkpoint, open_checkpoint
from hub.ledger.leaf import unpack
from hub.ledger.logrows import read_bundles
from hub.ledger.merkle import WIDTH, leaf_hash, range_hash, tiles_for
from hub.ledger.sequencer import connect
from hub.ledger.tiles import read_tiles
from tests.log.world import LogWorld

ROUNDS, ROWS, READERS = 40, 23, 2


def read_on(log: LogWorld, stop: Event, seed: int, heads: list[Checkpoint]) -> None:
    """Verify from one checkpoint to the next, until the writing is over."""
    draw = random.Random(seed)  # noqa: S311 - which leaf is looked at
    before: Checkpoint | None = None
    with connect(log.url) as session:
        while not (stop.is_set() and before is not None and before.size == ROUNDS * ROWS):
            row = session.execute(
                "SELECT note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
            ).fetchone()
            if row is None:
                continue
            head = open_checkpoint(row[0], log.key.verifier)
            index = draw.randrange(head.size)
            entry = unpack(read_bundles(session, [index // WIDTH])[index // WIDTH])[index % WIDTH]
            path = merkle.inclusion(index, head.size)
            tiles = read_tiles(session, tiles_for(path))
            proof = [range_hash(tiles, one) for one in path]
            merkle.verify_inclusion(index, head.size, leaf_hash(entry), proof, head.root)
            if before is not None and before.size < head.size:
                ranges = merkle.consistency(before.size, head.size)
                tiles = read_tiles(session, tiles_for(ranges))
                steps = [range_hash(tiles, one) for one in ranges]
                merkle.verify_consistency(before.size, head.size, before.root, head.root, steps)
            if before != head:
                heads.append(head)
            before = head


def stops_at(last: int, stop: Event) -> Callable[[int], None]:
    """Return what ends the sequencing once the log is as long as it becomes."""

    def moved(size: int) -> None:
        if size == last:
            stop.set()

    return moved


def caught_up(seen: list[list[Checkpoint]], size: int, broken: list[BaseException]) -> None:
    """Let the readers come as far as the rows: a slow one would see the end alone."""
    over_s = monotonic() + 30
    while not broken and monotonic() < over_s:
        if all(heads and heads[-1].size >= size for heads in seen):
            return
        sleep(0.005)


def test_every_proof_holds_while_the_log_is_being_written(log: LogWorld) -> None:
    stop, over = Event(), Event()
    seen: list[list[Checkpoint]] = [[] for _ in range(READERS)]
    broken: list[BaseException] = []

    def reading(n: int) -> None:
        try:
            read_on(log, over, n, seen[n])
        except BaseException as wrong:  # noqa: BLE001 - told below, by the thread that asserts
            broken.append(wrong)

    one = log.sequencer(every_s=0.01, on_moved=stops_at(ROUNDS * ROWS, stop))
    threads = [Thread(target=one.run, args=(log.url, stop))]
    threads += [Thread(target=reading, args=(n,)) for n in range(READERS)]
    for thread in threads:
        thread.start()
    for n in range(1, ROUNDS + 1):
        log.rows(ROWS)
        if n % 8 == 0:
            caught_up(seen, n * ROWS, broken)
    threads[0].join(60)
    over.set()
    for thread in threads:
        thread.join(60)
    assert broken == []
    assert all(heads[-1].size == ROUNDS * ROWS for heads in seen)
    assert all(len(heads) >= ROUNDS // 8 for heads in seen)
    assert log.found() == set()
