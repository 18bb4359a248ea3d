"""Whatever the history: what is released is entitled, and no more than a fresh decision shows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.base import Category, Payload
from contracts.catalogue import EVENT_TYPES
from contracts.consent import (
    CapacityAssessed,
    CoercionSuspected,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
)
from contracts.labels import unmask
from contracts.police import Hold, HoldLifted
from contracts.subject import PURPOSES
from contracts.triage import RoleAssigned, S42Decision
from hub.clock import london_day
from hub.disclosure.ask import Answer
from hub.rulebook import decide
from hub.views.question import facts_of
from tests.disclosure.scene import numbered, recorded
from tests.support.parts import CAST, Enrolled, Parts, concern, items_of, known, opened, person
from tests.views.story import ALL_YES

PARTNERS = st.sampled_from(sorted(CAST))
ADULT = {"about": "adult"}


@pytest.fixture(scope="module")
def lasting(enrolled: Enrolled) -> Iterator[Parts]:
    """One hub for all histories: each is about a person of its own."""
    with enrolled.copy() as url, opened(url, enrolled.keys_dir) as hub:
        yield hub


def said(kind: type[Payload], **fields: Any) -> Payload:  # noqa: ANN401
    return kind.model_validate({**ADULT, **fields})


def steps() -> st.SearchStrategy[tuple[str, Payload]]:
    """Return what may be said about a person, and by whom."""
    yes_no = st.sampled_from(["yes", "no"])
    return st.one_of(
        st.builds(
            lambda to, who, w: ("gp-c", concern(addressed_to=to, implicated=who, serious_crime=w)),
            st.lists(PARTNERS, max_size=2, unique=True).map(tuple),
            st.lists(PARTNERS, max_size=1).map(tuple),
            yes_no,
        ),
        st.builds(lambda w: ("trust-d", concern(from_whistleblower=w, referrer="Ann")), yes_no),
        st.builds(lambda to: ("gp-c", said(ConsentGiven, recipients=(to,))), PARTNERS),
        st.just(("gp-c", said(ConsentWithdrawn))),
        st.just(("gp-c", said(ConsentRefused))),
        st.just(("gp-c", said(CoercionSuspected))),
        st.builds(
            lambda r: ("trust-d", said(CapacityAssessed, decision="information_sharing", result=r)),
            st.sampled_from(["has", "lacks"]),
        ),
        st.just(("council-a", said(S42Decision, decision="s42_enquiry", **ALL_YES))),
        st.builds(
            lambda to: ("council-a", said(RoleAssigned, agency=to, role="partner")), PARTNERS
        ),
        st.builds(
            lambda to: ("police-b", said(Hold, implicated=(to,), until="2027-01-01")), PARTNERS
        ),
        st.just(("police-b", said(HoldLifted))),
    )


def fresh(
    parts: Parts, partner: str, subject: UUID, item: dict[str, Any], purpose: str
) -> set[str]:
    """Return what a decision made anew, from the ledger's facts alone, shows of an item."""
    keys = {
        "subject": f"s:{subject}",
        "relation": f"r:{subject}:{partner}",
        "item": f"i:{item['posted_by']}:{item['jti']}",
        "poster": f"a:{item['posted_by']}",
        "partner": f"a:{partner}",
    }
    facts: dict[str, dict[str, str]] = {name: {} for name in keys}
    for name, key in keys.items():
        for fact, value in parts.rows(
            "SELECT fact, value FROM ledger.fact_current WHERE key = %s"
            " AND (expires_at IS NULL OR expires_at > %s)",
            key, parts.now,
        ):  # fmt: skip
            facts[name][fact] = value
    ((addressed, categories),) = parts.rows(
        "SELECT routing->'addressees', categories FROM ledger.header WHERE position = %s",
        item["position"],
    )
    family = EVENT_TYPES[item["type"]].FAMILY
    question = facts_of(
        subject=facts["subject"],
        relation=facts["relation"],
        item={"item_kind": family, "item_status": "live", **facts["item"]},
        poster=item["posted_by"],
        addressed=tuple(addressed or ()),
        recipient=partner,
        agencies={item["posted_by"]: facts["poster"], partner: facts["partner"]},
    )
    request = parts.ask(partner, subject, purpose=purpose).facts()
    decision = decide({**question, **request}, parts.hub.rulebook, london_day(parts.now))
    return {c.value for c in decision.shown & unmask(categories)}


def entitled(parts: Parts, partner: str, position: int) -> set[str]:
    rows = parts.rows(
        "SELECT e.mask FROM views_v1.item i JOIN views_v1.entitlement e USING (subject, class_id)"
        " WHERE i.position = %s AND e.agency = %s",
        position, partner,
    )  # fmt: skip
    return {c.value for (mask,) in rows for c in unmask(mask)}


def sent_to(parts: Parts, item: dict[str, Any]) -> list[str]:
    ((addressed,),) = parts.rows(
        "SELECT routing->'addressees' FROM ledger.header WHERE position = %s", item["position"]
    )
    return addressed or []


def check(parts: Parts, partner: str, subject: UUID, purpose: str, answer: Answer) -> int:
    recorded(parts, answer)
    items = items_of(answer)
    for item in items:
        shown = set(item["shown"])
        assert shown <= fresh(parts, partner, subject, item, purpose)
        assert not shown & set(item["withheld"])
        bare = not shown - {Category.EXISTENCE.value}
        assert shown
        assert not bare or item["posted_by"] == partner or partner in sent_to(parts, item)
    return len(items)


def run(parts: Parts, number: int, told: list[tuple[str, Payload]], late: int, purpose: str) -> int:
    """Tell a history of one person, the last `late` events after the views were written."""
    subject = parts.post("gp-c", concern(), person(numbered(number))).subject
    for n, (agency, payload) in enumerate(told):
        if n == len(told) - late:
            parts.project()
        parts.post(agency, payload, known(subject))
    if not late:
        parts.project()
    released = 0
    for partner in CAST:
        asked: dict[str, Any] = {"purpose": purpose, "limit": 100}
        read = parts.timeline(partner, subject, **asked)
        for item in items_of(read):
            assert set(item["shown"]) <= entitled(parts, partner, item["position"])
        released += check(parts, partner, subject, purpose, read)
        stated = parts.request(partner, subject, **asked)
        released += check(parts, partner, subject, purpose, stated)
    parts.project()
    return released


def test_what_is_released_is_entitled_and_what_a_fresh_decision_shows(lasting: Parts) -> None:
    counts: list[int] = []

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps(), min_size=1, max_size=8), st.integers(0, 3), st.sampled_from(PURPOSES))
    def any_history(told: list[tuple[str, Payload]], late: int, purpose: str) -> None:
        counts.append(run(lasting, len(counts), told, min(late, len(told)), purpose))

    any_history()
    assert sum(counts) > len(counts), "something must have been released"


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_what_is_released_in_many_more_histories_is_entitled(lasting: Parts) -> None:
    counts: list[int] = []

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps(), min_size=1, max_size=12), st.integers(0, 4), st.sampled_from(PURPOSES))
    def any_history(told: list[tuple[str, Payload]], late: int, purpose: str) -> None:
        counts.append(run(lasting, 100 + len(counts), told, min(late, len(told)), purpose))

    any_history()
    assert sum(counts) > len(counts), "something must have been released"
