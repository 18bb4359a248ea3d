"""Read a published review's chronology: dated facts, bare figures, when a pattern could be seen.

In: a TOML file of the form below. Out: a Chronology, every reference in it checked.
Never here: the file's words in an error, or a day for a figure that has none.
"""

import calendar
import datetime as dt
import tomllib
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

SHIPPED = "winterbourne-view"

Kind: TypeAlias = Literal[
    "council",
    "police",
    "cqc",
    "nhs-trust",
    "gp",
    "provider",
    "commissioner",
    "professional-regulator",
    "sab",
    "safeguarding-lead",
    "childrens-services",
    "advocate",
    "dbs",
    "probation",
    "coroner",
    "home-office",
    "other",
]
SubjectWord: TypeAlias = Literal["setting", "adult", "child", "professional", "alleged-perpetrator"]
Precision: TypeAlias = Literal["day", "month", "year", "circa", "on-or-before", "on-or-after"]
Strength: TypeAlias = Literal["A", "B", "C"]
"""A: read in an official text. B: second-hand. C: general knowledge."""
Basis: TypeAlias = Literal["review as reported", "official", "press", "inference"]

# A year, a month or a day. Which months have a 31st is for `last_day` to say.
When: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
Words: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Name: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{1,39}$")]
Pseudonym: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Key: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,19}$")]


class ChronologyError(ValueError):
    """A chronology cannot be used.

    Attributes:
        faults: a field and a kind of fault for each, never what stands in the field.
    """

    def __init__(self, file: str, faults: tuple[tuple[str, str], ...]) -> None:
        listed = "; ".join(f"`{where}`: {fault}" for where, fault in faults)
        super().__init__(f"`{file}` is not a chronology: {listed}")
        self.faults = faults


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Review(_Row):
    """What was reviewed, by whom, and how far the file reaches."""

    name: Words
    what: Words
    source_title: Words
    publisher: Words
    year: int
    url: Words
    completeness: Words
    subject_kinds: Annotated[list[SubjectWord], Field(min_length=1)]
    extension_events: list[Name] = []
    limits: list[Words] = []
    review_says: list[Words] = []
    conflicts: list[Words] = []


class Source(_Row):
    """A text that the facts were taken from."""

    id: Key
    kind: Literal["review", "official", "press"]
    title: Words
    publisher: Words
    date: Words
    url: Words | None = None


class Fact(_Row):
    """One thing that an agency did or came to know."""

    id: Key
    date: When
    precision: Precision
    agency: Kind
    org: Words
    event: Name
    subject: SubjectWord
    pseudonym: Pseudonym
    what: Words
    shared_with: list[Kind] = []
    """Who was told then. Empty means that no source says, not that nobody was."""
    not_told: list[Kind] = []
    source_ref: Words
    source_kind: Literal["worker-speak-up", "media"] | None = None
    strength: Strength
    year_inferred: bool = False
    disputed: bool = False
    false_assurance: bool = False
    recorded_on: When | None = None

    @cached_property
    def day(self) -> dt.date:
        """Return the day it is replayed on: the last that the date allows."""
        return last_day(self.date)


