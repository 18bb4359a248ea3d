"""Fills an answer's holes, keeps the answer, and lets it go once its record is committed.

In: pieces of an answer and what belongs between them; later the record's id. Out: a digest; later
the bytes. Never here: a decision, an answer that is released twice.

The digest must be in the record, so the answer is built before the record is; it must not leave
before the record is committed, so it stays here until then. What is built and never released goes
after a minute, and is put on record too: nothing left but its digest.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from uuid import UUID

from contracts.base import Category, Payload
from contracts.concern import ConcernRaised
from contracts.enquiry import DesiredOutcomesRecorded
from contracts.labels import JSON, left_out, unmask
from hub.clock import Clock
from hub.disclosure.opening import Built, Fields, Hole, Missing, Wishes
from hub.disclosure.receipt import digest
from hub.disclosure.redact import fields_shown
from hub.ids import Source
from hub.ledger.opened import payload_of
from hub.ledger.record import UnavailableError, VaultRefusedError
from hub.vault.rows import Rows
from hub.vault.sealed import Envelopes
from hub.vault.using import Line

KEPT_MS: Final = 60_000
_MOST: Final = 2_000
_WISH: Final = {DesiredOutcomesRecorded.TYPE: "outcomes", ConcernRaised.TYPE: "wishes"}


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    digest: str
    lines: tuple[Line, ...]
    until_ms: int


class Builder:
    """Builds answers and keeps them until they are released. Safe to call from several threads."""

    def __init__(self, envelopes: Envelopes, rows: Rows, clock: Clock, source: Source) -> None:
        self._envelopes = envelopes
        self._rows = rows
        self._clock = clock
        self._source = source
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._lock = Lock()

    def build(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> Built:
        """Build an answer and keep it.

        Raises:
            SealError: an item was altered at rest.
            UnavailableError: too many answers are waiting to be released.
        """
        self.sweep()
        page = self._page(holes)
        if page.erased:
            return Built(b"", "", erased=True)
        body = page.body(chunks, holes)
        kept = _Kept(body, digest(body), page.lines, self._clock.now_ms() + KEPT_MS)
        handle = self._source.bytes(16)
        with self._lock:
            if len(self._kept) >= _MOST:
                raise UnavailableError("too many answers wait to be released")
            self._kept[handle] = kept
        return Built(handle, kept.digest, page.told)

    def release(self, handle: bytes, dis: UUID) -> bytes:
        """Return a kept answer, once its use is on record.

        Raises:
            VaultRefusedError: no committed record of this id has this digest and these items, or it
                was used.
            UnavailableError: there is no such answer any more.
        """
        with self._lock:
            kept = self._kept.pop(handle, None)
        if kept is None:
            raise UnavailableError("the vault no longer has this answer")
        if not self._rows.use(dis, kept.digest, kept.lines):
            self._unreleased(kept)
            raise VaultRefusedError("no committed, unused record covers this answer")
        return kept.body

    def sweep(self) -> None:
        """Drop what was never released, and put it on record."""
        now = self._clock.now_ms()
        while True:
            with self._lock:
                first = next(iter(self._kept.items()), None)
                if first is None or first[1].until_ms > now:
                    return
                del self._kept[first[0]]
            self._unreleased(first[1])

    def forget(self) -> None:
        """Drop every answer that waits: somebody in it was erased."""
        with self._lock:
            self._kept.clear()

    def _unreleased(self, kept: _Kept) -> None:
        places = [line.position for line in kept.lines]
        self._rows.opened("unreleased", items=len(places), positions=places, digest=kept.digest)

    def _page(self, holes: Sequence[Hole]) -> "_Page":
        rows = self._rows.sealed({f.position for hole in holes for f in _fields_of(hole)})
        return _Page({place: (self._payload(row), row) for place, row in rows.items()})

    def _payload(self, row: Mapping[str, Any]) -> Payload | None:
        token = self._envelopes.open(row)
        return None if token is None else payload_of(token)


class _Page:
    """The opened items of one answer, and what of them it tells."""

    def __init__(self, items: Mapping[int, tuple[Payload | None, Mapping[str, Any]]]) -> None:
        self._items = items
        self._lines: dict[int, frozenset[Category]] = {}
        self.told: int | None = None

    @property
    def erased(self) -> bool:
        """Return whether somebody in it has no key any more."""
        return any(payload is None for payload, _ in self._items.values())

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return what of which item it tells."""
        return tuple(
            Line(position, tuple(c.value for c in Category if c in told))
            for position, told in self._lines.items()
        )

    def body(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> bytes:
        """Return the answer with its holes filled."""
        if len(chunks) != len(holes) + 1:
            raise VaultRefusedError("an answer has one piece more than it has holes")
        filled = [*map(self._fill, holes), b""]
        return b"".join(p for pair in zip(chunks, filled, strict=True) for p in pair)

    def _fill(self, hole: Hole) -> bytes:
        """Return what belongs in a hole."""
        if isinstance(hole, Fields):
            shown = self._shown(hole)
            carried = unmask(hole.may) & unmask(self._items[hole.position][1]["categories"])
            self._tell(hole.position, carried)
            return _json(shown)
        if isinstance(hole, Missing):
            return _json(_left_out(self._payload_at(hole.position), hole))
        for item, head in zip(hole.items, hole.heads, strict=True):
            shown = self._shown(item)
            text = shown.get(_WISH.get(str(head.get("type")), ""))
            asked = shown.get("asked")
            if text is not None or asked is not None:
                self.told = item.position
                self._tell(item.position, frozenset({Category.CONCERN}))
                rest = {k: v for k, v in head.items() if k != "type"}
                return _json({"asked": asked, "text": text, **rest})
        return b"null"

    def _shown(self, hole: Fields) -> dict[str, JSON]:
        payload = self._payload_at(hole.position)
        return fields_shown(payload, unmask(hole.may), cleared=hole.cleared)

    def _payload_at(self, position: int) -> Payload:
        payload, _ = self._items.get(position, (None, {}))
        if payload is None:
            raise VaultRefusedError("there is no such item")
        return payload

    def _tell(self, position: int, categories: frozenset[Category]) -> None:
        self._lines[position] = self._lines.get(position, frozenset()) | categories


def _fields_of(hole: Hole) -> tuple[Fields | Missing, ...]:
    return hole.items if isinstance(hole, Wishes) else (hole,)


def _left_out(payload: Payload, hole: Missing) -> list[JSON]:
    """Return each field left out, with why: by the first category lacking that has an exemption."""
    found: list[JSON] = []
    for path, lacks in left_out(payload, unmask(hole.may), cleared=hole.cleared):
        first = next((c for c in Category if c in lacks and c in hole.exempt), None)
        if first is not None:
            found.append({"field": path, "category": first, **hole.exempt[first]})
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
