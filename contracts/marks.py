"""The labels and fact makers that the event families share, so that a field reads in one line.

In: contracts.base.
Out: one Label per category, `ROUTED`, `free`, and `stated`, `item_fact`, `of_poster`, `relations`.
Never here: an event.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from contracts.base import Category, Fact, Label, Scope

YesNo: TypeAlias = Literal["yes", "no"]

IDENTITY = Label(Category.IDENTITY)
CONTACT = Label(Category.CONTACT)
CONCERN = Label(Category.CONCERN)
HEALTH = Label(Category.HEALTH)
CRIMINAL = Label(Category.CRIMINAL)
PROFESSIONAL = Label(Category.PROFESSIONAL)
THIRD_PARTY = Label(Category.THIRD_PARTY)
WHISTLEBLOWER = Label(Category.WHISTLEBLOWER, also=(Category.THIRD_PARTY,))
OUTCOME = Label(Category.OUTCOME)
EXISTENCE = Label(Category.EXISTENCE)
ROUTED = Label(Category.EXISTENCE, routing=True)
"""An id or a closed value that the hub may index by, outside the sealed payload."""


def free(category: Category) -> Label:
    """Return the label of free text: it may name a third party or a referrer, until cleared."""
    return Label(category, also=(Category.THIRD_PARTY, Category.WHISTLEBLOWER))


def stated(*, lasts_days: int | None = None, **values: str | None) -> Iterator[Fact]:
    """Yield a fact about the event's subject for each value that was stated.

    What was left out yields nothing: unknown is not No.
    """
    for name, value in values.items():
        if value is not None:
            yield Fact(scope=Scope.SUBJECT, name=name, value=value, lasts_days=lasts_days)


def item_fact(
    name: str, value: str | None, *, item: str | None = None, by: str | None = None
) -> Iterator[Fact]:
    """Yield a fact about this event, or about the earlier event `item` that agency `by` posted."""
    if value is not None:
        yield Fact(scope=Scope.ITEM, name=name, value=value, item=item, agency=by)


def of_poster(name: str, value: str | None, *, whose: str | None = None) -> Iterator[Fact]:
    """Yield a fact about the subject as seen from the poster itself, as to one holder or to all."""
    if value is not None:
        yield Fact(scope=Scope.RELATION, name=name, value=value, whose=whose)


def relations(
    name: str, value: str, agencies: Iterable[str], *, lasts_days: int | None = None
) -> Iterator[Fact]:
    """Yield one fact for each agency, about the event's subject as seen from that agency."""
    for agency in agencies:
        yield Fact(
            scope=Scope.RELATION, name=name, value=value, agency=agency, lasts_days=lasts_days
        )
