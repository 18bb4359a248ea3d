"""Every dated fact becomes one event that the hub takes; bare figures become none."""

import json
from collections import Counter
from pathlib import Path

import pytest

from contracts.catalogue import read as read_payload
from contracts.concern import ConcernRaised
from contracts.enquiry import EvidenceAdded
from contracts.integrity import Disputed
from contracts.police import Outcome
from hub.demo.chronology import SHIPPED, ChronologyError, load, shipped
from hub.demo.chronology import read as read_chronology
from hub.demo.mapping import Script, script
from hub.demo.said import Said, at_noon
from hub.intake.identifiers import read_sub_id
from tests.demo.files import ALL_FILES, minimal


@pytest.fixture(scope="module")
def shipped_script() -> Script:
    return script(shipped(), SHIPPED)


def _facts(found: Script) -> list[Said]:
    return [said for said in found.said if not isinstance(said.payload, Disputed)]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_fact_is_an_event_that_its_agency_may_post(path: Path) -> None:
    chronology = load(path)
    found = script(chronology, path.stem)
    kinds = {agency.slug: agency.kind for agency in found.agencies}
    assert len(_facts(found)) == len(chronology.fact)
    for said in found.said:
        sent = json.dumps(said.payload.model_dump(mode="json", exclude_none=True)).encode()
        assert read_payload(said.payload.TYPE, sent) == said.payload
        assert said.payload.POSTERS is None or kinds[said.by] in said.payload.POSTERS
        assert not said.payload.HUB_ONLY
        assert len(read_sub_id(dict(said.about))) == 1


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_an_event_happened_on_the_last_day_that_its_fact_allows(path: Path) -> None:
    chronology = load(path)
    told = [said.toe for said in _facts(script(chronology, path.stem))]
    assert told == [at_noon(fact.day) for fact in chronology.in_order()]


def test_ids_are_the_same_each_time_and_differ_between_facts(shipped_script: Script) -> None:
    again = script(shipped(), SHIPPED)
    assert [said.jti for said in again.said] == [said.jti for said in shipped_script.said]
    assert len({said.jti for said in again.said}) == len(again.said)


def test_bare_figures_are_not_posted(shipped_script: Script) -> None:
    assert len(shipped_script.said) == len(shipped().fact)
    posted = Counter(said.by for said in shipped_script.said)
    assert "review-nhs-trust" not in posted  # the review gives the hospital's 78 visits no dates


def test_who_spoke_up_is_marked_and_not_named(shipped_script: Script) -> None:
    marked = [
        said.payload
        for said in shipped_script.said
        if isinstance(said.payload, ConcernRaised) and said.payload.from_whistleblower == "yes"
    ]
    assert len(marked) == sum(f.source_kind == "worker-speak-up" for f in shipped().fact)
    assert all(concern.referrer is None for concern in marked)


def test_people_of_a_reviewed_setting_are_placed_in_it(shipped_script: Script) -> None:
    settings = {getattr(said.payload, "setting", None) for said in shipped_script.said}
    assert len(settings) == 1
    assert shipped_script.centre[0].value in settings


def test_all_agencies_name_the_same_person_alike(shipped_script: Script) -> None:
    by_person: dict[str, set[str]] = {}
    for said in shipped_script.said:
        by_person.setdefault(json.dumps(said.about), set()).add(said.by)
    assert any(len(agencies) > 1 for agencies in by_person.values())
    assert len(by_person) == len({(f.subject, f.pseudonym) for f in shipped().fact})


def test_words_that_leave_an_outcome_open_are_kept_as_evidence() -> None:
    text = minimal(event="Outcome")
    (unclear,) = script(read_chronology(text, "x"), "x").said
    assert isinstance(unclear.payload, EvidenceAdded)
    said = text.replace(b"Something was reported", b"Police take no action")
    (clear,) = script(read_chronology(said, "x"), "x").said
    assert isinstance(clear.payload, Outcome)
    assert clear.payload.result == "no_further_action"


def test_an_event_that_the_catalogue_lacks_is_refused_by_its_field() -> None:
    chronology = read_chronology(minimal(event="AlienLanded"), "x")
    with pytest.raises(ChronologyError) as refused:
        script(chronology, "x")
    assert refused.value.faults == (("fact.1.event", "not an event of the catalogue"),)
    assert "Alien" not in str(refused.value)


def test_a_disputed_fact_is_followed_by_its_dispute() -> None:
    chronology = read_chronology(minimal() + b"disputed = true\n", "x")
    fact, dispute = script(chronology, "x").said
    assert isinstance(dispute.payload, Disputed)
    assert dispute.payload.item == fact.jti
    assert dispute.by == fact.by