class Count(_Row):
    """A figure that a source gives without dates. It is never spread over days."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_alias=True)

    agency: Kind
    org: Words | None = None
    event: Name
    since: Annotated[When | Literal["not stated"], Field(alias="from")]
    to: When | Literal["not stated"]
    number: Annotated[int, Field(ge=0)]
    unit: Words
    source_ref: Words
    strength: Strength
    conflict: Words | None = None
    year_inferred: bool = False


class Knowable(_Row):
    """A day from which the pattern could be seen, and the day somebody acted."""

    date: When
    precision: Precision
    basis: Basis
    to: Annotated[list[Kind], Field(min_length=1)]
    because: Words
    acted_on: When
    acted_by: Words
    days: Annotated[int, Field(ge=0)]
    source_ref: Words
    strength: Strength

    @cached_property
    def day(self) -> dt.date:
        """Return the day."""
        return last_day(self.date)


class Chronology(_Row):
    """A whole file."""

    review: Review
    source: list[Source]
    fact: Annotated[list[Fact], Field(min_length=1)]
    count: list[Count] = []
    knowable: list[Knowable] = []

    def in_order(self) -> list[Fact]:
        """Return the facts by day; those of one day stay as the file has them."""
        return sorted(self.fact, key=lambda fact: fact.day)


def shipped() -> Chronology:
    """Return the chronology that comes with the package."""
    return read(files("hub.demo").joinpath("data", f"{SHIPPED}.toml").read_bytes(), SHIPPED)


def load(path: Path) -> Chronology:
    """Return the chronology in a file.

    Raises:
        ChronologyError: it cannot be read, or it is not of the form; the error names the field.
    """
    try:
        return read(path.read_bytes(), path.name)
    except OSError:
        raise ChronologyError(path.name, (("file", "cannot be read"),)) from None


def read(text: bytes, name: str) -> Chronology:
    """Return the chronology in a text; `name` is what an error calls it.

    Raises:
        ChronologyError: it is not of the form.
    """
    try:
        whole = Chronology.model_validate(tomllib.loads(text.decode()))
    except UnicodeDecodeError:
        raise ChronologyError(name, (("file", "is not UTF-8"),)) from None
    except tomllib.TOMLDecodeError:
        raise ChronologyError(name, (("file", "is not TOML"),)) from None
    except ValidationError as error:
        raise ChronologyError(name, _faults(error)) from None
    faults = (*_bad_days(whole), *_bad_references(whole))
    if faults:
        raise ChronologyError(name, faults)
    return whole


def last_day(when: str) -> dt.date:
    """Return the last day that a year, month or day allows.

    A month stands for its end: a fact of that month must not count as known before it.

    Raises:
        ValueError: no such day.
    """
    year, month, day = (*map(int, when.split("-")), 0, 0)[:3]
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])


def _faults(error: ValidationError) -> tuple[tuple[str, str], ...]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        (_field(fault["loc"], made_up=fault["type"] == "extra_forbidden"), fault["type"])
        for fault in found
    )


def _field(where: tuple[int | str, ...], *, made_up: bool) -> str:
    steps = where[:-1] if made_up else where  # a name the writer made up is text like any other
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps) or "file"


def _bad_days(whole: Chronology) -> list[tuple[str, str]]:
    dated = [
        *((f"fact.{n}.date", row.date) for n, row in enumerate(whole.fact, 1)),
        *((f"knowable.{n}.date", row.date) for n, row in enumerate(whole.knowable, 1)),
        *((f"knowable.{n}.acted_on", row.acted_on) for n, row in enumerate(whole.knowable, 1)),
    ]
    return [(where, "no such day") for where, when in dated if not _is_day(when)]


def _is_day(when: str) -> bool:
    try:
        last_day(when)
    except ValueError:  # calendar's own error for a 13th month is one of these
        return False
    return True


def _bad_references(whole: Chronology) -> list[tuple[str, str]]:
    faults = []
    for table, ids in (
        ("fact", [r.id for r in whole.fact]),
        ("source", [s.id for s in whole.source]),
    ):
        faults += [
            (f"{table}.{n}.id", "given twice")
            for n, one in enumerate(ids, 1)
            if one in ids[: n - 1]
        ]
    known = {source.id for source in whole.source}
    cited = (
        *((f"fact.{n}", row.source_ref) for n, row in enumerate(whole.fact, 1)),
        *((f"count.{n}", row.source_ref) for n, row in enumerate(whole.count, 1)),
        *((f"knowable.{n}", row.source_ref) for n, row in enumerate(whole.knowable, 1)),
    )
    for row_name, words in cited:
        if not known & set(words.replace(",", " ").replace(";", " ").split()):
            faults.append((f"{row_name}.source_ref", "names no source of the list"))
    return faults
