"""Every event type there is, and the one way to read a payload.

In: the family modules, and bytes of JSON.
Out: EVENT_TYPES, read, latest; a payload of the newest version, or a named refusal.
Never here: signatures (intake), storage topics by Python path: the log keeps the type URI.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Final

from pydantic import ValidationError

from contracts import (
    accounts,
    child,
    concern,
    consent,
    contact,
    disclosure,
    enquiry,
    governance,
    identity,
    integrity,
    lawmaking,
    notices,
    oversight,
    police,
    professional,
    regulation,
    reviews,
    setting,
    stated,
    telling,
    triage,
)
from contracts.base import HUB_TYPES, Payload

FAMILIES: Final[tuple[ModuleType, ...]] = (
    accounts,
    child,
    concern,
    consent,
    contact,
    disclosure,
    enquiry,
    governance,
    identity,
    integrity,
    lawmaking,
    notices,
    oversight,
    police,
    professional,
    regulation,
    reviews,
    setting,
    stated,
    telling,
    triage,
)
"""A new event type is a class in one of these; a new family is a module and a line here."""

ITEM_KINDS: Final = frozenset(
    {"concern", "consent", "enquiry", "setting", "notification", "regulatory", "crime"}
    | {"professional", "review", "child", "prevent", "disclosure", "integrity", "governance"}
)
_URI = re.compile(re.escape(HUB_TYPES) + r"/([a-z0-9]+(?:-[a-z0-9]+)*)/v([1-9][0-9]?)")


class UnknownTypeError(ValueError):
    """No event type has this URI."""


class PayloadError(ValueError):
    """A payload does not fit its type.

    Attributes:
        faults: a JSON pointer and a kind of fault for each; never a value, and never a member's
            name that the sender made up.
    """

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"`{where}`: {fault}" for where, fault in faults))
        self.faults = faults


class CatalogueError(TypeError):
    """The catalogue itself is wrong; nothing starts with it."""


def read(type_uri: str, payload: bytes) -> Payload:
    """Return the payload, checked strictly and brought up to its type's newest version.

    Raises:
        UnknownTypeError: no event type has this URI.
        PayloadError: the payload does not fit its type.
    """
    kind = EVENT_TYPES.get(type_uri)
    if kind is None:
        raise UnknownTypeError("no event type has this URI")
    try:
        # The validator itself, not `model_validate_json`: that door costs a third of the time.
        stated: Payload = kind.__pydantic_validator__.validate_json(payload)
    except ValidationError as error:
        raise PayloadError(_faults(error)) from None
    return _newest(stated)


def latest(type_uri: str) -> str:
    """Return the URI of the newest version of a type.

    Raises:
        UnknownTypeError: no event type has this URI.
    """
    if type_uri not in EVENT_TYPES:
        raise UnknownTypeError("no event type has this URI")
    return _LATEST[_name_of(type_uri)].TYPE


def _newest(stated: Payload) -> Payload:
    newer = stated.upcast()
    while newer is not stated:
        stated, newer = newer, newer.upcast()
    return stated


def _faults(error: ValidationError) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_pointer(fault["loc"], made_up=fault["type"] == "extra_forbidden"), fault["type"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _pointer(where: tuple[int | str, ...], *, made_up: bool) -> str:
    steps = where[:-1] if made_up else where
    return "/" + "/".join(str(step) for step in steps)


def declared(modules: Iterable[ModuleType]) -> Iterator[type[Payload]]:
    """Yield the event types that these modules define."""
    for module in modules:
        for kind in vars(module).values():
            if not (isinstance(kind, type) and issubclass(kind, Payload)):
                continue
            if kind.TYPE and kind.__module__ == module.__name__:  # not one it merely imports
                yield kind


def _name_of(type_uri: str) -> str:
    return type_uri.rsplit("/", 1)[0]


def by_uri(kinds: Iterable[type[Payload]]) -> Mapping[str, type[Payload]]:
    """Return the event types by URI.

    Raises:
        CatalogueError: two share a URI, or one has a URI or a family of no known form.
    """
    types: dict[str, type[Payload]] = {}
    for kind in kinds:
        if not _URI.fullmatch(kind.TYPE) or kind.FAMILY not in ITEM_KINDS:
            raise CatalogueError(f"`{kind.__name__}` has no proper TYPE or FAMILY")
        if types.setdefault(kind.TYPE, kind) is not kind:
            raise CatalogueError(f"`{kind.__name__}` takes the TYPE of another class")
    return MappingProxyType(types)


def newest_by_name(types: Mapping[str, type[Payload]]) -> Mapping[str, type[Payload]]:
    """Return, for each type's name, its newest version.

    Raises:
        CatalogueError: an older version does not say how it reads as the next.
    """
    newest: dict[str, type[Payload]] = {}
    for uri, kind in sorted(types.items(), key=lambda entry: int(entry[0].rsplit("/v", 1)[1])):
        older = newest.get(_name_of(uri))
        if older is not None and older.upcast is Payload.upcast:
            raise CatalogueError(f"`{older.__name__}` has a newer version and no upcast")
        newest[_name_of(uri)] = kind
    return MappingProxyType(newest)


EVENT_TYPES: Final[Mapping[str, type[Payload]]] = by_uri(declared(FAMILIES))
_LATEST: Final[Mapping[str, type[Payload]]] = newest_by_name(EVENT_TYPES)
