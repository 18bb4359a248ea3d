"""Puts together the facts that one question to the rulebook rests on.

In: facts on record about a subject, a relation, an item, two agencies. Out: one mapping.
Never here: a decision, or a fact of the request: whoever asks adds those.
"""

from collections.abc import Collection, Mapping
from typing import Final

from hub.rulebook.rule import PERSON

DEMAND: Final = "demand_on_record"
TOLD_APART: Final = (PERSON, DEMAND)
NOTHING: Mapping[str, str] = {}


def facts_of(
    *,
    subject: Mapping[str, str],
    relation: Mapping[str, str],
    item: Mapping[str, str],
    poster: str,
    addressed: Collection[str],
    recipient: str,
    agencies: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """Return what is on record about showing an item to an agency.

    Args:
        subject: facts of the item's subject.
        relation: facts of that subject as seen from the recipient; what several agencies may each
            state, such as a holder's decision, or ask of each holder, under `fact:whose`.
        item: facts of the item, with `item_kind` and `item_status`.
        poster: who posted the item.
        addressed: whom it names to act on it.
        recipient: the agency that would be shown it.
        agencies: each agency's entry in the hub's register, as facts.
    """
    facts = {**subject, **_towards(relation, poster), **item}
    facts["own_record"] = "yes" if poster == recipient else "no"
    facts["addressed_to_recipient"] = "yes" if recipient in addressed else "no"
    facts.update(_of_scope("sender_", agencies.get(poster, NOTHING)))
    facts.update(_of_scope("recipient_", agencies.get(recipient, NOTHING)))
    return facts


def _towards(relation: Mapping[str, str], poster: str) -> dict[str, str]:
    """Return a relation's facts as they bear on what one agency posted.

    Facts told apart by whose they are stay out, save for what the poster itself decided, and for
    what was demanded of it.
    """
    facts = {name: value for name, value in relation.items() if ":" not in name}
    for name in TOLD_APART:
        towards = relation.get(f"{name}:{poster}")
        if towards is not None:
            facts[name] = towards
    return facts


def _of_scope(prefix: str, entry: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in entry.items() if name.startswith(prefix)}
