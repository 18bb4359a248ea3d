"""Folds items into the pattern of the care setting they happened in, across all posters.

In: items with a setting. Out: counts by month, alarms.
Never here: a person, or who may see the pattern (the desk decides).
Ignores: items without a setting, items retracted, Prevent items, and the hub's own events.
"""

from typing import Final

from contracts.child import ChildReferral
from contracts.concern import ConcernRaised
from contracts.contact import ContactRecorded, Death
from contracts.police import CrimeReported
from contracts.professional import PiPoTRaised
from contracts.regulation import NotificationReceived
from contracts.setting import ProviderConcernOpened
from contracts.stated import FactStated, ItemMarked, RelationStated
from hub.views.days import london_day
from hub.views.patterns import Pattern, Report, key_of
from hub.views.rows import Item, ItemClass
from hub.views.world import World

HARM: Final = frozenset(
    kind.TYPE
    for kind in (
        ChildReferral,
        ConcernRaised,
        ContactRecorded,
        CrimeReported,
        Death,
        NotificationReceived,
        PiPoTRaised,
        ProviderConcernOpened,
    )
)
"""Types that report harm, or a contact about it, as opposed to what was done about it."""

STATEMENTS: Final = frozenset(kind.TYPE for kind in (FactStated, ItemMarked, RelationStated))
"""What is said of other items, and happened to nobody."""
SILENT_KINDS: Final = frozenset({"prevent"})
"""Kinds whose very number may not be told to some who see the pattern: CQC is not a Prevent
authority, and a count of one is the referral. So no pattern counts them, whoever looks."""


def report_of(item: Item, item_class: ItemClass) -> Report | None:
    """Return what an item tells about its setting; None where that is nothing."""
    if item.setting is None or item_class.facts.get("item_status") == "retracted":
        return None
    if item.type_uri in STATEMENTS or item_class.facts["item_kind"] in SILENT_KINDS:
        return None
    return Report(
        day=london_day(item.occurred_at).toordinal(),
        position=item.position,
        type_uri=item.type_uri,
        poster=item.agency,
        harm=item.type_uri in HARM,
        speak_up=item_class.facts.get("from_whistleblower") == "yes",
    )


def add(world: World, item: Item) -> bool:
    """Count an item; return whether the setting reached a threshold that it had not."""
    return _change(world, item, None, world.classes[item.class_id])


def move(world: World, item: Item, before: ItemClass) -> bool:
    """Count an item whose class changed anew; return whether a threshold was newly reached."""
    return _change(world, item, before, world.classes[item.class_id])


def _change(world: World, item: Item, before: ItemClass | None, after: ItemClass) -> bool:
    old = report_of(item, before) if before else None
    new = report_of(item, after)
    if item.setting is None or old == new or not world.watches(item.setting):
        return False
    pattern = world.patterns.setdefault(item.setting, Pattern())
    known = {(alarm.rule, alarm.raised_on) for alarm in pattern.all_alarms()}
    changed = pattern.remove(old) if old else False
    if new:
        changed |= pattern.add(new)
    for report in filter(None, (old, new)):
        key = key_of(report)
        world.changes.counts[item.setting, *key] = pattern.count(key)
    if not changed:
        return False
    alarms = world.changes.alarms[item.setting] = pattern.all_alarms()
    return any((alarm.rule, alarm.raised_on) not in known for alarm in alarms)
