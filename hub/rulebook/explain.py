"""Put a decision into plain words with citations, in two renderings.

In: a Decision and the Rulebook it was made under. Out: sentences.
Never here: deciding, or a fact that is not in the decision.

The full rendering is for information governance and for the agency that posted the item. The
asker's rendering never tells of a silent forbid: where one hides the item, the asker reads exactly
what they would read if there were nothing, because that text rests only on what the asker is and
asked, never on the subject or the item. Where a lawful request is refused by a rule that may be
known, the asker learns that it is refused or waits for a person, and no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from contracts.base import Category, Scope
from hub.rulebook.book import Rulebook
from hub.rulebook.decide import weigh
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.rule import SETS, Rule

Audience: TypeAlias = Literal["full", "asker"]
Kind: TypeAlias = Literal[
    "shown",
    "refer",
    "withheld",
    "no_basis",
    "layer",
    "would_apply",
    "obligation",
    "nothing",
    "ask",
]

_OPENING: dict[Outcome, tuple[Kind, str]] = {
    Outcome.DISCLOSE: ("shown", "May be shared"),
    Outcome.REFER: ("refer", "A person must decide first"),
    Outcome.WITHHOLD: ("withheld", "Must not be shared"),
}
_UNSAID: dict[Outcome, tuple[Kind, str]] = {
    Outcome.REFER: ("refer", "A named person has to decide before anything can be said."),
    Outcome.WITHHOLD: ("withheld", "Your request is refused."),
}
UNCONFIRMED = "Not confirmed: nobody has yet checked this rule against its source."
"""Said wherever a rule of strength C is cited."""
_ASKERS_OWN = frozenset({Scope.RECIPIENT, Scope.REQUEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an explanation: its kind, its words, and the rule it rests on."""

    kind: Kind
    words: str
    rule: str | None = None
    title: str | None = None
    cite: tuple[str, ...] = ()
    strength: str | None = None
    """How firmly the rule's source was established: A seen, B second-hand, C unconfirmed."""


def explain(decision: Decision, rulebook: Rulebook, *, audience: Audience) -> tuple[Sentence, ...]:
    """Say in plain words what was decided and why.

    Args:
        decision: what was decided.
        rulebook: the release it was decided under.
        audience: `full` for those who may know every reason, `asker` for whoever asked.
    """
    if audience == "full":
        return tuple(_full(decision, rulebook))
    return tuple(_safe(decision, rulebook))


def did_not_apply(decision: Decision, rulebook: Rulebook) -> tuple[tuple[str, str], ...]:
    """Return (rule id, fact) for each rule in force that a recorded fact spoke against."""
    return tuple(
        (rule.id, next(_failed(rule, decision)))
        for rule in rulebook.rules
        if rule.in_force(decision.on) and weigh(rule, decision.facts)[0] is False
    )


