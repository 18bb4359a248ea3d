"""Who will see what of something that is about to be posted. Pure: nothing is read, or recorded.

In: drafts of one subject's events, the register of agencies, the law, the second it is.
Out: a Reach for each agency: what it will be shown, whether it is told at once, by which rules.
Never here: what is on record about the subject. What whoever posts may not know of them, that
there is a hold, an enquiry, a record at all, must not show in a preview: so it says what these
statements alone do, and says that.

The views' own fold makes it, over a world that holds the register and nothing else: the preview
and the hub cannot disagree about what a statement does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.base import Category, Scope
from contracts.labels import unmask
from hub.clock import london_day
from hub.intake.agencies import HUB_SLUG, Agency
from hub.ledger.record import Draft
from hub.ledger.resolve import assertions
from hub.rulebook import Rulebook, decide
from hub.views.fold import fold
from hub.views.judge import Judge
from hub.views.question import NOTHING, facts_of
from hub.views.rows import HeaderRow, Item
from hub.views.world import Subject, World

_NOBODY: Final = UUID(int=1)
"""Whom the statements are about, in a world where nothing else is known of anybody."""
_BARE: Final = frozenset({Category.EXISTENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one agency will be shown, in the order of categories; nothing where it is empty."""

    agency: str
    shown: tuple[Category, ...]
    withheld: tuple[Category, ...]
    told: bool
    """Whether it gets a notice at once, or may read it when it asks with a lawful reason."""
    rules: tuple[str, ...]
    """The titles of the rules that permit it."""


def preview(
    drafts: Sequence[Draft], agencies: Iterable[Agency], law: Rulebook, now_s: int
) -> list[Reach]:
    """Return what each agency but the poster and the hub will be shown, who sees most first."""
    world = World(Judge(law), clock=now_s)
    others = []
    for agency in agencies:
        for fact, value in _entry(agency).items():
            world.register(agency.slug, fact, value)
        if agency.slug not in (HUB_SLUG, *(d.agency for d in drafts)):
            others.append(agency.slug)
    world.subjects[str(_NOBODY)] = Subject(str(_NOBODY))
    for place, draft in enumerate(drafts, 1):
        fold(world, _row(place, draft, now_s), now_s)
    reached = [_reach(world, slug) for slug in others]
    return sorted(reached, key=lambda r: (not r.shown, not r.told, -len(r.shown), r.agency))


def _row(place: int, draft: Draft, now_s: int) -> HeaderRow:
    """Return the row that the ledger would hold."""
    return HeaderRow(
        position=place,
        agency=draft.agency,
        jti=str(draft.jti),
        subject=str(_NOBODY),
        type_uri=draft.type_uri,
        occurred_at=draft.occurred_at,
        recorded_at_ms=now_s * 1000,
        categories=draft.categories,
        # A care setting's pattern is no part of this: it rests on what others posted.
        routing={k: v for k, v in draft.routing.items() if k != "setting"},
        facts=[(a.key, a.fact, a.value, a.expires_at) for a in assertions(draft, _NOBODY)],
        partner=None,
        pseq=None,
    )


def _reach(world: World, agency: str) -> Reach:
    shown: set[Category] = set()
    carried: set[Category] = set()
    rules: dict[str, None] = {}
    told = False
    for item in world.changes.new_items:
        entry = world.subjects[item.subject].entitled.get(item.class_id, {}).get(agency)
        has = unmask(item.categories) | _BARE
        carried |= has
        seen = has & unmask(entry.mask) if entry is not None else frozenset()
        # That there is something, and nothing of it, is listed to whom it was sent alone.
        if entry is None or (seen <= _BARE and agency not in _addressed(world, item)):
            continue
        shown |= seen
        told = told or entry.told
        rules |= dict.fromkeys(_titles(world, item, agency, seen))
    return Reach(
        agency=agency,
        shown=tuple(c for c in Category if c in shown - _BARE),
        withheld=tuple(c for c in Category if c in carried - shown) if shown else (),
        told=told,
        rules=tuple(rules),
    )


def _titles(world: World, item: Item, agency: str, seen: frozenset[Category]) -> list[str]:
    """Return by which rules an agency is shown an item."""
    law = world.judge.rulebook
    found = world.classes[item.class_id]
    subject = world.subjects[item.subject]
    facts = facts_of(
        subject=subject.facts,
        relation=subject.relations.get(agency, NOTHING),
        item=found.facts,
        poster=found.poster,
        addressed=found.addressed,
        recipient=agency,
        agencies=world.agencies,
    )
    requests = frozenset(n for n, f in law.vocabulary.items() if f.scope is Scope.REQUEST)
    permits = decide(facts, law, london_day(world.clock), open_facts=requests).permits
    named = {rule.name: rule for rule in law.rules}
    return [named[one].file.title for one in permits if named[one].categories & seen]


def _addressed(world: World, item: Item) -> tuple[str, ...]:
    return world.classes[item.class_id].addressed


def _entry(agency: Agency) -> Mapping[str, str]:
    """Return an agency's entry in the register, as facts."""
    return {
        "recipient_kind": agency.kind,
        "recipient_prevent_specified": _yes_no(agency.prevent_specified),
        "sender_kind": agency.kind,
        "sender_public_authority": _yes_no(agency.public_authority),
    }


def _yes_no(value: bool) -> str:  # noqa: FBT001 - private
    return "yes" if value else "no"
