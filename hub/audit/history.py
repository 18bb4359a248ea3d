"""Reads what was decided, with the facts as they were known then.

In: the ledger's headers, in order. Out: fact sets, each with how many released items rested on it;
for one answer, what each of its items was decided on, under the release then in force.
Never here: content, a payload; how an item's facts are found again (again), a query (dealt).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from psycopg import Connection

from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.audit.again import Again, Facts, Look
from hub.audit.dealt import dealt
from hub.audit.then import Then
from hub.ledger.releases import releases
from hub.rulebook import Decision
from hub.rulebook.releases import Releases
from hub.views.load import rows_after
from hub.views.rows import HeaderRow

BATCH = 5_000
_LOOKED = frozenset({"timeline", "disclosure"})
"""Ways of asking about one subject; a search that found nobody was about no one."""
History: TypeAlias = Sequence[tuple[Mapping[str, str], int]]


@dataclass(slots=True, kw_only=True)
class Past:
    """What was decided. Each set of facts comes once, with the items whose answer rested on it."""

    sets: History
    """Of items that were released."""
    refused: History
    """Of items that others had posted about whoever was asked about, when nothing was released. The
    register keeps no statement of a refused request but its purpose and demand: the usual is
    taken."""
    released: int
    not_reproduced: int
    """Released items whose recorded decision these facts do not give: decided under a release
    that is not in the ledger, or on a statement that the register does not keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one item of an answer was decided on. `decision` is None where it cannot be found."""

    position: int
    decision_id: str
    decision: Decision | None


def decided(connection: Connection[Any], law: Releases) -> Past:
    """Read the whole ledger. Memory grows with its events; time with its answers as well.

    Args:
        connection: one that may read.
        law: the releases whose decisions can be recognised by their ids.
    """
    return replay(dealt(connection, 0, 1), law)


def decided_by_one(connection: Connection[Any], hand: int, hands: int, upto: int) -> Past:
    """Read the ledger up to a position as one of several hands: of the answers, this one's share.

    What an answer rests on is asserted by events alone, and those each hand reads; `joined` then
    is what one hand would have found.

    Args:
        connection: one that may read.
        hand: which one this is, from 0.
        hands: how many there are.
        upto: the last position that counts.
    """
    return replay(dealt(connection, hand, hands, upto), releases(connection))


def joined(parts: Iterable[Past]) -> Past:
    """Put together what several hands found."""
    kept = list(parts)
    return Past(
        sets=_together(past.sets for past in kept),
        refused=_together(past.refused for past in kept),
        released=sum(past.released for past in kept),
        not_reproduced=sum(past.not_reproduced for past in kept),
    )


def _together(histories: Iterable[History]) -> History:
    counts: Counter[Facts] = Counter()
    for history in histories:
        for facts, times in history:
            counts[frozenset(facts.items())] += times
    return [(dict(facts), n) for facts, n in counts.items()]


def replay(rows: Iterable[HeaderRow], law: Releases) -> Past:
    """Fold header rows, in order, and gather what each released item was decided on."""
    then = Then()
    again = Again(then, law)
    sets: Counter[Facts] = Counter()
    refused: Counter[Facts] = Counter()
    unknown = 0
    for row in rows:
        if row.type_uri == DisclosureMade.TYPE:
            for facts, found in again.released(row):
                sets[facts] += 1
                unknown += found is None
        elif row.type_uri == DisclosureRefused.TYPE and row.routing["channel"] in _LOOKED:
            look = Look(again, row)
            for about in then.of.get(row.routing.get("subject") or "", ()):
                if about.kind.agency != row.partner:
                    refused[again.tries(about, look).usual] += 1
        then.learn(row)
    return Past(
        sets=[(dict(facts), n) for facts, n in sets.items()],
        refused=[(dict(facts), n) for facts, n in refused.items()],
        released=sets.total(),
        not_reproduced=unknown,
    )


def answer(rows: Iterable[HeaderRow], jti: str, law: Releases) -> tuple[HeaderRow, list[Decided]]:
    """Return an answer's entry, and what each of its items was decided on.

    Raises:
        KeyError: no row is that answer.
    """
    then = Then()
    again = Again(then, law)
    for row in rows:
        if row.jti == jti and row.partner is not None:
            items = row.routing.get("items", ())
            found = zip(items, again.released(row), strict=True)
            return row, [
                Decided(position=item["position"], decision_id=item["decision"], decision=decision)
                for item, (_, decision) in found
            ]
        then.learn(row)
    raise KeyError(jti)


def every_row(connection: Connection[Any]) -> Iterator[HeaderRow]:
    """Yield the ledger's headers, in order."""
    position = 0
    while rows := rows_after(connection, position, BATCH):
        yield from rows
        position = rows[-1].position
