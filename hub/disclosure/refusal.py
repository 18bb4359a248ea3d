"""Says why nothing leaves: in the register's closed words, and by which rules.

In: what was found, the rulebook. Out: a reason code, and the names of the rules that decided it.
Never here: the words for whoever asked (render), or a rule that bit on something else.
"""

from collections.abc import Iterator

from contracts.base import Category
from contracts.disclosure import ReasonCode
from hub.disclosure.interest import RULE
from hub.disclosure.look import Found
from hub.rulebook import Decision, Rulebook
from hub.rulebook.decision import Outcome
from hub.rulebook.rule import BIT

_ONLY_EXISTENCE = frozenset({Category.EXISTENCE})


def reason(found: Found, rulebook: Rulebook) -> ReasonCode:
    """Return why nothing leaves.

    A bar is the reason only where a bar decided: nearly every item has a category that some bar
    takes out, and that alone refuses nobody.
    """
    if found.barred:
        return "own_conflict"
    if found.hidden_by:
        return "bar"
    if not found.decisions:
        return "nothing_to_show"
    if found.refer_to:
        return "person_must_decide"
    bars = {bar for decision in found.decisions for bar in _bars(decision, rulebook)}
    if any(bar.startswith("x-capacity-refusal@") for bar in bars):
        return "consent_refused_no_override"
    return "bar" if bars else "no_gateway"


def rules(found: Found, rulebook: Rulebook) -> tuple[str, ...]:
    """Return the rules that decided it: the bars, or the gateways that wait for a person."""
    if found.barred:
        return (rulebook.rule(RULE).name,)
    named = {bar for decision in found.decisions for bar in _bars(decision, rulebook)}
    named |= set(found.hidden_by)
    if found.refer_to:
        named |= {gateway for decision in found.decisions for gateway in _waiting(decision)}
    return tuple(sorted(named))


def _bars(decision: Decision, rulebook: Rulebook) -> Iterator[str]:
    """Yield the forbids that cover that there is anything, or all else that a permit covers."""
    existence = decision.lead.get(Category.EXISTENCE)
    barred = any(_id(forbid) == existence for forbid in decision.forbids)
    taken: set[str] = set()
    if decision.shown == _ONLY_EXISTENCE:
        lost = decision.nameable | decision.silent
        taken = {lead for category, lead in decision.lead.items() if category in lost}
    for forbid in decision.forbids:
        covers = barred and rulebook.rule(forbid).mask & BIT[Category.EXISTENCE]
        if covers or _id(forbid) in taken:
            yield forbid


def _waiting(decision: Decision) -> Iterator[str]:
    if decision.outcomes[Category.EXISTENCE] is Outcome.REFER:
        lead = decision.lead[Category.EXISTENCE]
        yield from (permit for permit in decision.permits if _id(permit) == lead)


def _id(name: str) -> str:
    return name.partition("@")[0]
