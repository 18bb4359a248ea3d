"""What a duty that is enacted and not in force would have opened, had it been in force.

In: the try-out's ledger, as an officer on the hub's own machine reads it. Out: who would have been
shown what. Never here: a change to anything, or a fact assumed in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from psycopg import connect

from contracts.base import Category
from hub.audit.history import History, decided
from hub.ledger.releases import releases
from hub.rulebook.cases import commenced
from hub.rulebook.whatif import whatif
from hub.views.days import ends_at

RULE: Final = "child-duty-16LA"
ASSUMED: Final[Mapping[str, str]] = {
    "child_welfare": "relevant",
    "detriment_to_child": "not_greater",
}
"""What a practitioner would have had to record, and nobody could while there is no such duty."""


@dataclass(frozen=True, slots=True)
class WouldHave:
    """What an agency of one kind, which was refused, would have been shown of another's records.

    `times`: how often; the same record counts each time it was asked for.
    """

    to: str
    of: str
    about: str
    times: int
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Commenced:
    """What a rule would have changed, of all that was decided."""

    rule: str
    title: str
    cite: str
    looked_at: int
    would_have: tuple[WouldHave, ...]


def had_it_been_in_force(dsn: str, today: date) -> Commenced:
    """Replay the ledger's refusals with the facts of their time, under the law with the duty."""
    with connect(dsn) as connection:
        released = releases(connection)
        past = decided(connection, released)
    law = released.at(ends_at(today) - 1)
    draft = commenced(law, RULE, today)
    found = []
    asked = [one for one in past.refused if _of_a_child(one[0])]
    sets = sorted(asked, key=lambda one: _whose(one[0]))
    for (to, of, about), group in groupby(sets, key=lambda one: _whose(one[0])):
        history: History = list(group)
        report = whatif(history, law, draft, today, assume=ASSUMED)
        gained = tuple(c for c in Category if report.gained[c] and c is not Category.EXISTENCE)
        if gained:
            found.append(WouldHave(to, of, about, report.gained[Category.EXISTENCE], gained))
    file = law.rule(RULE).file
    return Commenced(
        rule=RULE,
        title=file.title,
        cite=file.basis.power,
        looked_at=sum(weight for _, weight in asked),
        would_have=tuple(found),
    )


def _of_a_child(facts: Mapping[str, str]) -> bool:
    """Return whether it makes sense to assume that a record bears on a child."""
    return facts.get("subject_kind") == "child" or facts.get("child_at_risk") == "yes"


def _whose(facts: Mapping[str, str]) -> tuple[str, str, str]:
    known = (facts.get(name, "other") for name in ("recipient_kind", "sender_kind", "subject_kind"))
    to, of, about = known
    return to, of, about
