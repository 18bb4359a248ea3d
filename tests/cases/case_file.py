"""The form of a case: one TOML file that an information-governance officer can read and check.

In: tests/cases/*.toml. Out: Case, with its posts, asks and expectations; `load`, `every`.
Never here: HTTP, or what the hub answers. The law is in the file; nothing here knows any.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from contracts.base import Category
from contracts.subject import AgencyKind, LegalDemand, Purpose, SubjectKind

FOLDER = Path(__file__).parent
Via: TypeAlias = Literal["timeline", "find", "disclosure", "bundle", "poll", "who_saw", "register"]
Outcome: TypeAlias = Literal["released", "refused", "nothing", "not_let_in"]
Categories: TypeAlias = dict[str, tuple[Category, ...]]
"""By the id of the post that the item came from."""
Words: TypeAlias = tuple[str, ...]


class Closed(BaseModel):
    """A table of the file: a misspelt key is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(Closed):
    """What the law says the answer is. Only what the file states is compared."""

    outcome: Outcome | None = None
    """`nothing`: the answer that a subject who is nobody's gets; `not_let_in`: may not ask so."""
    items: Words = ()
    """Exactly these items, by the id of their post."""
    includes: Words = ()
    excludes: Words = ()
    shows: Categories = {}
    """Categories that the answer says it shows of an item; it may show more."""
    withholds: Categories = {}
    """Categories that must not be shown of an item which is itself shown."""
    says_withheld: Categories = {}
    """Categories that the answer says it holds back."""
    because: Words = ()
    """Rules that the answer gives as its reasons."""
    not_because: Words = ()
    obligations: Words = ()
    words: Words = ()
    never_words: Words = ()
    status: dict[str, str] = {}
    hidden: bool = False
    """The same bytes as for a subject who is nobody's, except for the receipt and the time."""
    recorded: dict[str, Any] = {}
    """The register's entry: `outcome`, `reason_code`, `purpose`...; `rules` names some of them."""
    notices: Words = ()
    """The causes of the notices that are waiting, each cause once."""
    entries: tuple[dict[str, Any], ...] = ()
    """Lines that a reading of the register must have; `partner` by its name in the case."""
    no_entries: tuple[dict[str, Any], ...] = ()
    pattern: bool = False
    """Whether a care setting's pattern comes with the answer."""


class Post(Closed):
    """Something an agency states. `{name}` in a field stands for an agency, post or subject."""

    id: str
    by: str = ""
    """Empty for the hub's information-governance officer, who records an order of a court."""
    type: str
    about: str
    kind: SubjectKind | None = None
    """Where it is stated to be something else than `[subjects]` says."""
    days_ago: int = 0
    taken: bool = True
    """False where the hub must refuse to take it from this agency."""
    fields: dict[str, Any] = {}


class Ask(Closed):
    """Something an agency asks, and what it must be told."""

    id: str
    by: str = ""
    """Empty for the hub's information-governance officer."""
    via: Via
    about: str
    purpose: Purpose = "safeguarding_enquiry"
    legal_demand: LegalDemand = "none"
    necessary: bool = True
    emergency: bool = False
    offence_stated: bool = False
    aggregate: bool = False
    for_publication: bool = False
    officer: str | None = None
    break_glass: bool = False
    """The officer says that this cannot wait for whoever would have to be asked."""
    as_known_on: str | None = None
    why: str
    """The expectation in words, for whoever reads the file."""
    after: str = ""
    """Asked as soon as this was posted; empty for once everything was."""
    at_once: bool = False
    """Asked without waiting until the views have heard of it."""
    expect: Expect


class Case(Closed):
    """One case."""

    id: str
    title: str
    group: Literal["fifteen", "gateway", "bar", "flow"]
    law: Words
    """The rules it is about, by id."""
    cite: Words
    story: str
    needs: str = ""
    """What the hub cannot do yet; the case is then pending, and must not pass unseen."""
    agencies: dict[str, AgencyKind]
    subjects: dict[str, SubjectKind]
    post: tuple[Post, ...]
    ask: tuple[Ask, ...]

    def fresh(self) -> set[str]:
        """Return the agencies that need be nobody else's: those whose notices are looked at."""
        return {ask.by for ask in self.ask if ask.via == "poll"}


def load(path: Path) -> Case:
    """Return the case in a file."""
    return Case.model_validate(tomllib.loads(path.read_text("utf-8")))


def renamed(case: Case, other: Callable[[str], str]) -> Case:
    """Return the case with its agencies and subjects called otherwise."""
    said = case.model_dump_json(exclude_unset=True)
    names = {*case.agencies, *case.subjects}
    said = re.sub(r"\{([a-z0-9_-]+)\}", lambda m: _called(m[1], names, other), said)
    table = json.loads(said)
    for part in ("agencies", "subjects"):
        table[part] = {other(name): kind for name, kind in table[part].items()}
    for step in (*table["post"], *table["ask"]):
        step["about"] = other(step["about"])
        step["by"] = other(step["by"]) if step.get("by") else ""
    return Case.model_validate_json(json.dumps(table))


def _called(name: str, names: set[str], other: Callable[[str], str]) -> str:
    return f"{{{other(name) if name in names else name}}}"


@cache
def every() -> tuple[Case, ...]:
    """Return all cases, in the order of their files."""
    return tuple(_all())


def _all() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.toml")):
        case = load(path)
        if case.id != path.stem:
            raise ValueError(f"{path.name} calls itself {case.id}")
        yield case
