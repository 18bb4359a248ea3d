"""What labels do: which categories a payload holds, what may be indexed, what may be shown.

In: contracts.base.
Out: categories_in, categories_mask, routing, redact, mask, unmask, ordered.
Never here: who may see a category. The rulebook decides; these only carry it out, field by field.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias, Union

from contracts.base import Category, Label, Part, Payload, label_of, part_of

JSON: TypeAlias = Union[  # noqa: UP007 - a recursive alias cannot be written with `|` on 3.11
    str, int, bool, list["JSON"], dict[str, "JSON"], None
]
_BIT = {category: 1 << place for place, category in enumerate(Category)}


def mask(categories: Iterable[Category]) -> int:
    """Return the categories as bits, in the order Category lists them."""
    bits = 0
    for category in categories:
        bits |= _BIT[category]
    return bits


@cache
def unmask(bits: int) -> frozenset[Category]:
    """Return the categories whose bits are set."""
    return frozenset(category for category, bit in _BIT.items() if bits & bit)


def ordered(categories: Iterable[Category]) -> tuple[Category, ...]:
    """Return the categories in the order Category lists them."""
    return _ordered(frozenset(categories))


@cache
def _ordered(categories: frozenset[Category]) -> tuple[Category, ...]:
    return tuple(category for category in _BIT if category in categories)


def categories_in(payload: Payload) -> frozenset[Category]:
    """Return the categories of the fields that say something."""
    return unmask(categories_mask(payload))


def categories_mask(part: Part) -> int:
    """Return the categories of the fields that say something, as bits."""
    bits = 0
    said = vars(part)
    for name, own, holds_part in _bits(type(part)):
        value = said[name]
        if value is None or value == ():
            continue
        bits |= own
        if holds_part:
            for inner in value if isinstance(value, tuple) else (value,):
                bits |= categories_mask(inner)
    return bits


def routing(payload: Payload) -> dict[str, JSON]:
    """Return the fields the hub may keep outside the sealed payload, to index by."""
    said = vars(payload)
    return {
        name: plain(value)
        for name in _routed(type(payload))
        if (value := said[name]) is not None and value != ()
    }


def redact(part: Part, shown: frozenset[Category], *, cleared: bool) -> dict[str, JSON]:
    """Return only what may be shown of a payload.

    A field is kept when its category is shown and so are the categories its label names in `also`;
    those no longer count once the item's text has been cleared for release. A Part is judged field
    by field, within its own label if it has one; a Part of which nothing is left goes too.
    """
    return _kept(part, mask(shown), cleared)


def left_out(
    part: Part, shown: frozenset[Category], *, cleared: bool
) -> Iterator[tuple[str, frozenset[Category]]]:
    """Yield each field that `redact` takes out, by its path, and which categories it lacks for it.

    Names of fields only: what stands in them stays where it is.
    """
    bits = mask(shown)
    for name, _, uncleared_bits, cleared_bits, holds_part in _plan(type(part)):
        needed = cleared_bits if cleared else uncleared_bits
        value = getattr(part, name)
        if value is None or value == ():
            continue
        if needed & ~bits:
            yield name, unmask(needed & ~bits)
        elif holds_part:
            pieces = (value,) if isinstance(value, Part) else value
            inner = {
                path: lacks
                for piece in pieces
                for path, lacks in left_out(piece, shown, cleared=cleared)
            }
            yield from ((f"{name}.{path}", lacks) for path, lacks in inner.items())


def plain(value: object) -> JSON:
    """Return a payload's value as JSON has it."""
    # Most values are strings, and whether one is a Part takes longest to tell.
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Part):
        said = vars(value)
        return {
            name: plain(said[name])
            for name, _, _ in _bits(type(value))
            if said[name] is not None and said[name] != ()
        }
    return str(value)


@cache
def _plan(kind: type[Part]) -> tuple[tuple[str, Label | None, int, int, bool], ...]:
    """Return each field's name, label, needed bits (uncleared, cleared) and whether it is a Part.

    Worked out once for each class: a timeline redacts thousands of payloads of a few types.
    """
    plan = []
    for name, field in kind.model_fields.items():
        label = label_of(field)
        own = 0 if label is None else _BIT[label.category]
        also = 0 if label is None else mask(label.also)
        plan.append((name, label, own | also, own, part_of(field) is not None))
    return tuple(plan)


@cache
def _bits(kind: type[Part]) -> tuple[tuple[str, int, bool], ...]:
    """Return each field's name, its own category's bit (0: none) and whether it holds a Part."""
    return tuple((name, own, holds_part) for name, _, _, own, holds_part in _plan(kind))


@cache
def _routed(kind: type[Part]) -> tuple[str, ...]:
    """Return the names of the fields that may be indexed by."""
    return tuple(n for n, label, _, _, _ in _plan(kind) if label is not None and label.routing)


def _kept(part: Part, shown: int, cleared: bool) -> dict[str, JSON]:  # noqa: FBT001 - private
    kept: dict[str, JSON] = {}
    for name, _, uncleared_bits, cleared_bits, holds_part in _plan(type(part)):
        needed = cleared_bits if cleared else uncleared_bits
        value = getattr(part, name)
        if value is None or value == () or needed & shown != needed:
            continue
        left = _parts_kept(value, shown, cleared) if holds_part else plain(value)
        if left not in ({}, []):
            kept[name] = left
    return kept


def _parts_kept(value: Part | tuple[Part, ...], shown: int, cleared: bool) -> JSON:  # noqa: FBT001 - private
    if isinstance(value, Part):
        return _kept(value, shown, cleared)
    pieces = [_kept(inner, shown, cleared) for inner in value]
    return [piece for piece in pieces if piece]
