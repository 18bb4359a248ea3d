"""What may be given to the person an item is about, and why the rest is left out. Pure.

In: an item as decided for the agency that answers, under the rulebook. Out: the same item as
decided for the person, with an exemption for each category left out.
Never here: I/O. Nothing is given that the agency itself may not be shown at this moment.

The person is nobody's agency: the law is read with its bars and the one permit that serves them,
as towards a reader who holds no part in the case. While the police ask that nobody implicated be
told, the person counts as implicated, whoever they are: nobody but the police can say otherwise.
Source: UK GDPR art 15; DPA 2018 Sch 2 and 3, which lift the duty case by case.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from contracts.base import Category
from contracts.disclosure import DisclosedItem
from contracts.identity import SubjectDescribed
from contracts.telling import SubjectAccessRequested
from hub.disclosure.weigh import Scales, Weighed
from hub.rulebook import Decision, Rulebook
from hub.rulebook.rule import PERSON

PERMIT: Final = "subject-access"
HELD_BACK: Final = frozenset({"x-tipping-off", "x-tipping-off-employer", "x-retracted"})
"""Where one of these bites, an item is not mentioned: not even to the officer, who may hand the
whole answer on. What was taken back may be about somebody else."""
PLAIN: Final = frozenset({SubjectDescribed.TYPE, SubjectAccessRequested.TYPE})
"""What the person knows, having said it: it tells of no investigation."""
HEALTH_PROFESSIONALS: Final = frozenset({"nhs_trust", "gp"})
_SOCIAL: Final = frozenset({Category.CONCERN, Category.HEALTH, Category.OUTCOME})


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why something is left out: for the officer, who may judge otherwise from their own file."""

    exemption: str
    provision: str
    cite: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Weighed):
    """One item as the person may be given it."""

    own: bool
    """The agency that answers posted it, so its officer may read why anything is left out."""
    exempt: Mapping[Category, Exemption]

    def recorded(self) -> DisclosedItem:
        """Return the register's line, with the exemption each category was left out by."""
        line = super(Given, self).recorded()
        exempt = tuple(f"{c}={self.exempt[c].exemption}" for c in Category if c in self.exempt)
        return line.model_copy(update={"exempt": exempt})


def persons_law(rulebook: Rulebook) -> Rulebook:
    """Return the law towards the person. Its decisions say so by their release."""
    rules = tuple(r for r in rulebook.rules if r.effect != "permit" or r.id == PERMIT)
    return replace(rulebook, rules=rules, release=f"{rulebook.release}-to-the-person")


def given(weighed: Weighed, partner: str, scales: Scales, on: date) -> Given:
    """Decide an item for the person.

    Args:
        weighed: as decided for the agency that answers, at this moment.
        partner: that agency.
        scales: of `persons_law`.
        on: the London day.
    """
    own = weighed.candidate.posted_by == partner
    decision = scales.decision(_towards_person(weighed, own=own), on)
    tests = _tests(decision.facts)
    may = (weighed.may & decision.shown) - tests.keys()
    shown = weighed.shown & may
    if not shown - {Category.EXISTENCE}:
        may = shown = frozenset()
    kept = {name.partition("@")[0] for name in decision.forbids} & HELD_BACK
    exempt: dict[Category, Exemption] = {}
    if not kept:
        left = weighed.shown - shown - {Category.EXISTENCE}
        sayable = left if own else left & (decision.nameable | tests.keys())
        exempt = {c: _exemption(c, decision, tests, scales.rulebook) for c in sayable}
    if exempt and not shown:
        may = shown = frozenset({Category.EXISTENCE})  # that it is there, and why no more is given
    known = {field.name: getattr(weighed, field.name) for field in fields(Weighed)}
    changed = {"decision": decision, "may": may, "shown": shown}
    return Given(**{**known, **changed}, own=own, exempt=MappingProxyType(exempt))


def _towards_person(weighed: Weighed, *, own: bool) -> dict[str, str]:
    """Return the facts of a decision about the agency as they are about the person."""
    about = {n: v for n, v in weighed.decision.facts.items() if not n.startswith("recipient_")}
    held = about.get("hold") == "active" and weighed.candidate.type_uri not in PLAIN
    if own:
        about[PERSON] = "share"  # the officer who goes through it, field by field
    return about | {
        "own_record": "no",
        "addressed_to_recipient": "no",
        "role_on_case": "none",
        "recipient_implicated": "yes" if held else "no",
    }


def _tests(facts: Mapping[str, str]) -> dict[Category, str]:
    """Return what waits for a test of serious harm, which no rule can make."""
    waits: dict[Category, str] = {}
    if facts.get("sender_kind") not in HEALTH_PROFESSIONALS:
        waits[Category.HEALTH] = "health-opinion"
    if facts.get("why_no_consent") == "would_prejudice":
        waits |= dict.fromkeys(_SOCIAL, "serious-harm")
    return waits


def _exemption(
    category: Category, decision: Decision, tests: Mapping[Category, str], law: Rulebook
) -> Exemption:
    """Return why a category is left out: by a test, by a rule, or by what kind of thing it is."""
    table = exemptions()
    named = (tests.get(category), decision.lead.get(category), str(category))
    key = next((name for name in named if name in table), None)
    return _by_rule(decision, category, law) if key is None else table[key]


def _by_rule(decision: Decision, category: Category, law: Rulebook) -> Exemption:
    """Return an exemption that is named by the rule's own power."""
    rule = decision.lead.get(category)
    if rule is None:
        return NO_RULE
    file = law.by_id[rule].file
    return Exemption(rule, file.basis.power, file.basis.cite[0], file.title)


NO_RULE: Final = Exemption(
    "no-basis",
    "UK GDPR art 15",
    "https://www.legislation.gov.uk/eur/2016/679/article/15",
    "No rule opens it to the person.",
)


@cache
def exemptions() -> Mapping[str, Exemption]:
    """Return the table that comes with the package, read once."""
    text = (files("hub.rulebook") / "law" / "exemptions.toml").read_text("utf-8")
    return {
        key: Exemption(row["exemption"], row["provision"], row["cite"], row["words"])
        for key, row in tomllib.loads(text).items()
    }
