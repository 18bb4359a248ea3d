"""The base of every event's payload: frozen, closed, and labelled field by field.

A label is how the rulebook governs a field: it says which category of information the field
carries. A payload class with an unlabelled field does not import, so nothing can be posted that
no rule governs.

In: nothing of ours.
Out: Part, Payload, Label, Category, Scope, Fact and the short string types.
Never here: a list of event types (catalogue), a rule about who may see what (the rulebook).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeAlias, get_args

from msgspec import Struct
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

HUB_TYPES = "https://hub.example/events"
"""Every event type is `{HUB_TYPES}/{name}/v{n}`."""


class UnlabelledFieldError(TypeError):
    """A payload field says nothing about the category of information it carries."""


class Category(StrEnum):
    """What kind of information a field carries. The order is the bit order of a stored mask."""

    IDENTITY = "identity"
    CONTACT = "contact"
    CONCERN = "concern"
    HEALTH = "health"
    CRIMINAL = "criminal"
    PROFESSIONAL = "professional"
    THIRD_PARTY = "third_party"
    WHISTLEBLOWER = "whistleblower"
    OUTCOME = "outcome"
    EXISTENCE = "existence"


class Scope(StrEnum):
    """What a fact is about: a subject, an item, an agency, a pair of them, or one request."""

    SUBJECT = "subject"  # the person, setting or professional
    RELATION = "relation"  # one subject as seen from one agency
    ITEM = "item"  # one event
    RECIPIENT = "recipient"  # the agency that would see it
    SENDER = "sender"  # the agency that posted it
    REQUEST = "request"  # one stated request


@dataclass(frozen=True, slots=True)
class Label:
    """What a field carries.

    Args:
        category: the category that governs the field.
        also: categories that must be disclosed too, until the item is recorded as cleared
            (free text may name the referrer, whatever its writer meant).
        routing: an id or closed value the hub may keep outside the sealed payload, to index by.
    """

    category: Category
    also: tuple[Category, ...] = ()
    routing: bool = False

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Publish the label with the field, so that partners know what governs what they post."""
        schema = dict(handler(core_schema))
        schema["x-hub-category"] = self.category.value
        if self.also:
            schema["x-hub-also"] = [category.value for category in self.also]
        if self.routing:
            schema["x-hub-routing"] = True
        return schema


class Fact(Struct, frozen=True, kw_only=True, array_like=True):
    """One closed value an event puts on record.

    Args:
        scope: what the fact is about. SUBJECT means the event's own subject; ITEM the event
            itself, or `item` where it is about an earlier one.
        name: a fact of the rulebook's vocabulary.
        value: one of that fact's closed values.
        agency: for RELATION, RECIPIENT and SENDER, the slug of the agency it is about; None in a
            RELATION for the poster of this event. For ITEM with `item`, the slug of the agency
            that posted the earlier event (a jti is unique per issuer only); None there for the
            poster of this event.
        item: for ITEM, the jti of the earlier event it is about; None for this event itself.
        lasts_days: days until the fact counts as not recorded again; None for no end.
        whose: where several of one pair stand beside each other: the officer it is about, or the
            holder that something is asked of.
    """

    scope: Scope
    name: str
    value: str
    agency: str | None = None
    item: str | None = None
    lasts_days: int | None = None
    whose: str | None = None


class Part(BaseModel):
    """A labelled piece of a payload. Frozen; unknown members are refused; no coercion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Refuse a class with an unlabelled field.

        Raises:
            UnlabelledFieldError: a field has neither a Label nor a type whose fields are labelled.
        """
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if label_of(field) is None and part_of(field) is None:
                raise UnlabelledFieldError(f"`{cls.__name__}.{name}` has no Label")


class Payload(Part):
    """The payload of one event type. Subclasses state the four class variables."""

    TYPE: ClassVar[str] = ""
    """The event type URI, ending in its version."""
    FAMILY: ClassVar[str] = ""
    """The value of the item fact `item_kind`, which rules may read."""
    POSTERS: ClassVar[frozenset[str] | None] = None
    """The agency kinds that may post it; None for any agency."""
    HUB_ONLY: ClassVar[bool] = False
    """True for the hub's own events: an agency that posts one is refused."""

    def facts(self) -> Iterator[Fact]:
        """Yield the facts this event puts on record, beyond those the hub derives itself."""
        yield from ()

    def addressees(self) -> tuple[str, ...]:
        """Return the slugs of the agencies this item is meant for.

        Not every agency a payload names is one: a hold names the agencies it hides from.
        """
        return ()

    def upcast(self) -> "Payload":
        """Return the same statement as the next version says it; the latest returns itself."""
        return self


def label_of(field: FieldInfo) -> Label | None:
    """Return the field's own label, if it has one."""
    return next((m for m in field.metadata if isinstance(m, Label)), None)


def part_of(field: FieldInfo) -> type[Part] | None:
    """Return the Part type a field holds (bare, optional, or in a tuple), if it holds one."""
    pending: list[Any] = [field.annotation]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, Part):
            return kind
        pending.extend(get_args(kind))
    return None


def type_uri(name: str, version: int = 1) -> str:
    """Return the URI that names an event type on the wire and in the log."""
    return f"{HUB_TYPES}/{name}/v{version}"


def _real_day(day: str) -> str:
    date.fromisoformat(day)  # the pattern alone would let the 30th of February through
    return day


# The short strings every family uses. `Text` is free text: it may name people it should not.
# Digits are written [0-9]: `\d` also means other alphabets' digits to some engines.
Slug: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])$")
]
Code: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9 ._:/-]{0,62}[A-Za-z0-9])?$")
]
Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Day: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    AfterValidator(_real_day),
    Field(json_schema_extra={"format": "date"}),
]
Uuid: TypeAlias = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ),
]
Digest: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256, in hex."""
Digest64: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""A SHA-256, in base64url without padding (also the form of a key's thumbprint)."""
Ref: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9@._:=/-]{0,79}$")]
"""A name the rulebook gave: a rule with its version, an obligation, a fact and its value."""
Count: TypeAlias = Annotated[int, Field(ge=0, lt=2**31)]
Position: TypeAlias = Annotated[int, Field(ge=0, lt=2**53)]
"""A place in the ledger, or a time in seconds since 1970."""
