"""The form of the rulebook's files: what a lawyer may write, and nothing else.

In: tables as parsed from TOML. Out: frozen, checked records of one file each.
Never here: whether a name exists (the loader knows), evaluation, or reading files.

There are no expressions to write. A condition reads one fact and lists closed values, so that a
rule can be read aloud, compared with the statute, and reasoned about as a box.
"""

from datetime import date
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.base import Scope

Everything: TypeAlias = Literal["all"]
Names: TypeAlias = tuple[str, ...]


class Closed(BaseModel):
    """A frozen record that refuses members it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FactEntry(Closed):
    """One fact of the vocabulary: its question and its closed values, each with its phrase."""

    scope: Scope
    question: str = Field(min_length=1)
    values: dict[str, str] = Field(min_length=2)
    asserted_by: Names | None = None
    lasts_days: int | None = Field(default=None, ge=1)


class CategoryEntry(Closed):
    """How data protection law classes one category, and its name in plain words."""

    kind: Literal["personal", "special_category", "criminal_offence", "confidential"]
    phrase: str = Field(min_length=1)


class ObligationEntry(Closed):
    """One duty that comes with a permit. A blocking one sends the matter to a person first."""

    phrase: str = Field(min_length=1)
    blocks_release: bool


class Basis(Closed):
    """The layers of lawfulness: a power, the data protection articles, and confidence."""

    power: str = Field(min_length=1)
    cite: Names = Field(min_length=1)
    article6: str | None = None
    special_category: str | None = None
    criminal_offence: str | None = None
    confidence: str | None = None


class Condition(Closed):
    """One test on one fact: `is` a value, `in` a list, or `not_in` a list."""

    fact: str
    is_: str | None = Field(default=None, alias="is")
    in_: Names | None = Field(default=None, alias="in", min_length=1)
    not_in: Names | None = Field(default=None, min_length=1)
    if_not_recorded: Literal["applies", "refer", "ignore"] | None = None
    ignore_reason: str | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(test is not None for test in (self.is_, self.in_, self.not_in)) != 1:
            raise ValueError("a condition says exactly one of is, in, not_in")
        return self

    @property
    def listed(self) -> Names:
        """The values the condition names, whichever way round it is written."""
        return (self.is_,) if self.is_ is not None else self.in_ or self.not_in or ()


class Then(Closed):
    """What a case expects: what the rule itself does, and what the whole rulebook answers.

    `share` is exact: these categories are shown and no others. The rest name what must be so.
    """

    rule: Literal["applies", "refers", "waits", "does_not_apply"]
    share: Names = ()
    refer: Names = ()
    take_out: Names = ()
    no_basis: Names = ()
    must: Names = ()
    waits_for: Names = ()


class Case(Closed):
    """One situation a lawyer can check: the file's scene, with these differences."""

    name: str = Field(min_length=1)
    given: dict[str, str] = {}
    not_recorded: Names = ()
    on: date | None = None
    then: Then


class RuleFile(Closed):
    """One provision of law, as one file states it."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    effect: Literal["permit", "forbid"]
    tier: str | None = None
    strength: Literal["A", "B", "C"]
    in_force_from: date
    in_force_to: date | None = None
    plain: str = Field(min_length=1)
    categories: Names | Everything
    obligations: Names = ()
    silent: bool = False
    yields_to: Names = ()
    basis: Basis
    when: tuple[Condition, ...] = Field(min_length=1)
    scene: dict[str, str] = {}
    case: tuple[Case, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _effect_fits(self) -> Self:
        if (self.effect == "permit") is (self.tier is None):
            raise ValueError("a permit has a tier and a forbid has none")
        if self.effect == "permit" and (self.silent or self.yields_to):
            raise ValueError("only a forbid may be silent or yield")
        if self.effect == "forbid" and self.obligations:
            raise ValueError("only a permit carries obligations")
        if self.in_force_to is not None and self.in_force_to <= self.in_force_from:
            raise ValueError("a rule must be in force on some day")
        return self


class Never(Closed):
    """A promise: these categories are never shown where `given` holds and `unless` does not.

    `except` names the permits that the promise leaves out of account.
    """

    name: str
    categories: Names | Everything
    given: dict[str, str] = {}
    unless: dict[str, str] = {}
    except_: Names = Field(default=(), alias="except")


class Always(Closed):
    """A promise: no forbid ever takes away what this rule permits."""

    name: str
    rule: str


class Manifest(Closed):
    """The release: its id, the meaning of its form, the order of tiers, and its promises."""

    id: str
    release: str
    semantics: Literal["1"]
    tiers: Names = Field(min_length=1)
    never: tuple[Never, ...] = ()
    always: tuple[Always, ...] = ()
