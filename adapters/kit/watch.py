"""Keeps an eye on the hub's log: each receipt is proved against it, and it must only ever grow.

In: receipts, what the hub serves of its log, the log's pinned key. Out: checkpoints that hold.
Never here: a checkpoint taken without seeing that it continues the last one kept.
"""

from typing import Final
from urllib.parse import quote

import httpx

from adapters.kit.answers import problem
from adapters.kit.edge import Edge
from adapters.kit.errors import LogError
from adapters.kit.log import (
    TILE_WIDTH,
    Checkpoint,
    LogKey,
    check_growth,
    check_inclusion,
    leaf_hash,
    open_checkpoint,
    read_proof,
)
from adapters.kit.receipts import DisclosureReceipt
from adapters.kit.store import Store
from adapters.kit.wire import Request, Wire, json_of

KEPT: Final = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"


class LogWatch:
    """One agency's eye on one log."""

    def __init__(self, wire: Wire, store: Store, edge: Edge, *, agency: str, key: LogKey) -> None:
        self._wire = wire
        self._store = store
        self._edge = edge
        self._agency = agency
        self._key = key

    def kept(self) -> Checkpoint | None:
        """Return the last checkpoint that this agency saw and keeps."""
        rows = self._store.rows(KEPT)
        return open_checkpoint(rows[0][0], self._key) if rows else None

    def check(self) -> Checkpoint:
        """Fetch the latest checkpoint, see that the log only grew since the last one, and keep it.

        Raises:
            LogError: it did not, or what is served does not verify. Keep the store: it is proof.
        """
        return self._continued(self._get("/checkpoint").text)

    def prove(self, receipt: DisclosureReceipt) -> Checkpoint | None:
        """Check that the log holds the leaf of an answer; return the checkpoint it is under.

        None where the receipt promises one, the log has not got there, and it is not yet due.

        Raises:
            LogError: the log lacks it, or has another in its place. With the receipt, that proves
                a fault of the hub to anybody.
        """
        shown = json_of(self._get(f"/receipts/{quote(receipt.dis, safe='')}"))
        proof = shown.get("proof")
        if not isinstance(proof, str):
            if receipt.due is not None and self._edge.now() < receipt.due:
                return None
            raise LogError("the log does not hold an answer it has a receipt for")
        index, hashes, note = read_proof(proof)
        head = self._continued(note)
        entry = self._entry(receipt.index, head.size)
        named = f"\n{self._agency} {receipt.pseq}\n".encode()
        if index != receipt.index or not entry.endswith(named):
            raise LogError("the log has another leaf in the answer's place")
        check_inclusion(index, leaf_hash(entry), hashes, head)
        return head

    def _continued(self, note: str) -> Checkpoint:
        """Return a note's checkpoint once the log is seen to have only grown up to it."""
        new, old = open_checkpoint(note, self._key), self.kept()
        if old is not None and (old.size, old.root) == (new.size, new.root):
            return new
        if old is not None and old.size > new.size:
            check_growth(new, old, self._tile)
            return new
        if old is not None:
            check_growth(old, new, self._tile)
        self._store.rows("INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", new.size, note)
        return new

    def _entry(self, index: int, size: int) -> bytes:
        """Return one entry of the log, out of its bundle."""
        n, place = divmod(index, TILE_WIDTH)
        width = min(TILE_WIDTH, size - n * TILE_WIDTH)
        if width <= place:
            raise LogError("the log ends before the answer's place")
        bundle, at = self._get(f"/tile/entries/{_address(n, width)}").content, 0
        for _ in range(place):
            at += 2 + int.from_bytes(bundle[at : at + 2])
        return bundle[at + 2 : at + 2 + int.from_bytes(bundle[at : at + 2])]

    def _tile(self, level: int, n: int, width: int) -> bytes:
        return self._get(f"/tile/{level}/{_address(n, width)}").content

    def _get(self, path: str) -> httpx.Response:
        response = self._wire.call(Request("GET", path))
        if response.status_code == httpx.codes.NOT_FOUND:
            raise LogError("the hub does not show what its log must hold")
        if not response.is_success:
            raise problem(response)
        return response


def _address(n: int, width: int) -> str:
    """Return the address of a tile by its number. Source: C2SP tlog-tiles."""
    thousands, last = divmod(n, 1000)
    parts = [f"{last:03d}"]
    while thousands:
        thousands, part = divmod(thousands, 1000)
        parts.append(f"x{part:03d}")
    return "/".join(reversed(parts)) + ("" if width == TILE_WIDTH else f".p/{width}")
