"""What each partner sees of one subject, side by side, from the answers they were given.

In: answers. Out: a table of categories by partners, and a reason for each partner.
Never here: a category that no answer showed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from hub.demo.partner import Answer
from hub.demo.wording import CATEGORY, NONE, OTHERS, OWN, short

FORBIDS = "x-"
"""How the ids of rules that keep something back begin."""


def side_by_side(
    answers: Sequence[Answer],
    names: Mapping[str, str],
    *,
    earlier: Sequence[Answer] = (),
    counted: str = "records",
    before: str = "",
) -> Table:
    """Return a table with a column for each partner and a row for each kind of information.

    Args:
        answers: each partner's timeline of the subject.
        names: agencies' names, by slug.
        earlier: the same, asked before something changed.
        counted: the label of the row that counts records.
        before: the label of the row that counts those of `earlier`.
    """
    table = Table(box=SIMPLE_HEAD, padding=(0, 0), collapse_padding=True, pad_edge=False)
    table.add_column("", no_wrap=True, min_width=16)
    for answer in answers:
        table.add_column(short(answer.by, names), justify="center", min_width=6, overflow="fold")
    if earlier:
        then = {answer.by: answer for answer in earlier}
        table.add_row(before, *(_count(then.get(answer.by)) for answer in answers))
    table.add_row(counted, *(_count(answer) for answer in answers), style="bold")
    for category, label in CATEGORY.items():
        marks = [_mark(answer, category) for answer in answers]
        if any(mark != NONE for mark in marks):
            table.add_row(label, *marks)
    return table


def reasons(answers: Iterable[Answer], names: Mapping[str, str]) -> Table:
    """Return, for each partner that was shown something of others, the rules it rests on."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column("partner", no_wrap=True, style="bold", min_width=8)
    table.add_column("because")
    for answer in answers:
        others = [item for item in answer.items if item["posted_by"] != answer.by]
        if others:
            table.add_row(short(answer.by, names), because(others))
    return table


def because(items: Sequence[Mapping[str, Any]]) -> str:
    """Return the titles of the rules that items rest on, and of those that kept something back."""
    rules = {str(said["rule"]): str(said["title"]) for item in items for said in item["because"]}
    shown = [title for rule, title in rules.items() if not rule.startswith(FORBIDS)]
    kept = [title for rule, title in rules.items() if rule.startswith(FORBIDS)]
    return "; ".join(shown) + (f"  (but: {'; '.join(kept)})" if kept else "")


def _count(answer: Answer | None) -> str:
    return NONE if answer is None or not answer.items else str(len(answer.items))


def _mark(answer: Answer, category: str) -> str:
    showing = [item for item in answer.items if category in item["shown"]]
    if any(item["posted_by"] != answer.by for item in showing):
        return OTHERS
    return OWN if showing else NONE
