"""Releases as the views fold them: where they stand, from when they count, and what they change."""

import hashlib
from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from contracts.enquiry import EvidenceAdded
from contracts.lawmaking import RulebookReleased
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables
from hub.rulebook.releases import NotInForceError, read_release
from hub.views.days import london_day, starts_at
from hub.views.rebuild import rebuild
from hub.views.runner import Projector
from tests.support.ledger_rows import DAY_S, append, event, uid
from tests.views.story import Story
from tests.views.test_case_file import enquiry, entitled
from tests.views.test_runner import rows

LIVE = "home-a"


def text_without(*rules: str) -> str:
    """Return the shipped law's text with rules that have ended before any story begins."""
    law = tables(shipped_folder())
    for rule in rules:
        law["rules"][rule]["in_force_to"] = date(2026, 1, 1)
        law["rules"][rule]["version"] += 1
    return canonical(law)


def released(
    text: str, day: str, *, sha256: str | None = None, first: bool = False
) -> RulebookReleased:
    proposal: dict[str, Any] = {"proposal": uid("proposal"), "report_sha256": "0" * 64}
    return RulebookReleased.model_validate(
        {
            "agency": "hub",
            "release": "test",
            "sha256": sha256 or read_release(text).sha256,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "effective_from": day,
            "proposed_by": "officer-3",
            "canonical": text,
            "approved_by": ("officer-1", "officer-2"),
            **({} if first else proposal),
        }
    )


def release(story: Story, payload: RulebookReleased) -> None:
    """Record a release now."""
    jti = uid(f"release {story.now_s} {payload.sha256}")
    row = event("hub", payload, uid("agency hub"), jti=jti, occurred_at=story.now_s)
    append(story.connection, [row], at_ms=story.now_s * 1000)
    story.now_s += 1


WHOLE, WITHOUT = text_without(), text_without("s42-cooperation")


def today(story: Story) -> str:
    return london_day(story.now_s).isoformat()


def test_before_the_first_release_nothing_is_shown_and_from_it_what_the_law_says(
    story: Story, connection: Connection[Any]
) -> None:
    projector = Projector(now_ms=lambda: 0)
    evidence = enquiry(story, LIVE)
    projector.catch_up(connection)
    assert entitled(connection, evidence) == set()
    release(story, released(WHOLE, today(story), first=True))
    projector.catch_up(connection)
    assert LIVE in entitled(connection, evidence)


def test_a_release_changes_who_may_see_what_from_where_it_stands(
    story: Story, connection: Connection[Any]
) -> None:
    projector = Projector(now_ms=lambda: 0)
    release(story, released(WHOLE, today(story), first=True))
    evidence = enquiry(story, LIVE)
    projector.catch_up(connection)
    assert LIVE in entitled(connection, evidence)
    release(story, released(WITHOUT, today(story)))
    later = story.post("trust-a", EvidenceAdded)
    projector.catch_up(connection)
    assert LIVE not in entitled(connection, evidence)
    assert LIVE not in entitled(connection, later)


def test_a_release_counts_from_the_london_day_it_names_whether_or_not_an_event_comes(
    story: Story, connection: Connection[Any]
) -> None:
    projector = Projector(now_ms=lambda: 0)
    release(story, released(WHOLE, today(story), first=True))
    evidence = enquiry(story, LIVE)
    day = london_day(story.now_s + 2 * DAY_S)
    release(story, released(WITHOUT, day.isoformat()))
    projector.catch_up(connection)
    projector.sweep(connection, starts_at(day) - 1)
    before = LIVE in entitled(connection, evidence)
    projector.sweep(connection, starts_at(day))
    assert (before, LIVE in entitled(connection, evidence)) == (True, False)


def test_the_rows_are_the_same_followed_live_in_small_batches_and_built_anew(
    story: Story, connection: Connection[Any], hub_database: str
) -> None:
    live = Projector(now_ms=lambda: 0)
    release(story, released(WHOLE, today(story), first=True))
    enquiry(story, LIVE)
    live.catch_up(connection)
    release(story, released(WITHOUT, today(story)))
    live.catch_up(connection)
    release(story, released(WHOLE, london_day(story.now_s + DAY_S).isoformat()))
    story.post("trust-a", EvidenceAdded)
    live.catch_up(connection)
    story.now_s += 2 * DAY_S
    story.post("trust-a", EvidenceAdded)
    Projector(now_ms=lambda: 0, batch=1).catch_up(connection)
    expected = rows(connection)
    assert expected["parked"] == []
    report = rebuild(hub_database, now_ms=lambda: 0)
    assert (report.identical, report.same_rulebook, report.swapped) == (True, True, True)
    assert rows(connection) == expected


@pytest.mark.parametrize("fault", ["semantics", "promise", "meaning"])
def test_a_release_that_cannot_be_read_stops_the_projector_when_it_counts_and_not_before(
    story: Story, connection: Connection[Any], fault: str
) -> None:
    projector = Projector(now_ms=lambda: 0)
    release(story, released(WHOLE, today(story), first=True))
    evidence = enquiry(story, LIVE)
    law = tables(shipped_folder())
    if fault == "semantics":
        law["rulebook"]["semantics"] = "3"
    elif fault == "promise":
        del law["rules"]["x-prevent-unspecified"]["when"][-1]
        law["rules"]["x-prevent-unspecified"]["when"][-1] = {"fact": "item_kind", "is": "concern"}
    day = london_day(story.now_s + DAY_S)
    release(story, released(canonical(law), day.isoformat(), sha256="e" * 64))
    projector.catch_up(connection)
    projector.sweep(connection, starts_at(day) - 1)
    assert LIVE in entitled(connection, evidence)
    with pytest.raises(NotInForceError, match="release test cannot be read"):
        projector.sweep(connection, starts_at(day))
    with pytest.raises(NotInForceError):
        Projector(now_ms=lambda: 0).sweep(connection, starts_at(day) + DAY_S)
    assert rows(connection)["parked"] == []


def test_only_the_first_release_of_a_ledger_needs_no_proposal(
    story: Story, connection: Connection[Any]
) -> None:
    projector = Projector(now_ms=lambda: 0)
    release(story, released(WHOLE, today(story), first=True))
    evidence = enquiry(story, LIVE)
    release(story, released(WITHOUT, today(story), first=True))
    projector.catch_up(connection)
    assert LIVE in entitled(connection, evidence)
