"""Who will see what: the preview says what the hub then does, and tells nothing of the subject."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.base import Category, Payload
from contracts.concern import ConcernRaised, ReferralMade
from contracts.identity import SubjectDescribed
from contracts.labels import unmask
from contracts.police import Hold
from hub.disclosure.preview import Reach, preview
from hub.ledger.keystore import Statement
from tests.support.parts import NHS_NUMBERS, Parts, person

EXISTENCE = frozenset({Category.EXISTENCE})
DESCRIBED = SubjectDescribed(
    about="adult", family_name="Quill", given_name="Ann", addressed_to=("council-a",)
)
CASES: Mapping[str, tuple[Payload, ...]] = {
    "a concern to the council": (
        DESCRIBED,
        ConcernRaised(
            about="adult", at_risk="yes", care_needs="yes", harm="seen", injuries="bruises",
            addressed_to=("council-a",),
        ),
    ),
    "one about a crime, in which a home is implicated": (
        ConcernRaised(
            about="adult", at_risk="yes", serious_crime="yes", immediate_risk="yes", harm="seen",
            referrer="A. Carer", from_whistleblower="yes", implicated=("home-e",),
            addressed_to=("council-a", "police-b", "home-e"),
        ),
    ),
    "one about a child": (
        ConcernRaised(about="child", at_risk="yes", harm="seen", addressed_to=("council-a",)),
    ),
    "one about a care home": (
        ConcernRaised(about="setting", others_at_risk="yes", harm="seen", addressed_to=("cqc",)),
    ),
    "one addressed to nobody": (ConcernRaised(about="adult", harm="seen"),),
    "a referral": (ReferralMade(about="adult", to="trust-d", why="for advice"),),
}  # fmt: skip


def statements(
    parts: Parts, said: tuple[Payload, ...], sub_id: Mapping[str, Any]
) -> list[Statement]:
    return [
        Statement(
            agency="gp-c", officer="nurse-1", payload=one, sub_id=sub_id, jti=parts.jti(),
            toe=parts.now - 60,
        )
        for one in said
    ]  # fmt: skip


def previewed(parts: Parts, said: list[Statement]) -> dict[str, Reach]:
    drafts = [parts.run(parts.hub.keystore.draft(one)) for one in said]
    agencies = parts.hub.directory.now.agencies.all()
    found = preview(drafts, agencies, parts.hub.rulebook, parts.now)
    assert "gp-c" not in {r.agency for r in found}
    return {r.agency: r for r in found}


@pytest.fixture
def held(parts: Parts) -> Parts:
    """A hub that holds the practice's key."""
    parts.run(parts.hub.keystore.enrol("gp-c", asked_by="admin-1"))
    return parts


@pytest.mark.parametrize("case", CASES)
def test_the_preview_is_what_the_views_then_hold(held: Parts, case: str) -> None:
    sub_id = {"format": "uri", "uri": "urn:cqc:location:1-777"} if "home" in case else person()
    said = statements(held, CASES[case], sub_id)
    expected = previewed(held, said)
    for one in said:
        held.run(held.hub.keystore.post(one))
    held.project()
    shown: dict[str, set[Category]] = {}
    for agency, mask, categories, addressed in held.rows(
        "SELECT e.agency, e.mask, i.categories, e.agency = ANY(c.addressed)"
        " FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
        " JOIN views_v1.entitlement e ON e.subject = i.subject AND e.class_id = i.class_id"
        " WHERE e.agency <> 'gp-c'"
    ):
        seen = unmask(mask) & (unmask(categories) | EXISTENCE)
        if seen - EXISTENCE or addressed:
            shown.setdefault(agency, set()).update(seen - EXISTENCE)
    assert {slug: set(r.shown) for slug, r in expected.items() if r.shown} == {
        slug: seen for slug, seen in shown.items() if seen
    }
    noticed = {row[0] for row in held.rows("SELECT DISTINCT agency FROM views_v1.notice")}
    assert {slug for slug, r in expected.items() if r.told} <= noticed


def test_the_preview_of_a_concern_shows_the_council_what_it_says_and_by_which_rule(
    held: Parts,
) -> None:
    reach = previewed(held, statements(held, CASES["a concern to the council"], person()))
    council = reach["council-a"]
    assert council.told
    assert {Category.IDENTITY, Category.CONCERN, Category.HEALTH} <= set(council.shown)
    assert council.rules
    assert not reach["home-e"].shown


def test_the_preview_is_the_same_whatever_is_on_record_about_the_subject(held: Parts) -> None:
    known, unknown = person(NHS_NUMBERS[0]), person(NHS_NUMBERS[1])
    held.post("police-b", Hold(about="adult", implicated=("gp-c",), until="2099-01-01"), known)
    held.post("police-b", CASES["one addressed to nobody"][0], known)
    held.project()
    case = CASES["a concern to the council"]
    assert previewed(held, statements(held, case, known)) == previewed(
        held, statements(held, case, unknown)
    )
