"""Folds the hub's own disclosure events into the register: every answer, given or refused.

In: DisclosureMade and DisclosureRefused, whose routing carries all their fields.
Out: register rows, the lists each stands in, and which items each answer held.
Never here: what was in an answer (its digest is), or a person.
Ignores: every other event.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, reduce
from operator import or_
from typing import Any, Final

from contracts.base import Category
from contracts.disclosure import DisclosureMade, DisclosureRefused
from contracts.labels import mask
from hub.views.days import london_day
from hub.views.rows import DisclosedRow, HeaderRow, ListedRow, RegisterRow
from hub.views.world import World

OUTCOMES: Final = {DisclosureMade.TYPE: "released", DisclosureRefused.TYPE: "refused"}


def add(world: World, row: HeaderRow) -> None:
    """Enter an answer in the register.

    Raises:
        ValueError: the entry has no partner or number, which the ledger gives to each.
    """
    outcome = OUTCOMES.get(row.type_uri)
    if outcome is None:
        return
    if row.partner is None or row.pseq is None:
        raise ValueError("a register entry has no partner or number")
    said = row.routing
    items = said.get("items", ())
    disclosed = list(_disclosed(row, items))
    rules = sorted({*said.get("rules", ()), *(r for i in items for r in i.get("rules", ()))})
    world.changes.register.append(
        RegisterRow(
            position=row.position,
            partner=row.partner,
            pseq=row.pseq,
            jti=row.jti,
            user_ref=said.get("user"),
            subject=said.get("subject"),
            purpose=said["purpose"],
            legal_demand=said["legal_demand"],
            channel=said["channel"],
            outcome=outcome,
            rules=rules,
            day=london_day(row.recorded_at),
            recorded_at_ms=row.recorded_at_ms,
            request_id=said.get("request_id"),
            body_digest=said["body_digest"],
            rulebook=said["rulebook"],
            mask=reduce(or_, (one.mask for one in disclosed), 0),
        )
    )
    world.changes.listed.extend(
        ListedRow(rule, version, row.partner, outcome, row.position)
        for rule, _, version in (("", "", ""), *(named.partition("@") for named in rules))
    )
    world.changes.disclosed.extend(disclosed)
    shown(world, row)


def shown(world: World, row: HeaderRow) -> None:
    """Note whom an answer showed which items."""
    if row.type_uri in OUTCOMES and row.partner is not None:
        for item in row.routing.get("items", ()):
            world.shown_to.setdefault(item["position"], set()).add(row.partner)


def _disclosed(row: HeaderRow, items: Iterable[Mapping[str, Any]]) -> Iterator[DisclosedRow]:
    """Yield one row for each item; an item named twice was shown what either naming says.

    Refusing such an entry would park it, and a disclosure would be missing from the register.
    """
    shown: dict[int, int] = {}
    for item in items:
        place = item["position"]
        shown[place] = shown.get(place, 0) | _mask(tuple(item["categories"]))
    for place, bits in shown.items():
        yield DisclosedRow(row.position, place, row.partner or "", row.routing.get("subject"), bits)


@cache
def _mask(names: tuple[str, ...]) -> int:
    return mask(Category(name) for name in names)
