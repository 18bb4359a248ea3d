"""Asks whether a header says what its event says: the front door's own work, done once more.

In: a row, its opened token, the agencies as they stood. Out: yes or no.
Never here: a signature (verify_opened), a second way to draft an event.

The log's leaf covers a row's envelope, its kind and its partner's number. What else a header says,
and above all its routing and its facts, decides who is shown what; so it is derived again from the
token and compared whole: a fact left out is found as one put in is, though `fact_current` was
altered to match.

Which facts count, and for how long, is said by the vocabulary of the rulebook in use when the event
came. Under another release the answer may differ; a row from before the last answer that was given
under one is held to less: it says nothing that the event does not. How many those are is reported.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import Connection

from contracts.base import Payload
from contracts.catalogue import latest
from hub.intake.agencies import AgencyRegister
from hub.intake.identifiers import Identifier, read_sub_id
from hub.ledger.draft import draft
from hub.ledger.opened import claims_of
from hub.ledger.record import Draft
from hub.ledger.resolve import assertions
from hub.rulebook import Rulebook

IAT_EARLY_MS: Final = 60_000
"""An event may be signed by a clock that is this far ahead of the hub's (trust layer, `iat`)."""
_OTHERS: Final[LiteralString] = (
    "SELECT coalesce(max(position), 0) FROM ledger.header"
    " WHERE kind = 'disclosure' AND routing->>'rulebook' <> %s"
)
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
    """Compares headers with their events, under one release of the rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._exact_after = 0
        self.held_to_less = 0

    def begin(self, connection: Connection[Any]) -> None:
        """Read up to where another release was in use."""
        row = connection.execute(_OTHERS, [self._rulebook.sha256]).fetchone()
        self._exact_after = 0 if row is None else row[0]

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
        expected = self._drafted(row, token, claims, payload, agencies)
        return _alike(row, expected) and self._facts(row, payload, expected)

    def _drafted(
        self,
        row: Row,
        token: bytes,
        claims: Mapping[str, Any],
        payload: Payload,
        agencies: AgencyRegister,
    ) -> Draft:
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
        return draft(
            stored,
            poster_kind="" if poster is None else poster.kind,
            vocabulary=self._rulebook.vocabulary,
        )

    def _facts(self, row: Row, payload: Payload, expected: Draft) -> bool:
        made = [
            [a.key, a.fact, a.value, a.expires_at] for a in assertions(expected, row["subject"])
        ]
        if row["facts"] == made:
            return True
        if row["position"] > self._exact_after:
            return False
        self.held_to_less += 1
        return _no_more(row, payload)


def _alike(row: Row, expected: Draft) -> bool:
    return all(
        row[name] == getattr(expected, name)
        for name in ("kind", "categories", "routing", "partner")
    )


def _no_more(row: Row, payload: Payload) -> bool:
    """Return whether a header puts nothing on record that its event does not state."""
    stated = {(fact.name, fact.value) for fact in payload.facts()}
    return {(fact.partition(":")[0], value) for _, fact, value, _ in row["facts"]} <= stated
