"""A rulebook becomes law on a real ledger: proposed, approved by two others, released, applied."""

import hashlib
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from contracts.enquiry import EvidenceAdded
from contracts.lawmaking import RulebookApproved, RulebookReleased
from hub.audit import lawmaking
from hub.audit.explained import explained
from hub.audit.lawmaking import Draft, LawmakingError, propose, report_on
from hub.clock import FixedClock, london_day
from hub.disclosure.ask import Answer
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import Own, agency_sub_id
from hub.ledger.record import Record
from hub.ledger.releases import FIRST, release_first, releases
from hub.rulebook import RulebookError, shipped
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables
from hub.rulebook.releases import NotInForceError, read_release
from hub.rulebook.rule import canonical_json, digest
from hub.views.rebuild import rebuild
from tests.disclosure.scene import enquiry, recorded
from tests.intake.world import NOW
from tests.support.parts import Enrolled, Parts, items_of, opened

PARTNER = "home-e"
RULE = "s42-cooperation"
OFFICERS = ("officer-1", "officer-2")
TODAY = london_day(NOW)


def law_without(rule: str = RULE) -> str:
    """Return the shipped law's text in which one rule has ended, and says so in its cases."""
    law = tables(shipped_folder())
    del law["rules"][rule]
    law["rulebook"]["release"] = "2026.3"
    return canonical(law)


WITHOUT = law_without()


def draft(text: str = WITHOUT, *, day: date = TODAY, officer: str = "officer-3") -> Draft:
    return Draft(text=text, board=None, effective_from=day, officer=officer, assume={})


def say(parts: Parts, payload: Any) -> Record:  # noqa: ANN401 - a payload
    return parts.run(parts.hub.door.say(Own(payload, agency_sub_id(HUB_SLUG))))


def proposed(parts: Parts, wanted: Draft) -> tuple[UUID, str]:
    """Propose; return the proposal's jti and the digest of its report."""
    with parts.hub.directory.connect() as connection:
        payload = propose(connection, wanted, parts.now)
    return say(parts, payload).jti, payload.report_sha256


def approved(parts: Parts, jti: UUID, officer: str, report: str) -> Record:
    with parts.hub.directory.connect() as connection:
        payload = lawmaking.approve(connection, jti, officer, report)
    return say(parts, payload)


def released(parts: Parts, jti: UUID) -> RulebookReleased:
    with parts.hub.directory.connect() as connection:
        payload = lawmaking.release(connection, jti, parts.now)
    say(parts, payload)
    return payload


