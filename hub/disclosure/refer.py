"""Names who must hear that a request waits for a person: the holders, and who leads the case.

In: a refused request with its decisions. Out: agencies that may know of the subject.
Never here: what was asked in words, a notice (the views make it), or an agency from which a silent
rule keeps that there is anything: being asked about somebody would tip it off.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from hub.clock import london_day
from hub.disclosure.ask import Ask
from hub.disclosure.weigh import NO_FACTS, Scales
from hub.ledger.read import Known, facts
from hub.ledger.record import agency_key, relation_key, subject_key
from hub.rulebook import Decision
from hub.rulebook.rule import PERSON
from hub.views.question import facts_of
from hub.views.read_items import ClassOfItems
from hub.views.read_roles import leads_of

MOST: Final = 40
"""As many agencies as one register entry may name."""
DECIDE_S: Final = 3 * 86_400
"""How long a holder has to decide on a request that waits for a person (product choice)."""
_REQUEST: Final = {"item_kind": "disclosure", "item_status": "live"}
"""That somebody asked, as an item the hub would state."""


async def to_be_told(
    connection: AsyncConnection[Any],
    ask: Ask,
    classes: Sequence[tuple[ClassOfItems, Decision]],
    scales: Scales,
    now: int,
) -> tuple[str, ...]:
    """Return whom a refused request waits for; nobody where no person could say yes."""
    on = london_day(now)
    holders = {one.poster for one, decision in classes if _waits(decision, scales, on)}
    if not holders:
        return ()
    leads = await leads_of(connection, str(ask.subject), now)
    agencies = sorted({*holders, *leads} - {ask.partner})
    known = await facts(connection, _keys(ask.subject, agencies), now)
    told = [a for a in agencies if not scales.hidden(about_asking(a, ask.subject, known), on)]
    return tuple(told[:MOST])


def _waits(decision: Decision, scales: Scales, on: date) -> bool:
    """Return whether a person's yes, which is not on record, is all that is lacking."""
    if decision.shown or PERSON in decision.facts:
        return False
    return bool(scales.decision({**decision.facts, PERSON: "share"}, on).shown)


def _keys(subject: UUID, agencies: Sequence[str]) -> list[str]:
    relations = [relation_key(subject, agency) for agency in agencies]
    return [subject_key(subject), *relations, *(agency_key(agency) for agency in agencies)]


def about_asking(agency: str, subject: UUID, known: Known) -> dict[str, str]:
    """Return the facts on which it rests whether an agency may hear that somebody asked."""
    return facts_of(
        subject=known.facts.get(subject_key(subject), NO_FACTS),
        relation=known.facts.get(relation_key(subject, agency), NO_FACTS),
        item=_REQUEST,
        poster="hub",
        addressed=(agency,),
        recipient=agency,
        agencies={agency: known.facts.get(agency_key(agency), NO_FACTS)},
    )
