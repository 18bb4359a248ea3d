"""Has witnesses cosign the log's checkpoints, and says when one has fallen silent.

In: stored checkpoints, a way to ask a witness. Out: cosignature lines, stored; alarms.
Never here: a wait that holds the log up. Publishing goes on without witnesses; whoever relies on
them asks for a quorum (`LogReader`).
"""

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from psycopg import Connection

from hub.ledger import merkle
from hub.ledger.checkpoint import COSIGNATURE, Checkpoint, NoteError, Verifier, open_note
from hub.ledger.logrows import Row, last_checkpoint
from hub.ledger.sequencer import connect
from hub.ledger.tiles import read_tiles

EVERY_S = 1.0
AGAIN_S = 600
"""A log that stands still is cosigned again after this time: its silence is vouched for, too."""
STALE_S = 3_600


class WitnessAheadError(Exception):
    """A witness has seen a log that this database does not hold: somebody rolled it back."""


@dataclass(slots=True)
class Witness:
    """A witness as the log knows it: where it is, its key, and what it has signed last."""

    url: str
    key: Verifier
    size: int = 0
    at_s: int = 0


def read_witnesses(setting: str) -> list[Witness]:
    """Return the witnesses in a setting: `URL VKEY`, by comma.

    Raises:
        NoteError: a vkey is none, or not a witness's.
    """
    found = []
    for one in filter(None, (part.strip() for part in setting.split(","))):
        url, _, vkey = one.partition(" ")
        key = Verifier.read(vkey.strip())
        if key.kind != COSIGNATURE:
            raise NoteError("not the key of a witness")
        found.append(Witness(url, key))
    return found


class Cosigning:
    """Goes round the witnesses. Not safe to share between threads."""

    def __init__(
        self,
        witnesses: Sequence[Witness],
        ask: Callable[[str, str], tuple[int, str]],
        *,
        now_s: Callable[[], int],
        on_trouble: Callable[[str, str], None],
    ) -> None:
        """Take witnesses, how to ask one, the time, and whom to tell of trouble (name, what)."""
        self._witnesses = witnesses
        self._ask = ask
        self._now_s = now_s
        self._on_trouble = on_trouble
        self._started_s = now_s()

    def run(self, url: str, stop: Event) -> None:
        """Go round until `stop` is set, whatever fails."""
        while not stop.is_set():
            try:
                with connect(url) as connection:
                    while not stop.wait(EVERY_S):
                        self.round(connection)
            except Exception as failed:  # noqa: BLE001 - the database may be away
                self._on_trouble("", type(failed).__name__)
                stop.wait(EVERY_S)

    def round(self, connection: Connection[Any]) -> int:
        """Ask each witness that is behind; return how many signed."""
        row = last_checkpoint(connection)
        if row is None:
            return 0
        return sum(self._visit(connection, witness, row) for witness in self._witnesses)

    def _visit(self, connection: Connection[Any], witness: Witness, row: Row) -> bool:
        now = self._now_s()
        if witness.size == row.size and now - witness.at_s < AGAIN_S:
            return False
        name = witness.key.name
        try:
            if self._signed(connection, witness, row):
                return True
        except (OSError, NoteError, WitnessAheadError) as failed:
            self._on_trouble(name, type(failed).__name__)
        if now - (witness.at_s or self._started_s) > STALE_S:
            self._on_trouble(name, "stale")
        return False

    def _signed(self, connection: Connection[Any], witness: Witness, row: Row) -> bool:
        if witness.size > row.size:
            raise WitnessAheadError("the log is smaller than what the witness has signed")
        status, words = self._ask(witness.url, _request(connection, witness.size, row))
        if status == 409:  # noqa: PLR2004 - it knows another size than we thought
            size = int(words) if words.strip().isdigit() else -1
            if size > row.size or size == witness.size:
                raise WitnessAheadError("the witness knows another log")
            witness.size = max(size, 0)
            status, words = self._ask(witness.url, _request(connection, witness.size, row))
        if status != 200:  # noqa: PLR2004
            raise NoteError("the witness refuses")
        text = row.note.partition("\n\n")[0] + "\n"
        _, (signed, *_) = open_note(f"{text}\n{words}", [witness.key])
        connection.execute(
            "INSERT INTO ledger.tlog_cosignature VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line,"
            " signed_at = excluded.signed_at",
            [row.size, witness.key.name, signed.line, signed.at_s],
        )
        witness.size, witness.at_s = row.size, self._now_s()
        return True


def _request(connection: Connection[Any], old: int, row: Row) -> str:
    hashes: list[bytes] = []
    if 0 < old < row.size:
        path = merkle.consistency(old, row.size)
        tiles = read_tiles(connection, merkle.tiles_for(path))
        hashes = [merkle.range_hash(tiles, one) for one in path]
    proof = b"".join(b2a_base64(one) for one in hashes)
    return f"old {old}\n{proof.decode()}\n{row.note}"


def covers(note: str, log: Verifier, witnesses: Sequence[Verifier], quorum: int) -> Checkpoint:
    """Return a checkpoint that the log and at least `quorum` of the witnesses have signed.

    Raises:
        NoteError: it is not.
    """
    text, signatures = open_note(note, [log, *witnesses])
    signers = {s.by for s in signatures}
    if log not in signers or len(signers - {log}) < quorum:
        raise NoteError("not signed by the log and a quorum of its witnesses")
    return Checkpoint.read(text)