def _full(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    yield from _grouped(decision, rulebook, frozenset(Category))
    lacking = [c for c in Category if decision.outcomes[c] is Outcome.NO_BASIS]
    if lacking:
        words = f"No legal basis was found for: {_phrases(rulebook, lacking)}."
        yield Sentence(kind="no_basis", words=words)
    yield from _layers(decision, rulebook)
    for rule_id in dict.fromkeys(rule_id for rule_id, _ in decision.missing):
        yield _would_apply(decision, rulebook, rulebook.rule(rule_id))
    yield from _obligations(decision, rulebook)


def _safe(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    """Tell what is shown and what may be named; hidden existence reads as nothing at all."""
    if Category.EXISTENCE in decision.shown:
        yield from _reasons(decision, rulebook)
        yield from _grouped(decision, rulebook, decision.nameable)
        yield from _obligations(decision, rulebook)
    elif Category.EXISTENCE in decision.nameable:
        # That it was refused may be said; naming the rule would say something of the person.
        kind, words = _UNSAID[decision.outcomes[Category.EXISTENCE]]
        yield Sentence(kind=kind, words=words)
    else:
        yield Sentence(kind="nothing", words="There is nothing that can be shown to you.")
        yield from _asks(decision, rulebook)


def _reasons(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    """Say why the asker sees what it sees, in words that no silent forbid changes.

    So the categories are not listed: one that is missing from the list would tell of a forbid.
    """
    left = decision.shown | decision.silent
    for name in decision.permits:
        rule = rulebook.rule(name)
        if rule.categories & left:
            left -= rule.categories
            yield _citing(rule, "shown", f"{rule.file.title}: {_plain(rule)}")


def _grouped(
    decision: Decision, rulebook: Rulebook, about: frozenset[Category]
) -> Iterator[Sentence]:
    """Yield one sentence for each outcome and the rule it rests on."""
    groups: dict[tuple[Outcome, str], list[Category]] = {}
    for category in Category:
        if category in about and category in decision.lead:
            key = (decision.outcomes[category], decision.lead[category])
            groups.setdefault(key, []).append(category)
    for (outcome, rule_id), categories in groups.items():
        kind, opening = _OPENING[outcome]
        rule = rulebook.rule(rule_id)
        words = f"{opening}: {_phrases(rulebook, categories)}. {rule.file.title}: {_plain(rule)}"
        yield _citing(rule, kind, words)


def _would_apply(decision: Decision, rulebook: Rulebook, rule: Rule) -> Sentence:
    facts = [fact for rule_id, fact in decision.missing if rule_id == rule.id]
    questions = " ".join(rulebook.vocabulary[fact].question for fact in facts)
    if rule.effect == "layer":
        what = "would be the data protection condition that is lacking"
    else:
        effect = "would permit" if rule.permits else "might forbid"
        what = f"{effect} {_phrases(rulebook, [c for c in Category if c in rule.categories])}"
    return _citing(rule, "would_apply", f"{rule.file.title}: {what}, if it were known: {questions}")


def _asks(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    """Yield what this asker could state in a request, whoever the request is about.

    It reads the asker's own facts only, so the text is the same for a hidden item and for nothing.
    It never hints at another purpose: what it is wanted for is not for choosing. Nor does it hint
    at who spoke up.
    """
    for rule in rulebook.rules:
        if not rule.permits or not rule.in_force(decision.on):
            continue
        if Category.WHISTLEBLOWER in rule.categories:
            continue
        own = [c for c in rule.clauses if rulebook.vocabulary[c.fact].scope in _ASKERS_OWN]
        requests = [c for c in own if rulebook.vocabulary[c.fact].scope is Scope.REQUEST]
        unmet = [c for c in own if not c.verdicts.get(decision.facts.get(c.fact, ""))]
        if "purpose" in decision.facts and any(c.fact == "purpose" for c in unmet):
            continue
        if unmet and all(c in requests for c in unmet):
            wanted = " ".join(rulebook.vocabulary[c.fact].question for c in unmet)
            yield _citing(rule, "ask", f"{rule.file.title} depends on what you state: {wanted}")


def _failed(rule: Rule, decision: Decision) -> Iterator[str]:
    for clause in rule.clauses:
        value = decision.facts.get(clause.fact)
        verdict = clause.unrecorded if value is None else clause.verdicts[value]
        if verdict is False:
            yield clause.fact


def _layers(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    """Say on what conditions of data protection law the answer rests, and which it lacked."""
    if any(o in {Outcome.DISCLOSE, Outcome.REFER} for o in decision.outcomes.values()):
        for name in decision.layers:
            rule = rulebook.rule(name)
            yield _citing(rule, "layer", f"Rests on: {rule.file.title}. {_plain(rule)}")
    for rule in rulebook.rules:
        if rule.permits and rule.in_force(decision.on) and weigh(rule, decision.facts)[0]:
            carried = _carried(decision, rulebook, rule)
            bare = [c for c in Category if c in rule.categories - carried]
            if bare:
                words = f"No data protection condition fits for: {_phrases(rulebook, bare)}."
                yield _citing(rule, "layer", f"{rule.file.title}: {words}")


def _carried(decision: Decision, rulebook: Rulebook, rule: Rule) -> frozenset[Category]:
    index = rulebook.index
    place = rulebook.rules.index(rule)
    alive, waiting = index.weigh(decision.facts, index.in_force(decision.on))
    fitting = alive & index.layers & ~waiting | index.free
    return SETS[index.covers(place, rule.mask, fitting)]


def _obligations(decision: Decision, rulebook: Rulebook) -> Iterator[Sentence]:
    for name in decision.obligations:
        yield Sentence(kind="obligation", words=rulebook.obligations[name].phrase)


def _citing(rule: Rule, kind: Kind, words: str) -> Sentence:
    doubt = f" {UNCONFIRMED}" if "C" in rule.file.strength else ""
    return Sentence(
        kind=kind,
        words=words + doubt,
        rule=rule.name,
        title=rule.file.title,
        cite=rule.file.basis.cite,
        strength=rule.file.strength,
    )


def _plain(rule: Rule) -> str:
    return " ".join(rule.file.plain.split())


def _phrases(rulebook: Rulebook, categories: list[Category]) -> str:
    return ", ".join(rulebook.categories[category].phrase for category in categories)
