"""The story is about nobody, and gives the hub each case that the report shows."""

import json
from collections import Counter

import pytest

from contracts.catalogue import read
from contracts.subject import AGENCY_KINDS
from hub.demo import story
from hub.demo.agencies import CAST, IG, Agency, review_agencies
from hub.demo.ann import WRONG_REPORT
from hub.demo.chronology import SHIPPED, shipped
from hub.demo.look import FIRST, SECOND
from hub.demo.mapping import script
from hub.demo.people import ALL, NOBODY
from hub.demo.plot import Chapter
from hub.demo.said import Said
from hub.intake.identifiers import identifier

NOW = 1_800_000_000
SAID = [said for chapter in (*story.before(NOW), *story.after(NOW)) for said in chapter.said]
CAST_BY_SLUG = {agency.slug: agency for agency in CAST}


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said.payload).__name__)
def test_everything_said_is_an_event_that_its_agency_may_post(said: Said) -> None:
    sent = json.dumps(said.payload.model_dump(mode="json", exclude_none=True)).encode()
    assert read(said.payload.TYPE, sent) == said.payload
    posters = said.payload.POSTERS
    assert posters is None or CAST_BY_SLUG[said.by].kind in posters
    assert said.toe is not None
    assert said.toe <= NOW


def test_nothing_is_said_twice() -> None:
    assert len({said.jti for said in SAID}) == len(SAID)


def test_story_and_review_together_are_the_events_that_were_promised() -> None:
    assert len(SAID) + len(script(shipped(), SHIPPED).said) >= 120


def test_every_person_has_a_valid_number_of_the_test_range() -> None:
    for subject in (*ALL, NOBODY):
        identifier(subject.kind, subject.value)  # checks form and check digit
        if subject.kind == "nhs_number":
            assert subject.value.startswith("999")


def test_nobody_is_never_posted() -> None:
    assert json.dumps(dict(NOBODY.sub_id)) not in {json.dumps(dict(said.about)) for said in SAID}


def test_the_cast_has_each_kind_of_agency_of_the_seeds() -> None:
    kinds = {agency.kind for agency in CAST}
    assert kinds >= {
        "council",
        "police",
        "cqc",
        "nhs_trust",
        "gp",
        "provider",
        "commissioner",
        "professional_regulator",
        "sab",
        "safeguarding_lead",
        "children_services",
    }
    assert {said.by for said in SAID} == set(CAST_BY_SLUG)


def test_who_is_bound_by_the_prevent_duty_follows_the_act() -> None:
    bound = {agency.slug for agency in CAST if agency.prevent_specified}
    assert bound == {"council", "police", "nhs-trust", "childrens-services"}


def test_only_information_governance_reads_the_register() -> None:
    assert IG.scopes == ("read", "ig")
    assert all("ig" not in agency.scopes for agency in CAST)
    assert not CAST_BY_SLUG["provider"].public_authority


def test_two_bodies_of_one_kind_are_two_agencies_but_the_regulator_is_one() -> None:
    found = review_agencies(
        [
            ("council", "one"),
            ("council", "two"),
            ("cqc", "then"),
            ("cqc", "now"),
            ("council", "one"),
        ]
    )
    slugs = [agency.slug for agency in found.values()]
    assert slugs == ["review-council", "review-council-2", "review-cqc"]
    assert all(
        isinstance(agency, Agency) and agency.kind in AGENCY_KINDS for agency in found.values()
    )


def test_the_retracted_report_is_one_that_was_posted() -> None:
    turns = Counter(type(said.payload).__name__ for said in SAID)
    retracted = [said for said in SAID if type(said.payload).__name__ == "Retracted"]
    assert [getattr(said.payload, "item", "") for said in retracted] == [WRONG_REPORT]
    assert WRONG_REPORT in {said.jti for said in SAID}
    assert turns["Hold"] == turns["HoldLifted"] == 1


def test_every_request_is_made_by_somebody_of_the_cast_about_somebody_of_the_story() -> None:
    for ask in (*FIRST, *SECOND):
        assert ask.by in CAST_BY_SLUG
        assert ask.subject in ALL
        assert ask.stated["purpose"]


def test_days_of_a_chapter_are_counted_from_now() -> None:
    chapter = Chapter("x", NOW)
    assert chapter.day(ago=0) < chapter.day(ago=-1)
