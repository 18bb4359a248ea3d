"""Folds items and facts into the case file: each item in a class, each class decided per agency.

In: header rows and the World. Out: items, classes, entitlements, and which agencies gained.
Never here: a fact of a request, or a release.
Ignores: events about agencies (governance), and the hub's own events: they are not about what
happened to anybody. Facts in them are folded all the same.
"""

from collections.abc import Callable, Collection, Iterable

from contracts.catalogue import EVENT_TYPES
from hub.views.judge import Answer
from hub.views.question import NOTHING, facts_of
from hub.views.rows import Entitled, HeaderRow, Item, ItemClass
from hub.views.world import HUB, Subject, World


def is_item(row: HeaderRow) -> bool:
    """Return whether an event belongs in a case file."""
    return row.agency != HUB and row.routing.get("about") != "agency"


def item_key(row: HeaderRow) -> str:
    """Return the key under which facts about an event are folded."""
    return f"i:{row.agency}:{row.jti}"


def add(world: World, row: HeaderRow) -> tuple[Item, set[str]]:
    """Put an event in its subject's case file.

    Returns:
        The item, and the agencies that may now hear of older items, since this one names them (or
        is their first).

    Raises:
        KeyError: no event type has the row's URI.
    """
    key = item_key(row)
    subject = world.subjects[row.subject]
    stated = {"item_kind": EVENT_TYPES[row.type_uri].FAMILY, "item_status": "live"}
    stated |= world.item_facts.get(key, {})
    addressed = tuple(sorted(row.routing.get("addressees", ())))
    found = world.item_class(row.agency, addressed, stated)
    item = Item(
        position=row.position,
        subject=row.subject,
        agency=row.agency,
        jti=row.jti,
        type_uri=row.type_uri,
        occurred_at=row.occurred_at,
        recorded_at_ms=row.recorded_at_ms,
        categories=row.categories,
        class_id=found.id,
        setting=row.routing.get("setting"),
        case_ref=row.routing.get("case"),
    )
    known = world.candidates(subject)
    subject.named.update((row.agency, *addressed))
    gained = decide(world, subject, list(subject.classes), world.candidates(subject) - known)
    _count(world, subject, found, 1)
    world.changes.new_items.append(item)
    world.items[key] = item
    if row.routing.get("about") == "setting" and item.setting is not None:
        _place(world, subject, item.setting)
    return item, gained


def move(world: World, key: str) -> tuple[Item, ItemClass, set[str]] | None:
    """Put an item in the class its facts now say; None where it stays, or is not an item yet.

    Returns:
        The item, the class it was in, and the agencies that may hear of it now and could not.
    """
    item = world.items.get(key)
    if item is None:
        return None
    before = world.classes[item.class_id]
    kind = {"item_kind": before.facts["item_kind"], "item_status": "live"}
    after = world.item_class(before.poster, before.addressed, kind | world.item_facts[key])
    if after.id == before.id:
        return None
    subject = world.subjects[item.subject]
    _count(world, subject, after, 1)
    gained = told(subject, after.id) - told(subject, before.id)
    item.class_id = world.changes.moved_items[item.position] = after.id
    _count(world, subject, before, -1)
    return item, before, gained


def decide(
    world: World, subject: Subject, class_ids: Iterable[int], agencies: Collection[str]
) -> set[str]:
    """Decide some classes for some agencies anew; return who may hear of something new to them."""
    gained: set[str] = set()
    answer_of = _asking(world, subject)
    for class_id in class_ids if agencies else ():
        entitled = subject.entitled.setdefault(class_id, {})
        for agency in agencies:
            answer = answer_of(class_id, agency)
            before = entitled.get(agency)
            if before is not None and before[:3] == answer[:3]:
                continue
            place = (subject.id, class_id, agency)
            if answer.mask:
                after = Entitled(*answer[:3], world.position)
                entitled[agency] = world.changes.entitlements[place] = after
                if answer.told and (before is None or not before.told):
                    gained.add(agency)
            elif before is not None:
                del entitled[agency]
                world.changes.entitlements[place] = None
    return gained


def told(subject: Subject, class_id: int) -> set[str]:
    """Return the agencies that may hear of items of a class without asking."""
    return {agency for agency, row in subject.entitled.get(class_id, {}).items() if row.told}


def hidden_from(world: World, item: Item, agency: str) -> bool:
    """Return whether a silent rule keeps from an agency that the item was ever there.

    Asked as if the item still stood: a retracted one is hidden from all, and yet those who were
    shown it must hear that it was wrong.
    """
    facts = _facts(world, world.subjects[item.subject], item.class_id, agency)
    return world.judge.entitled(facts | {"item_status": "live"}, world.day).hidden


def _asking(world: World, subject: Subject) -> Callable[[int, str], Answer]:
    """Return what answers for a class and an agency, as the facts about a subject now are.

    Equal parts make an equal question, so what is asked often is not even put together again.
    """
    judge, day, kept = world.judge, world.day, world.answers
    since, stated = judge.in_force_since(day), frozenset(subject.facts.items())
    relations = subject.relations

    def answer_of(class_id: int, agency: str) -> Answer:
        relation = relations.get(agency)
        part = frozenset(relation.items()) if relation else None
        key = (class_id, agency, stated, part, since)
        answer = kept.get(key)
        if answer is None:
            answer = judge.entitled(_facts(world, subject, class_id, agency), day)
            world.keep_answer(key, answer)
        return answer

    return answer_of


def _facts(world: World, subject: Subject, class_id: int, agency: str) -> dict[str, str]:
    found = world.classes[class_id]
    return facts_of(
        subject=subject.facts,
        relation=subject.relations.get(agency, NOTHING),
        item=found.facts,
        poster=found.poster,
        addressed=found.addressed,
        recipient=agency,
        agencies=world.agencies,
    )


def _count(world: World, subject: Subject, found: ItemClass, change: int) -> None:
    """Count items of a class: its first brings its entitlements, its last takes them away."""
    items = subject.classes.get(found.id, 0) + change
    world.changes.class_counts[subject.id, found.id] = items
    if items == 0:
        del subject.classes[found.id]
        for agency in subject.entitled.pop(found.id, {}):
            world.changes.entitlements[subject.id, found.id, agency] = None
        return
    subject.classes[found.id] = items
    if items == change:
        decide(world, subject, (found.id,), world.candidates(subject))


def _place(world: World, subject: Subject, setting: str) -> None:
    if subject.setting != setting:
        if subject.setting is not None:
            world.places.setdefault(subject.setting, set()).discard(subject.id)
        subject.setting = world.changes.setting_subjects[subject.id] = setting
    world.places.setdefault(setting, set()).add(subject.id)
