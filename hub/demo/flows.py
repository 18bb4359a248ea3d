"""Prints three things that seldom happen and matter most: advice, broken glass, a law to come.

In: what the try-out heard. Out: words and tables, for the report to print.
Never here: a name of a person, or a field of an item.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.table import Table

from hub.demo.commence import ASSUMED, Commenced
from hub.demo.counsel import Counsel
from hub.demo.glass import MINUTES, Broken
from hub.demo.wording import CATEGORY

Printed: TypeAlias = Iterator[str | Table]
VERDICTS: Final = {
    "must_share": "must share",
    "share": "may share",
    "ask_a_person": "ask a person",
    "do_not_share": "do not share",
}
WHO: Final = {
    "council": "the council",
    "police": "the police",
    "gp": "the GP",
    "nhs_trust": "the hospital",
    "children_services": "children's services",
}


def advice(said: Counsel) -> Printed:
    """Say what a GP was asked, and what she was advised."""
    yield (
        "A GP's patient says no: tell nobody. She asks the hub, naming nobody, whether she may tell"
        " the council. It asks only what can still change its advice."
    )
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("the hub asks", ratio=5)
    table.add_column("she answers", ratio=4)
    table.add_column("so far", no_wrap=True)
    for step in said.steps:
        table.add_row(step.question, step.answer, VERDICTS[step.verdict])
    yield table
    for verdict, words in VERDICTS.items():
        named = [
            label for category, label in CATEGORY.items() if said.verdicts[category] == verdict
        ]
        if named:
            yield f"{words.capitalize()}: {', '.join(named)}."
    for reason in said.because:
        if reason["kind"] == "shown":
            yield f"Because: {reason['title']} ({', '.join(reason['cite'])})."
    duties = [reason["words"] for reason in said.because if reason["kind"] == "obligation"]
    yield " ".join(["With it go duties:", *duties]) if duties else "No duty goes with it."


def glass(said: Broken) -> Printed:
    """Say what an officer opened, and how they answered for it."""
    opened = _labels(said.opened) or "nothing"
    due = next((e["review"]["due"] for e in said.waiting), "-")
    yield (
        "A woman who left a ward may be about to die. The police ask, as an emergency, and are"
        f" shown {len(said.plain.items)} records. A named officer breaks the glass for {MINUTES}"
        f" minutes. It opens one thing more: {opened}. Who spoke up it never opens."
    )
    yield (
        f"At once {len(said.waiting)} break-glass waits in the information-governance queue; its"
        f" full record is due by {due}."
    )
    record = "is there" if said.completed else "IS MISSING"
    yield (
        f"The officer's full record {record}; another officer looks at it again and finds:"
        f" {said.verdict or 'nothing'}. Still waiting in the queue: {said.left}."
    )


def commenced(said: Commenced) -> Printed:
    """Say what a duty that is not in force yet would have shown, and to whom."""
    taken = ", ".join(f"{fact} = {value}" for fact, value in ASSUMED.items())
    yield f"{said.title} ({said.cite}). It decides nothing until it is commenced."
    yield (
        "Here a record about a child, or about an adult with whom a child is at risk, was asked for"
        f" {said.looked_at} times and not shown. With the facts of those moments, and assuming only"
        f" that a practitioner had recorded {taken}, the duty would have shown"
    )
    for one in said.would_have:
        often = "once" if one.times == 1 else f"{one.times} times"
        yield (
            f"- to {WHO.get(one.to, one.to)}, {often}, a record about {_article(one.about)} that"
            f" {WHO.get(one.of, one.of)} held: {_labels(one.categories)}"
        )
    if not said.would_have:
        yield "- nothing more to anybody."


def _labels(categories: tuple[str, ...]) -> str:
    return ", ".join(label for category, label in CATEGORY.items() if category in categories)


def _article(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
