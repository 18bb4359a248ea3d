"""What hub and partner each say was disclosed in a month, in figures that must be the same.

In: contracts.base, subject.
Out: StatementIssued, StatementAgreed, Figures; figures, month_of.
Never here: content, or anything about a person. An account holds numbers and digests.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeAlias

from pydantic import StringConstraints

from contracts.base import Count, Digest, Position, Slug, type_uri
from contracts.marks import ROUTED
from contracts.subject import SubjectHead

Month: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$")
]
"""A calendar month in UTC, as a receipt's `iat` counts."""


class Figures(NamedTuple):
    """A month's answers to one partner. Where nothing was told `first` is one past `last`."""

    first: int
    last: int
    answers: int
    ids: str
    """Hex SHA-256 over the receipts' ids, sorted, one to a line."""
    bodies: str
    """Hex SHA-256 over the digests of the answers' bytes, in the order of their numbers."""


class Account(SubjectHead):
    """One side's figures."""

    FAMILY = "disclosure"

    month: Annotated[Month, ROUTED]
    first: Annotated[Position, ROUTED]
    last: Annotated[Position, ROUTED]
    answers: Annotated[Count, ROUTED]
    ids: Annotated[Digest, ROUTED]
    bodies: Annotated[Digest, ROUTED]

    @property
    def figures(self) -> Figures:
        """Return what it says."""
        return Figures(self.first, self.last, self.answers, self.ids, self.bodies)


class StatementIssued(Account):
    """The hub says what it has on record as disclosed to a partner in a month."""

    TYPE = type_uri("statement-issued")
    HUB_ONLY = True

    partner: Annotated[Slug, ROUTED]


class StatementAgreed(Account):
    """A partner says, over its own signature, for which answers of a month it holds receipts."""

    TYPE = type_uri("statement-agreed")


def figures(answers: Iterable[tuple[int, str, str]], *, before: int) -> Figures:
    """Return the figures of answers, each as its number, its receipt's id and its body's digest.

    `before` is the last number of the months before.
    """
    listed = sorted(answers)
    ids = sorted(jti for _, jti, _ in listed)
    return Figures(
        first=listed[0][0] if listed else before + 1,
        last=listed[-1][0] if listed else before,
        answers=len(listed),
        ids=_over(ids),
        bodies=_over(bd for _, _, bd in listed),
    )


def month_of(at_s: int) -> str:
    """Return the month that a time in seconds since 1970 falls in."""
    return datetime.fromtimestamp(at_s, tz=UTC).strftime("%Y-%m")


def _over(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
