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
Effect: TypeAlias = Literal["permit", "forbid", "layer"]
Article: TypeAlias = Literal["article6", "article9", "article10"]


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


class PurposeEntry(Closed):
    """Which kinds of agency may state a purpose at all, and why those."""

    why: str = Field(min_length=1)
    kinds: Names


class Basis(Closed):
    """Why a rule is lawful: a power, what data protection law it rests on, and confidence.

    From semantics 2 a permit names its layers, which are rules of their own with conditions of
    their own; semantics 1 stated the articles in words.
    """

    power: str = Field(min_length=1)
    cite: Names = Field(min_length=1)
    layers: Names = ()
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
    """One provision of law, as one file states it.

    `serves` is the provision's id in the partnership's list of gateways, layers and bars: several
    files may state parts of one. Without `in_force_from` a rule never decides; it is enacted or
    proposed, and can be tried out.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")
    serves: str | None = None
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    effect: Effect
    tier: str | None = None
    strength: Literal["A", "B", "C", "A/B", "A/C", "B/C"]
    in_force_from: date | None = None
    in_force_to: date | None = None
    plain: str = Field(min_length=1)
    categories: Names | Everything = ()
    articles: tuple[Article, ...] = ()
    tiers: Names = ()
    lifts: Names = ()
    obligations: Names = ()
    silent: bool = False
    yields_to: Names = ()
    basis: Basis
    when: tuple[Condition, ...] = ()
    scene: dict[str, str] = {}
    case: tuple[Case, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _effect_fits(self) -> Self:
        if (self.effect == "permit") is (self.tier is None):
            raise ValueError("a permit has a tier and nothing else has one")
        if self.effect != "forbid" and (self.silent or self.yields_to):
            raise ValueError("only a forbid may be silent or yield")
        if self.effect == "forbid" and self.obligations:
            raise ValueError("only a permit or a layer carries obligations")
        if self.effect != "layer" and not (self.when and self.categories):
            raise ValueError("a permit or a forbid has conditions and categories")
        return self

    @model_validator(mode="after")
    def _layer_fits(self) -> Self:
        if self.effect == "layer":
            if self.categories or bool(self.articles) is bool(self.lifts):
                raise ValueError("a layer names articles, or else what it lifts; no categories")
        elif self.articles or self.lifts or self.tiers:
            raise ValueError("only a layer names articles, tiers, or what it lifts")
        return self

    @model_validator(mode="after")
    def _some_day(self) -> Self:
        if self.in_force_to is not None and (
            self.in_force_from is None or self.in_force_to <= self.in_force_from
        ):
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
    semantics: Literal["1", "2"]
    tiers: Names = Field(min_length=1)
    never: tuple[Never, ...] = ()
    always: tuple[Always, ...] = ()
