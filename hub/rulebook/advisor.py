"""Answer "can I share?" from the facts so far, or ask the one next question that can change it.

In: recorded facts, a Rulebook, the London day. Out: Advice, in plain words with citations.
Never here: a release. Advice moves nothing and binds nobody; the desk decides again, on the record.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.base import Category
from hub.rulebook.analyse import exposures
from hub.rulebook.book import Rulebook
from hub.rulebook.cases import in_force_on
from hub.rulebook.check import DUTY
from hub.rulebook.decide import decide, weigh
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.explain import Sentence, explain
from hub.rulebook.rule import BIT, PERSON, SETS, Rule

ASSUMED: Mapping[str, str] = {"own_record": "no", "item_status": "live"}
"""What advice is about unless it is said otherwise: another agency's record that stands."""


FEW = 5
"""With no more rules open than this, the one that lacks least is followed up."""


class Verdict(StrEnum):
    """The advice for one category."""

    MUST_SHARE = "must_share"
    SHARE = "share"
    ASK_A_PERSON = "ask_a_person"
    DO_NOT_SHARE = "do_not_share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A fact that is not on record and can still change the advice, and the rule that reads it."""

    fact: str
    words: str
    values: Mapping[str, str]
    rule: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What may be shared on these facts, why, and what to find out next."""

    verdicts: Mapping[Category, Verdict]
    sentences: tuple[Sentence, ...]
    question: Question | None
    decision: Decision


def advise(facts: Mapping[str, str], rulebook: Rulebook, on: date) -> Advice:
    """Return advice on sharing one record with one agency.

    Args:
        facts: what is known; what ASSUMED holds is added unless it is there.
        rulebook: the law.
        on: the London day.
    """
    said = {**ASSUMED, **facts}
    decision = decide(said, rulebook, on)
    return Advice(
        verdicts=_verdicts(decision, rulebook),
        sentences=explain(decision, rulebook, audience="full"),
        question=next_question(said, rulebook, on),
        decision=decision,
    )


def next_question(
    facts: Mapping[str, str], rulebook: Rulebook, on: date, *, thorough: bool = False
) -> Question | None:
    """Return the one question to ask next, or None when no answer can change the verdicts.

    Facts whose absence a bar ignores, with a written reason, are asked only when `thorough`: a
    mark that nobody put on a record is taken not to be there.
    """
    law = in_force_on(rulebook, on)
    known = law.known({**ASSUMED, **facts}, ())
    reading = list(_deciding(law, known, decide(known, law, on), thorough=thorough))
    if not reading:
        return None
    often = Counter(fact for _, wanted in reading for fact in wanted)
    # The rule that lacks least, permits first; while many are open, what most of them read.
    rule, wanted = min(reading, key=lambda pair: (pair[0].forbids, len(pair[1]), pair[0].rank))
    if len(reading) > FEW:
        wanted = [often.most_common(1)[0][0]]
        rule = next(read for read, lacking in reading if wanted[0] in lacking)
    fact = max(wanted, key=lambda name: often[name])
    entry = law.vocabulary[fact]
    return Question(
        fact=fact,
        words=entry.question,
        values=entry.values,
        rule=rule.name,
        title=rule.file.title,
    )


def _verdicts(decision: Decision, rulebook: Rulebook) -> dict[Category, Verdict]:
    found: dict[Category, Verdict] = {}
    for category, outcome in decision.outcomes.items():
        verdict = Verdict.DO_NOT_SHARE
        if outcome is Outcome.REFER:
            verdict = Verdict.ASK_A_PERSON
        elif category in decision.shown:
            must = rulebook.rule(decision.lead[category]).file.tier == DUTY
            verdict = Verdict.MUST_SHARE if must else Verdict.SHARE
        found[category] = verdict
    return found


def _deciding(
    law: Rulebook, known: Mapping[str, str], decision: Decision, *, thorough: bool
) -> Iterator[tuple[Rule, list[str]]]:
    """Yield each rule that could still change a verdict, with the facts it has not been told."""
    open_to = _can_be_shown(law, known)
    must = {
        c for c in decision.shown if law.rule(decision.lead[c]).file.tier == DUTY
    }  # nothing stands above a duty
    for rule in law.rules:
        touches = SETS[rule.mask] & open_to - (must if rule.permits else frozenset())
        if rule.effect == "layer" or not touches or _spoken_against(rule, known):
            continue
        wanted = _untold(rule, known, thorough=thorough)
        if rule.permits:
            wanted += _lacking(law, rule, known, touches)
            if rule.blocks and PERSON in law.vocabulary and PERSON not in known:
                wanted.append(PERSON)
        if wanted:
            yield rule, list(dict.fromkeys(wanted))


def _can_be_shown(law: Rulebook, known: Mapping[str, str]) -> frozenset[Category]:
    """Return the categories that some completion of the facts would show."""
    given = {fact: frozenset({value}) for fact, value in known.items()}
    return frozenset(c for c in Category if next(exposures(law, c, given), None) is not None)


def _spoken_against(rule: Rule, known: Mapping[str, str]) -> bool:
    """Tell whether a recorded fact settles that the rule does not hold."""
    return any(c.fact in known and not c.verdicts[known[c.fact]] for c in rule.clauses)


def _untold(rule: Rule, known: Mapping[str, str], *, thorough: bool) -> list[str]:
    missing = [clause for clause in rule.clauses if clause.fact not in known]
    if rule.forbids and not thorough and any(c.unrecorded is False for c in missing):
        return []
    return [clause.fact for clause in missing]


def _lacking(
    law: Rulebook, rule: Rule, known: Mapping[str, str], touches: frozenset[Category]
) -> list[str]:
    """Return what the permit's layers have not been told, where none of them carries it yet."""
    index = law.index
    alive, waiting = index.weigh(known, (1 << len(law.rules)) - 1)
    fitting = alive & ~waiting & index.layers | index.free
    if not any(BIT[c] & ~index.covers(law.rules.index(rule), rule.mask, fitting) for c in touches):
        return []
    named = (law.by_id[layer] for layer in rule.layers if layer in law.by_id)
    return [
        clause.fact
        for layer in named
        if weigh(layer, known)[0] is None
        for clause in layer.clauses
        if clause.fact not in known
    ]
