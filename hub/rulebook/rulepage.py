"""Write one rule as a page that a lawyer can lay beside the statute.

In: a Rule and its Rulebook. Out: Markdown.
Never here: a judgement of the rule; its strength is stated as its author gave it.
"""

from collections.abc import Iterator

from contracts.base import Category
from hub.rulebook.book import Rulebook
from hub.rulebook.cases import facts_of
from hub.rulebook.model import Case, Condition
from hub.rulebook.rule import Rule

STRENGTH = {
    "A": "The provision or official text was read.",
    "B": "Seen second-hand, or in part.",
    "C": "**Not confirmed**: from knowledge, nobody has checked it against the source.",
}
KIND = {"permit": "Gateway", "layer": "Data protection layer", "forbid": "Bar"}
_DOES = {
    "applies": "it applies",
    "refers": "a person has to find out",
    "waits": "it waits for a fact",
    "does_not_apply": "it does not apply",
}


def page(rulebook: Rulebook, rule: Rule) -> str:
    """Return the page of one rule."""
    file = rule.file
    lines = [
        f"# {file.title}",
        "",
        " ".join(file.plain.split()),
        "",
        "| | |",
        "|---|---|",
        *_facts(rulebook, rule),
        "",
        *_conditions(rulebook, rule),
        *_effects(rulebook, rule),
        "## Sources",
        "",
        f"{file.basis.power[:1].upper()}{file.basis.power[1:]}.",
        "",
        *(f"- <{link}>" for link in file.basis.cite),
        "",
        *_cases(rulebook, rule),
    ]
    return "\n".join(lines)


def strength(rule: Rule) -> str:
    """Say how firmly a rule's source was established, in words."""
    parts = rule.file.strength.split("/")
    return " / ".join(STRENGTH[part] for part in parts)


def in_force(rule: Rule) -> str:
    """Say since when a rule counts."""
    if rule.since is None:
        return "**not in force**: it never decides"
    until = "" if rule.until is None else f", until {rule.until.isoformat()}"
    return f"since {rule.since.isoformat()}{until}"


def phrases(rulebook: Rulebook, rule: Rule) -> str:
    """List what a rule covers, in plain words."""
    if len(rule.categories) == len(Category):
        return "everything"
    return ", ".join(rulebook.categories[c].phrase for c in Category if c in rule.categories)


def when(rulebook: Rulebook, condition: Condition) -> str:
    """Say one condition in plain words."""
    fact = rulebook.vocabulary[condition.fact]
    *others, last = (fact.values[value] for value in condition.listed)
    said = f"{', '.join(others)} or {last}" if others else last
    if set(condition.listed) == set(fact.values):
        said = "any answer, so long as it is on record"
    if condition.not_in is not None:
        said = f"anything but: {said}"
    return f"{fact.question} **{said}**"


def _facts(rulebook: Rulebook, rule: Rule) -> Iterator[str]:
    file = rule.file
    yield f"| id | `{rule.name}`, serves `{file.serves}` |"
    kind = KIND[file.effect]
    if file.tier is not None:
        kind += f" ({file.tier.replace('_', ' ')})"
    yield f"| kind | {kind} |"
    yield f"| in force | {in_force(rule)} |"
    yield f"| strength | {file.strength}: {strength(rule)} |"
    if rule.mask:
        yield f"| {'takes out' if rule.forbids else 'covers'} | {phrases(rulebook, rule)} |"
    if rule.permits and len(rule.categories) < len(Category):
        left = [rulebook.categories[c].phrase for c in Category if c not in rule.categories]
        yield f"| leaves out | {', '.join(left)} |"
    if file.basis.confidence:
        yield f"| confidence | {file.basis.confidence} |"


def _conditions(rulebook: Rulebook, rule: Rule) -> Iterator[str]:
    yield "## When it applies"
    yield ""
    if not rule.file.when:
        yield "Wherever a gateway names it."
    elif len(rule.file.when) > 1:
        yield "All of these together:"
        yield ""
    for condition in rule.file.when:
        yield f"- {when(rulebook, condition)}"
        if rule.forbids:
            yield f"  - If nobody recorded it: {_silence(condition)}"
    yield ""


def _silence(condition: Condition) -> str:
    if condition.if_not_recorded == "refer":
        return "a person has to find out first."
    if condition.if_not_recorded == "ignore":
        return f"the bar does not bite. {condition.ignore_reason}"
    return "the bar bites all the same."


def _effects(rulebook: Rulebook, rule: Rule) -> Iterator[str]:
    file = rule.file
    if rule.layers:
        yield "## What it rests on"
        yield ""
        yield "One of these has to fit for each article that a category needs:"
        yield ""
        for layer in (rulebook.rule(name) for name in rule.layers):
            articles = ", ".join(
                article.replace("article", "art ") for article in layer.file.articles
            )
            yield f"- [{layer.file.title}]({layer.id}.md) ({articles})"
        yield ""
    if file.lifts or file.obligations or rule.yields_to or rule.silent:
        yield "## What comes with it"
        yield ""
        yield from (f"- {rulebook.obligations[name].phrase}" for name in file.obligations)
        for name in file.lifts:
            yield f"- Lifts: {rulebook.obligations[name].phrase}"
        for duty in sorted(rule.yields_to):
            yield f"- It gives way to [{rulebook.rule(duty).file.title}]({duty}.md)."
        if rule.silent:
            yield "- Whoever asks never learns that this bar was applied."
        yield ""


def _cases(rulebook: Rulebook, rule: Rule) -> Iterator[str]:
    yield "## Cases"
    yield ""
    yield "| Situation | This rule | Shown in all |"
    yield "|---|---|---|"
    for case in rule.file.case:
        shown = ", ".join(c.replace("_", " ") for c in Category if c in case.then.share)
        outcome = shown or ("a person decides" if case.then.refer else "nothing")
        yield f"| {case.name} | {_DOES[case.then.rule]} | {outcome} |"
    yield ""
    yield "<details><summary>The first case in full</summary>"
    yield ""
    yield from _first(rulebook, rule, rule.file.case[0])
    yield ""
    yield "</details>"
    yield ""


def _first(rulebook: Rulebook, rule: Rule, case: Case) -> Iterator[str]:
    for name, value in facts_of(rule, case).items():
        fact = rulebook.vocabulary[name]
        yield f"- {fact.question} {fact.values[value]}"
