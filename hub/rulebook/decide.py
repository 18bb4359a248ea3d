"""Weigh every rule on the recorded facts, and say what may be shown and why. Semantics 1 and 2.

In: facts (name -> closed value), a Rulebook, the London day asked. Out: a Decision.
Never here: a clock, a database, a network, a log line, names, or text from an event.

Semantics 2 adds layers: a permit shows a category only where a layer it names fits for each article
of data protection law that the category needs. Under semantics 1 a permit needed none.

Held by properties in tests/rulebook/test_decide.py:
  * nothing is shown unless a permit covers it, and one forbid outweighs every permit;
  * a fact nobody recorded never widens sharing, save where a forbid says why it may be ignored;
  * the order of the rules never matters, and one more forbid never widens;
  * what is shown for any completion of the open facts is shown when they are left open.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from contracts.base import Category
from hub.rulebook.book import Rulebook
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.index import Index
from hub.rulebook.rule import BIT, OPEN, PERSON, SETS, Rule, Verdict

EXISTENCE = BIT[Category.EXISTENCE]
_PLACES = tuple(BIT.items())

Held: TypeAlias = tuple[Rule, int]
"""A permit that applies, and which of its categories a layer carries."""
Bar: TypeAlias = tuple[Rule, int, bool]
"""A forbid, what it still covers after yielding, and whether it bites (else: it refers)."""


class _Masks(NamedTuple):
    """How the categories fall, each field a bit mask of them."""

    covered: int  # by some permit
    disclosed: int
    referred: int
    withheld: int
    doubted: int  # by a forbid that waits for a fact
    silent: int


class _Weighed(NamedTuple):
    """What the rules say on these facts, before they are put together."""

    permits: list[Held]
    forbids: list[tuple[Rule, bool]]
    missing: list[tuple[str, str]]
    layers: int  # the bits of those that carry a permit
    lifting: int  # the bits of those that lift an obligation


def decide(
    facts: Mapping[str, str],
    rulebook: Rulebook,
    on: date,
    *,
    open_facts: frozenset[str] = frozenset(),
) -> Decision:
    """Decide every category of one item towards one agency.

    Args:
        facts: recorded facts; a name or value outside the vocabulary reads as not recorded.
        rulebook: the law to weigh.
        on: the London day asked; a rule counts from its first day up to but not on its last.
        open_facts: facts left open. The answer is then the entitlement: no completion of those
            facts shows more.
    """
    known = rulebook.known(facts, open_facts)
    index = rulebook.index
    weighed = _weigh_all(rulebook.rules, index, known, index.in_force(on))
    person = known.get(PERSON)
    permits = weighed.permits
    if person == "do_not_share":
        permits = [held for held in permits if not held[0].blocks]
    bars = _bars(permits, weighed.forbids)
    masks = _masks(permits, bars, decided=person in ("share", OPEN))
    spoken = _spoken_for(permits, masks)
    return Decision(
        release=rulebook.release,
        rulebook=rulebook.sha256,
        semantics=rulebook.semantics,
        on=on,
        facts=known,
        outcomes={category: _outcome(bit, masks) for category, bit in _PLACES},
        lead=_leads(permits, bars, masks),
        permits=tuple([rule.name for rule, _ in permits]),
        layers=tuple([rule.name for rule, _ in _at(rulebook.rules, weighed.layers)]),
        forbids=tuple([rule.name for rule, _, _ in bars]),
        missing=tuple(weighed.missing),
        obligations=_obligations(spoken, rulebook, weighed.lifting, decided=person == "share"),
        shown=SETS[masks.disclosed if masks.disclosed & EXISTENCE else 0],
        silent=SETS[masks.silent],
        nameable=SETS[masks.covered & (masks.withheld | masks.referred) & ~masks.silent],
    )


def weigh(rule: Rule, known: Mapping[str, str]) -> tuple[Verdict, Sequence[str]]:
    """Return whether the rule holds, and the facts it waits for if that is not known.

    One failed condition settles it; otherwise one unknown leaves it unknown (None). Facts must be
    closed values, as `Rulebook.known` leaves them. This is what a rule means; `Index.weigh` is how
    all of them are weighed at once.
    """
    waiting: list[str] = []
    for clause in rule.clauses:
        value = known.get(clause.fact)
        verdict = clause.unrecorded if value is None else clause.verdicts[value]
        if verdict is None:
            waiting.append(clause.fact)
        elif not verdict:
            return False, ()
    return (None, waiting) if waiting else (True, ())


def _weigh_all(
    rules: Sequence[Rule], index: Index, known: Mapping[str, str], active: int
) -> _Weighed:
    alive, waiting = index.weigh(known, active)
    fitting = alive & index.layers & ~waiting | index.free
    found = _Weighed([], [], [], 0, fitting & index.lifting)
    used = lacking = 0
    for rule, bit in _at(rules, alive & ~index.layers):
        if bit & waiting:
            found.missing.extend(_unknown(rule, known))
        if rule.effect == "forbid":
            found.forbids.append((rule, not bit & waiting))
        elif not bit & waiting:
            place = bit.bit_length() - 1
            covered = index.covers(place, rule.mask, fitting)
            layers = index.named[place]
            used |= layers & fitting
            if covered:
                found.permits.append((rule, covered))
            if covered != rule.mask:
                lacking |= layers & waiting
    for layer, _ in _at(rules, lacking):
        found.missing.extend(_unknown(layer, known))
    return found._replace(layers=used & ~index.free)


def _at(rules: Sequence[Rule], bits: int) -> Iterator[tuple[Rule, int]]:
    """Yield the rules whose bits are set, in the rulebook's order, each with its bit."""
    while bits:
        bit = bits & -bits
        bits ^= bit
        yield rules[bit.bit_length() - 1], bit


