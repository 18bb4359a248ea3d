"""Decides which agencies must hear of a position: an item, an entitlement, a correction, a request.

In: what the other folds just changed, and clocks that struck. Out: Notice rows.
Never here: content. A notice says that position N about subject S concerns an agency; what it is,
the desk decides when the agency asks.
Ignores: agencies that may be shown nothing of it, or only if they invoke a legal power; and the
poster of what it is about, save that a request for it waits for that very poster.

A notice is a record of what was due at its position, so rows are only ever added. `read.notices`
leaves out those whose agency has since lost the entitlement.
"""

from collections.abc import Iterable
from typing import Final, Literal

from contracts.base import Category
from contracts.integrity import (
    Corrected,
    Disputed,
    RedactedByKeyShred,
    Retracted,
    SubjectsSeparated,
)
from contracts.labels import mask
from hub.views import case_file
from hub.views.rows import Cause, Clock, HeaderRow, Item, Notice, notice_jti
from hub.views.world import HUB, World

CORRECTIONS: Final = frozenset(kind.TYPE for kind in (Corrected, Disputed, Retracted))
_BARE: Final = mask((Category.EXISTENCE,))
OF_ITEMS: Final = frozenset({"respond", "review"})
"""Duties that an item of a case file sets; the others are set by an answer of the hub."""
ALARM_HEARD_BY: Final = frozenset({"council", "cqc", "police", "commissioner"})


def new_item(world: World, item: Item) -> None:
    """Tell each agency that may hear of a new item, except its poster.

    An item that says no more than that it is there is listed to whom it was sent, and to no others.
    """
    agencies = case_file.told(world.subjects[item.subject], item.class_id)
    if item.categories | _BARE == _BARE:
        agencies &= set(world.classes[item.class_id].addressed)
    for agency in agencies:
        if agency != item.agency:
            _add(world, agency, "item", item=item)


def new_entitlement(world: World, subject: str, agencies: Iterable[str]) -> None:
    """Tell agencies that older items about a subject may now be shown to them."""
    for agency in agencies:
        _add(world, agency, "entitlement", subject=subject)


def correction(world: World, row: HeaderRow) -> None:
    """Tell every agency that was shown an item that it does not stand as it was shown.

    One that may not know that the item exists is not told: the notice would tip it off. Of an item
    that was filed under the wrong person its poster hears as well, to post it again.
    """
    for item in (world.items[key] for key in corrected_keys(row) if key in world.items):
        heard = set(world.shown_to.get(item.position, ()))
        if row.type_uri == SubjectsSeparated.TYPE:
            heard.add(item.agency)
        for agency in sorted(heard - {row.agency}):
            if not case_file.hidden_from(world, item, agency):
                _add(world, agency, "correction", item=item, type_uri=row.type_uri)


def erasure(world: World, row: HeaderRow) -> None:
    """Tell every agency that was shown anything about somebody that they were erased.

    Source: UK GDPR art 19. As with a correction, one from whom all it was shown is hidden by now
    is not told.
    """
    subject = erased(row)
    if subject is None or not world.holds(subject):
        return
    had = {
        agency
        for item in world.items.values()
        if item.subject == subject
        for agency in world.shown_to.get(item.position, ())
        if not case_file.hidden_from(world, item, agency)
    }
    for agency in had:
        _add(world, agency, "correction", subject=subject, type_uri=row.type_uri)


def erased(row: HeaderRow) -> str | None:
    """Return the subject that an event says is erased; None if it says no such thing."""
    return row.routing["key_id"] if row.type_uri == RedactedByKeyShred.TYPE else None


def alarm(world: World, setting: str) -> None:
    """Tell those who act on a setting's pattern, unless a hold keeps one of them from knowing."""
    places = sorted(world.places.get(setting, ()))
    for agency, entry in world.agencies.items():
        if entry.get("recipient_kind") not in ALARM_HEARD_BY or agency == HUB:
            continue
        if not any(_implicated(world, place, agency) for place in places):
            _add(world, agency, "alarm", subject=places[0] if places else None, setting=setting)


def request(world: World, row: HeaderRow) -> None:
    """Tell the holders that a request waits for a person among them.

    The desk named them when it refused, and left out whoever may not know of the subject.
    """
    for agency in row.routing.get("refer_to", ()):
        _add(world, agency, "request", subject=row.routing["subject"], type_uri=row.type_uri)


def clock(world: World, agency: str, struck: Clock, cause: Literal["due", "overdue"]) -> None:
    """Tell an agency that something is due, or late: by itself, or by whom it waits for.

    What was asked for in an item is told to whoever may see that item, when the notice is told.
    """
    place = struck.position if struck.duty in OF_ITEMS else None
    jti = notice_jti(agency, world.position, cause, struck.subject, place, clock=struck.id)
    world.changes.notices[jti] = Notice(
        agency=agency,
        position=world.position,
        cause=cause,
        subject=struck.subject,
        item_position=place,
        setting=None,
        type_uri=struck.type_uri if place is not None else None,
        jti=jti,
        at=world.clock,
        clock=struck.id,
    )


def corrected_keys(row: HeaderRow) -> tuple[str, ...]:
    """Return the keys of the items that a row says do not stand as they were shown."""
    said = row.routing
    if row.type_uri == SubjectsSeparated.TYPE:
        return tuple(f"i:{one['agency']}:{one['item']}" for one in said.get("items", ()))
    if row.type_uri not in CORRECTIONS:
        return ()
    return (f"i:{said.get('item_by') or row.agency}:{said['item']}",)


def _implicated(world: World, subject: str, agency: str) -> bool:
    held = world.subjects[subject]
    relation = held.relations.get(agency, {})
    return held.facts.get("hold") == "active" and relation.get("recipient_implicated") == "yes"


def _add(
    world: World,
    agency: str,
    cause: Cause,
    *,
    item: Item | None = None,
    subject: str | None = None,
    setting: str | None = None,
    type_uri: str | None = None,
) -> None:
    about = item.subject if item else subject
    place = item.position if item else None
    jti = notice_jti(agency, world.position, cause, about, place)
    world.changes.notices[jti] = Notice(
        agency=agency,
        position=world.position,
        cause=cause,
        subject=about,
        item_position=place,
        setting=item.setting if item else setting,
        type_uri=type_uri or (item.type_uri if item else None),
        jti=jti,
        at=world.clock,
    )
