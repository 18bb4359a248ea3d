"""Deals out the ledger's headers to whoever looks through its past: events to all, answers to one.

In: a connection that may read. Out: header rows, in order, with what the past rests on alone.
Never here: what an answer rested on (again), or a row that nobody is dealt.

A header's routing is most of its bytes, and most of that is which rules an answer named. Nothing
here asks for them, so they are passed over rather than read: that is half of a row's cost.
"""

from collections.abc import Iterator
from typing import Any, Final, TypedDict

from msgspec import json
from psycopg import Connection

from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.views.rows import HeaderRow

_BATCH: Final = 5_000
_EVER: Final = 2**63 - 1
_ROWS: Final = (
    "SELECT position, agency, CASE WHEN partner IS NULL THEN jti::text END,"
    " CASE WHEN partner IS NULL THEN subject::text END, type, recorded_at, routing::text,"
    " CASE WHEN partner IS NULL THEN facts::text END, partner FROM ledger.header"
    " WHERE position > %s AND position <= %s AND (partner IS NULL OR position %% %s = %s)"
    " ORDER BY position LIMIT %s"
)
"""No past rests on an answer's id or number, on when something occurred, or on categories."""

_ANSWERS: Final = frozenset({DisclosureMade.TYPE, DisclosureRefused.TYPE})


class _Shown(TypedDict):
    position: int
    decision: str


class _Event(TypedDict, total=False):
    about: Any
    addressees: list[str]


class _Answer(TypedDict, total=False):
    purpose: str
    legal_demand: str
    channel: str
    rulebook: str
    subject: str | None
    break_glass: str | None
    items: list[_Shown]


routed: Final = json.Decoder(_Event).decode
"""Reads what an event is routed by: as much as is asked for."""
answered: Final = json.Decoder(_Answer).decode
"""The same of an answer. Other events name items too, and otherwise."""
facts: Final = json.Decoder(list[tuple[str, str, str, int | None]]).decode
"""Reads the facts an event asserts."""


def dealt(
    connection: Connection[Any], hand: int, hands: int, upto: int = _EVER
) -> Iterator[HeaderRow]:
    """Yield the rows that one of several hands is dealt, in order.

    Args:
        connection: one that may read.
        hand: which one, from 0.
        hands: how many there are.
        upto: the last position that counts.
    """
    after = 0
    with connection.cursor() as cursor:
        while rows := cursor.execute(_ROWS, [after, upto, hands, hand, _BATCH]).fetchall():
            for position, agency, jti, subject, type_uri, recorded, routing, said, partner in rows:
                read = answered if type_uri in _ANSWERS else routed
                yield HeaderRow(
                    position, agency, jti or "", subject or "", type_uri, 0, recorded, 0,
                    read(routing), facts(said) if said else (), partner, None,
                )  # fmt: skip
            after = rows[-1][0]