def _unknown(rule: Rule, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for clause in rule.clauses:
        if clause.unrecorded is None and clause.fact not in known:
            yield rule.id, clause.fact


def _bars(permits: Sequence[Held], forbids: Sequence[tuple[Rule, bool]]) -> list[Bar]:
    """Let each forbid yield: only to the duties it names, only for what they cover themselves."""
    bars: list[Bar] = []
    for rule, bites in forbids:
        left = rule.mask
        if rule.yields_to:
            for permit, covered in permits:
                if permit.id in rule.yields_to:
                    left &= ~covered
        if left:
            bars.append((rule, left, bites))
    return bars


def _masks(permits: Sequence[Held], bars: Sequence[Bar], *, decided: bool) -> _Masks:
    """Put permits and bars together: a bar outweighs every permit, and so does a doubt.

    A permit that asks for a person is as good as any other once that person decided to share.
    """
    covered = freely = withheld = doubted = silent = 0
    for rule, carried in permits:
        covered |= carried
        if decided or not rule.blocks:
            freely |= carried
    for rule, mask, bites in bars:
        if bites:
            withheld |= mask
        else:
            doubted |= mask
        if rule.silent:
            silent |= mask
    disclosed = freely & ~withheld & ~doubted
    referred = covered & ~withheld & ~disclosed
    return _Masks(covered, disclosed, referred, withheld, doubted, silent)


def _spoken_for(permits: Sequence[Held], masks: _Masks) -> list[Rule]:
    """Return the permits that lead in what goes out, as if no silent forbid took anything from it.

    An obligation missing from the answer would otherwise tell that something was taken out.
    """
    left = masks.disclosed | masks.referred
    if left:
        left |= masks.covered & masks.silent
    leading: list[Rule] = []
    for rule, carried in permits:
        if carried & left:
            leading.append(rule)
            left &= ~carried
    return leading


def _obligations(
    spoken: Sequence[Rule], rulebook: Rulebook, lifting: int, *, decided: bool
) -> tuple[str, ...]:
    """Return what comes with what goes out, less what a fitting exemption lifts.

    A person who has decided is no longer waited for.
    """
    owed = {name for rule in spoken for name in rule.file.obligations}
    if decided:
        owed = {name for name in owed if not rulebook.obligations[name].blocks_release}
    for layer, _ in _at(rulebook.rules, lifting):
        if not owed.isdisjoint(layer.file.lifts):
            owed = owed.difference(layer.file.lifts).union(layer.file.obligations)
    return tuple(sorted(owed))


def _outcome(bit: int, masks: _Masks) -> Outcome:
    if masks.disclosed & bit:
        return Outcome.DISCLOSE
    if masks.withheld & bit:
        return Outcome.WITHHOLD
    return Outcome.REFER if masks.referred & bit else Outcome.NO_BASIS


def _leads(permits: Sequence[Held], bars: Sequence[Bar], masks: _Masks) -> dict[Category, str]:
    """Name the rule each outcome rests on: the first in the rulebook's order that settles it."""
    lead: dict[Category, str] = {}
    doubted = masks.referred & masks.doubted
    for category, bit in _PLACES:
        if bit & (masks.withheld | doubted):
            bites = bool(bit & masks.withheld)
            lead[category] = next(r.id for r, mask, sure in bars if mask & bit and sure is bites)
        elif bit & (masks.disclosed | masks.referred):
            lead[category] = next(r.id for r, carried in permits if carried & bit)
    return lead
