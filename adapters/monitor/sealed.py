"""Compares every leaf of the log with the row and the envelope it stands for, and the root.

In: rows, leaves, a checkpoint's note, the log's key, checkpoints that somebody kept.
Out: findings. Never here: I/O, an envelope opened.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from adapters.kit.errors import LogError
from adapters.kit.log import Checkpoint, Frontier, LogKey, leaf_hash, open_checkpoint
from adapters.monitor.finding import Finding
from adapters.monitor.rows import Row


def leaves(
    rows: Iterable[Row], entries: Iterable[bytes], heads: Sequence[Checkpoint]
) -> Iterator[Finding]:
    """Yield every row that is not as the log has it, and every checkpoint the log does not lead to.

    The largest of `heads` is the log's last; rows after it are waiting for their leaf.
    """
    size = max((head.size for head in heads), default=0)
    due = {head.size: head for head in heads}
    tree, place, waiting = Frontier(), 0, 0
    for place, (row, entry) in enumerate(zip_longest(rows, entries), start=1):
        if row is not None and entry is None and place > size:
            waiting += 1
            continue
        yield from _compared(place, row, entry)
        tree.add(leaf_hash(entry or b""))
        if place in due and tree.root() != due[place].root:
            yield Finding("log", str(place), "the leaves do not lead to the signed root")
    if place < size:
        yield Finding("log", str(size), f"the ledger ends at {place}, before what was signed")
    if waiting:
        yield Finding("log", str(place), f"{waiting} rows wait for their leaf", fault=False)


def heads(
    note: str | None, kept: Sequence[str], key: LogKey
) -> tuple[list[Checkpoint], list[Finding]]:
    """Return the checkpoints that hold, and a finding for each that does not."""
    found: list[Checkpoint] = []
    faults: list[Finding] = []
    for number, one in enumerate([note, *kept]):
        name = "the last checkpoint" if number == 0 else f"kept checkpoint {number}"
        if one is None:
            faults.append(Finding("log", name, "there is none", fault=bool(kept)))
            continue
        try:
            found.append(open_checkpoint(one, key))
        except LogError as refused:
            faults.append(Finding("log", name, str(refused)))
    return found, faults


def _compared(place: int, row: Row | None, entry: bytes | None) -> Iterator[Finding]:
    if row is None or row.position != place:
        yield Finding("log", str(place), "a row of the ledger is gone")
    elif row.envelope is None:
        yield Finding("envelope", str(place), "there is no envelope for this leaf")
    elif entry != _entry(row, row.envelope):
        yield Finding("envelope", str(place), "the leaf is not that of the row and its envelope")


def _entry(row: Row, envelope: bytes) -> bytes:
    lines = ["hub-leaf/v1", row.kind, *(b64encode(d).decode() for d in (envelope, row.commitment))]
    if row.partner is not None and row.pseq is not None:
        lines.append(f"{row.partner} {row.pseq}")
    return "".join(f"{line}\n" for line in lines).encode()
