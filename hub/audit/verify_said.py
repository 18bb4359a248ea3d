"""Asks whether a header says what its event says: the front door's own work, done once more.

In: a row, its opened token, the agencies as they stood. Out: yes or no.
Never here: a signature (verify_opened), a second way to draft an event.

The log's leaf covers a row's envelope, its kind and its partner's number. What else a header says,
and above all its routing and its facts, decides who is shown what; so it is derived again from the
token and compared whole: a fact left out is found as one put in is, though `fact_current` was
altered to match.

Which facts count, and for how long, is said by the vocabulary of the release in force when the
event came, which is learnt from the same rows. A row from before any release, or under one that
this software cannot read, is held to less: it says nothing that the event does not. How many those
are is reported.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from contracts.base import Payload
from contracts.catalogue import latest
from contracts.lawmaking import RulebookReleased
from hub.intake.agencies import AgencyRegister
from hub.intake.identifiers import Identifier, read_sub_id
from hub.ledger.draft import draft
from hub.ledger.opened import claims_of
from hub.ledger.record import Draft
from hub.ledger.resolve import assertions
from hub.rulebook.model import FactEntry
from hub.rulebook.releases import NotInForceError, Releases

IAT_EARLY_MS: Final = 60_000
"""An event may be signed by a clock that is this far ahead of the hub's (trust layer, `iat`)."""
LATE_S: Final = 60
"""An event may be recorded this long after the front door took it, and the law turned between."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What the ledger holds of an event. No Verified: that word is the front door's alone."""

    agency: str
    jti: str
    type_uri: str
    payload: Payload
    token: bytes
    signing_digest: bytes
    toe: int
    identifiers: tuple[Identifier, ...]


class Said:
    """Compares headers with their events, in order, under the law that was in force."""

    def __init__(self) -> None:
        self._law = Releases()
        self.held_to_less = 0

    def learn(self, row: Row, payload: Payload) -> None:
        """Keep what a row releases."""
        if isinstance(payload, RulebookReleased):
            said = payload.model_dump()
            self._law = self._law.add(row["position"], row["recorded_at"] // 1000, said)

    def agrees(self, row: Row, token: bytes, payload: Payload, agencies: AgencyRegister) -> bool:
        """Return whether a row's header is what its token makes of it."""
        claims = claims_of(token)
        same = (
            hashlib.sha256(token.rpartition(b".")[0]).digest() == bytes(row["digest"])
            and claims["jti"] == str(row["jti"])
            and claims["toe"] == row["occurred_at"]
            and set(claims["events"]) == {row["type"]}
            and row["subject"] == row["key_id"]
            and row["recorded_at"] >= claims["iat"] * 1000 - IAT_EARLY_MS
        )
        if row["type"] != latest(row["type"]):
            # It is read as a newer version, whose fields and facts differ.
            return same and _no_more(row, payload)
        if not same:
            return False
        stored = _Stored(
            agency=row["agency"],
            jti=claims["jti"],
            type_uri=row["type"],
            payload=payload,
            token=token,
            signing_digest=bytes(row["digest"]),
            toe=claims["toe"],
            identifiers=read_sub_id(claims["sub_id"]),
        )
        poster = agencies.find(row["agency"])
        kind = "" if poster is None else poster.kind
        expected = draft(stored, poster_kind=kind, vocabulary={})
        return _alike(row, expected) and self._facts(row, stored, kind)

    def _facts(self, row: Row, stored: _Stored, kind: str) -> bool:
        laws = self._vocabularies(row["recorded_at"] // 1000)
        for vocabulary in laws or [{}]:
            expected = draft(stored, poster_kind=kind, vocabulary=vocabulary)
            made = [
                [a.key, a.fact, a.value, a.expires_at] for a in assertions(expected, row["subject"])
            ]
            if row["facts"] == made:
                return True
        if laws:
            return False
        self.held_to_less += 1
        return _no_more(row, stored.payload)

    def _vocabularies(self, recorded_s: int) -> list[Mapping[str, FactEntry]]:
        """Return who may state what, by the law at an instant and just before it."""
        found = []
        for at_s in (recorded_s, recorded_s - LATE_S):
            with suppress(NotInForceError):
                found.append(self._law.at(at_s).vocabulary)
        return found


def _alike(row: Row, expected: Draft) -> bool:
    return all(
        row[name] == getattr(expected, name)
        for name in ("kind", "categories", "routing", "partner")
    )


def _no_more(row: Row, payload: Payload) -> bool:
    """Return whether a header puts nothing on record that its event does not state."""
    stated = {(fact.name, fact.value) for fact in payload.facts()}
    return {(fact.partition(":")[0], value) for _, fact, value, _ in row["facts"]} <= stated