def made_law(parts: Parts, wanted: Draft) -> RulebookReleased:
    jti, report = proposed(parts, wanted)
    for officer in OFFICERS:
        approved(parts, jti, officer, report)
    return released(parts, jti)


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the long proof of a proposal, where a test is about what comes after it."""
    monkeypatch.setattr(lawmaking, "_check_proved", lambda *_: None)


def test_the_first_process_of_a_hub_releases_the_shipped_law_once(parts: Parts) -> None:
    with parts.hub.directory.connect() as connection:
        first = releases(connection).rows
    assert [(row.name, row.sha256) for row in first] == [(shipped().release, shipped().sha256)]
    again = release_first(parts.hub.door, OFFICERS, FixedClock(parts.now * 1000 + 5000))
    assert parts.run(again) is None
    assert parts.rows("SELECT count(*) FROM ledger.header WHERE jti = %s", FIRST) == [(1,)]
    assert parts.hub.rulebook.sha256 == shipped().sha256


@pytest.mark.usefixtures("unproved")
def test_from_its_release_a_law_decides_and_an_old_answer_keeps_its_own(parts: Parts) -> None:
    subject = enquiry(parts, PARTNER)
    before = parts.timeline(PARTNER, subject)
    assert before.outcome == "released"
    law = made_law(parts, draft())
    # The views have not heard of it; the desk decides by it all the same.
    after = parts.timeline(PARTNER, subject)
    assert items_of(before) != items_of(after)
    assert recorded(parts, before)["rulebook"] == shipped().sha256
    assert recorded(parts, after)["rulebook"] == law.sha256 != shipped().sha256
    parts.project()
    assert parts.rows("SELECT rulebook FROM views_v1.tracking") == [(law.sha256,)]
    told = _register(parts, before)
    assert told["rulebook"] == shipped().sha256
    words = {reason["rule"]: reason.get("title") for reason in told["reasons"]}
    assert words[shipped().rule(RULE).name] == shipped().rule(RULE).file.title


def _register(parts: Parts, answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        parts.run(parts.hub.auditor.one("council-a", "ig.1", answer.jti)).body
    )
    return found


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_an_old_answer_is_explained_by_the_release_it_was_given_under(parts: Parts) -> None:
    answer = parts.timeline(PARTNER, enquiry(parts, PARTNER))
    made_law(parts, draft())
    with parts.hub.directory.connect() as connection:
        told = explained(connection, str(answer.jti))
    assert (told["release"], told["partner"]) == (shipped().release, PARTNER)
    assert told["items"]
    for item, shown in zip(told["items"], items_of(answer), strict=True):
        assert item["found_again"]
        assert item["position"] == shown["position"]
        assert {b["rule"] for b in shown["because"]} <= {b["rule"] for b in item["because"]}
        assert item["facts"]["recipient_kind"] == "provider"


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_a_law_counts_from_its_london_day_in_a_process_that_runs_on(
    enrolled: Enrolled, fresh_hub: str
) -> None:
    clock = FixedClock(NOW * 1000)
    with opened(fresh_hub, enrolled.keys_dir, clock=clock) as parts:
        subject = enquiry(parts, PARTNER)
        law = made_law(parts, draft(day=TODAY + timedelta(days=1)))
        assert recorded(parts, parts.timeline(PARTNER, subject))["rulebook"] == shipped().sha256
        clock.advance(86_400)
        assert recorded(parts, parts.timeline(PARTNER, subject))["rulebook"] == law.sha256


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_an_answer_under_a_law_superseded_by_another_process_is_decided_again(
    enrolled: Enrolled, fresh_hub: str
) -> None:
    with (
        opened(fresh_hub, enrolled.keys_dir) as one,
        opened(fresh_hub, enrolled.keys_dir) as other,
    ):
        subject = enquiry(one, PARTNER)
        law = made_law(other, draft())
        assert one.hub.rulebook.sha256 == shipped().sha256, "it has not read the release yet"
        assert recorded(one, one.timeline(PARTNER, subject))["rulebook"] == law.sha256


@pytest.mark.usefixtures("unproved")
def test_nobody_releases_alone(parts: Parts) -> None:
    jti, report = proposed(parts, draft())
    with pytest.raises(LawmakingError, match="0 of 2"):
        released(parts, jti)
    with pytest.raises(LawmakingError, match="nobody approves what they proposed"):
        approved(parts, jti, "officer-3", report)
    with pytest.raises(LawmakingError, match="digest of the report"):
        approved(parts, jti, "officer-1", "0" * 64)
    approved(parts, jti, "officer-1", report)
    with pytest.raises(LawmakingError, match="approved it before"):
        approved(parts, jti, "officer-1", report)
    with pytest.raises(LawmakingError, match="1 of 2"):
        released(parts, jti)
    approved(parts, jti, "officer-2", report)
    law = released(parts, jti)
    assert (law.approved_by, law.proposed_by) == (OFFICERS, "officer-3")
    assert law.report_sha256 == report
    with pytest.raises(LawmakingError, match="has been released"):
        released(parts, jti)
    with pytest.raises(LawmakingError, match="no such proposal"):
        released(parts, uuid5(UUID(int=0), "another"))


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_a_proposal_that_another_release_overtook_is_to_be_made_again(parts: Parts) -> None:
    jti, report = proposed(parts, draft())
    for officer in OFFICERS:
        approved(parts, jti, officer, report)
    made_law(parts, draft(law_without("marac")))
    with pytest.raises(LawmakingError, match="another law would be in force"):
        released(parts, jti)


@pytest.mark.heavy
def test_a_text_that_breaks_a_promise_or_a_case_is_not_even_proposed(parts: Parts) -> None:
    spoilt = tables(shipped_folder())
    spoilt["rules"]["marac"]["case"][0]["then"]["rule"] = "waits"
    unknown = tables(shipped_folder())
    unknown["rulebook"]["semantics"] = "3"
    with parts.hub.directory.connect() as connection:
        with pytest.raises(LawmakingError, match="does not hold: marac"):
            propose(connection, draft(canonical(spoilt)), parts.now)
        with pytest.raises(LawmakingError, match="lacks `x-own-conflict`"):
            propose(connection, draft(law_without("x-own-conflict")), parts.now)
        with pytest.raises(RulebookError, match="semantics"):
            propose(connection, draft(canonical(unknown)), parts.now)
        with pytest.raises(LawmakingError, match="a day that has passed"):
            propose(connection, draft(day=TODAY - timedelta(days=1)), parts.now)


def test_while_no_law_can_be_read_nothing_is_answered_and_nothing_taken_in(parts: Parts) -> None:
    subject = enquiry(parts, PARTNER)
    text = WITHOUT.replace('"semantics":"2"', '"semantics":"3"')
    payload = RulebookReleased(
        agency=HUB_SLUG,
        release="2027.1",
        sha256="e" * 64,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        effective_from=TODAY.isoformat(),
        proposed_by="officer-3",
        canonical=text,
        proposal=str(UUID(FIRST)),
        report_sha256="0" * 64,
        approved_by=OFFICERS,
    )
    say(parts, payload)
    head = parts.head()
    with pytest.raises(NotInForceError):
        parts.timeline(PARTNER, subject)
    with pytest.raises(NotInForceError):
        parts.post("council-a", EvidenceAdded.model_validate({"about": "adult", "kind": "record"}))
    assert parts.head() == head


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_the_report_over_the_real_history_is_what_evaluating_everything_finds(
    parts: Parts,
) -> None:
    subject = enquiry(parts, PARTNER)
    for partner in (PARTNER, "council-a", "police-b"):
        parts.timeline(partner, subject)
    law = read_release(WITHOUT)
    with parts.hub.directory.connect() as connection:
        quick, slow = (
            report_on(connection, law, TODAY, parts.now, assume={}, every=every)
            for every in (False, True)
        )
        payload = propose(connection, draft(), parts.now)
    assert quick | {"evaluated": 0} == slow | {"evaluated": 0}
    assert quick["evaluated"] != slow["evaluated"] == slow["decisions"]
    assert quick["lost"]
    assert quick["not_reproduced"] == 0
    assert quick["refused"] == slow["refused"]
    assert payload.report == canonical_json(quick)
    assert payload.report_sha256 == digest(quick)


@pytest.mark.heavy
@pytest.mark.usefixtures("unproved")
def test_a_rebuild_after_releases_is_identical(parts: Parts) -> None:
    subject = enquiry(parts, PARTNER)
    made_law(parts, draft())
    parts.timeline(PARTNER, subject)
    parts.project()
    report = rebuild(parts.owner, now_ms=parts.hub.clock.now_ms)
    assert (report.identical, report.swapped) == (True, True)
    assert parts.rows("SELECT count(*) FROM ledger.header WHERE type = %s", RulebookApproved.TYPE)
