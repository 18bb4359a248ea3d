"""Notices: who must hear of a position, and who must not learn that there is one."""

import asyncio
from collections.abc import Callable
from typing import Any, LiteralString, TypeAlias

import psycopg
import pytest
from psycopg import Connection
from pydantic import TypeAdapter

from contracts.base import Payload, Uuid
from contracts.concern import ConcernRaised
from contracts.enquiry import EvidenceAdded
from contracts.integrity import Corrected, Disputed, Retracted
from contracts.police import Hold
from contracts.reviews import S45Request
from contracts.setting import ProviderConcernOpened
from contracts.triage import RoleAssigned
from hub.views import read, read_inbox
from hub.views.rows import notice_jti
from tests.support.ledger_rows import uid
from tests.views.story import Story
from tests.views.test_case_file import enquiry

Heard: TypeAlias = Callable[[str], list[tuple[str, int | None]]]


@pytest.fixture
def heard(hub_database: str, project: Callable[[], int]) -> Heard:
    """Return what an agency polls: the cause of each notice, and the position of its item."""

    def poll(agency: str) -> list[tuple[str, int | None]]:
        project()
        return [(one.cause, one.item_position) for one in fetch(hub_database, agency)]

    return poll


def fetch(url: str, agency: str) -> list[read.NoticeRow]:
    async def ask() -> list[read.NoticeRow]:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await read.notices(connection, agency)

    return asyncio.run(ask())


def test_those_entitled_hear_of_a_new_item_and_its_poster_does_not(
    story: Story, heard: Heard
) -> None:
    evidence = story.places[enquiry(story, "police-a")]
    assert ("item", evidence) in heard("police-a")
    assert ("item", evidence) in heard("council-a")
    assert ("item", evidence) not in heard("trust-a")
    assert heard("home-a") == []


def test_an_agency_that_would_first_have_to_invoke_a_power_hears_nothing(
    story: Story, heard: Heard, connection: Connection[Any]
) -> None:
    evidence = enquiry(story)
    story.post("board-a", S45Request, to="trust-a", function="review", asked="All")
    assert heard("board-a") == []
    told = connection.execute(
        "SELECT e.told FROM views_v1.entitlement e JOIN views_v1.item i USING (subject, class_id)"
        " WHERE e.agency = 'board-a' AND i.jti = %s",
        [evidence],
    ).fetchall()
    assert told == [(False,)]  # its section 45 demand opens it, once it is invoked


def test_one_notice_tells_an_agency_that_older_items_opened(story: Story, heard: Heard) -> None:
    enquiry(story)
    story.post("trust-a", EvidenceAdded)
    before = heard("home-a")
    story.post("council-a", RoleAssigned, agency="home-a", role="partner")
    assert before == []
    assert [cause for cause, _ in heard("home-a")] == ["entitlement", "item"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [(Retracted, {"reason": "mistaken"}), (Corrected, {}), (Disputed, {"by": "family"})],
)
def test_those_who_were_shown_an_item_hear_that_it_does_not_stand(
    story: Story, heard: Heard, kind: type[Payload], fields: dict[str, str]
) -> None:
    evidence = enquiry(story, "police-a", "home-a")
    story.disclose("police-a", [evidence])
    story.post("trust-a", kind, item=evidence, **fields)
    story.disclose("council-a", [evidence])
    place = story.places[evidence]
    assert ("correction", place) in heard("police-a")
    assert ("correction", place) not in heard("home-a")
    assert ("correction", place) not in heard("council-a")


def test_an_agency_kept_from_knowing_hears_no_correction(story: Story, heard: Heard) -> None:
    evidence = enquiry(story, "home-a")
    story.disclose("home-a", [evidence])
    story.post("police-a", Hold, implicated=("home-a",), until="2027-01-01")
    story.post("trust-a", Retracted, item=evidence, reason="mistaken")
    assert heard("home-a") == []


def test_notices_given_before_a_hold_are_not_delivered_during_it(
    story: Story, heard: Heard
) -> None:
    enquiry(story, "home-a")
    before = heard("home-a")
    story.post("police-a", Hold, implicated=("home-a",), until="2027-01-01")
    assert before != []
    assert heard("home-a") == []


def test_an_alarm_reaches_those_who_act_on_settings_unless_a_hold_implicates_them(
    story: Story, heard: Heard
) -> None:
    story.post(
        "council-a", ProviderConcernOpened, "home", about="setting", setting="1-1", level="watch"
    )
    story.post("police-a", Hold, "home", about="setting", implicated=("cqc",), until="2027-01-01")
    for n in range(3):
        story.post("trust-a", ConcernRaised, f"resident {n}", setting="1-1")
    causes = {agency: [c for c, _ in heard(agency)] for agency in ("council-a", "police-a", "cqc")}
    assert causes["council-a"].count("alarm") == 1
    assert causes["police-a"].count("alarm") == 1
    assert "alarm" not in causes["cqc"]
    assert "alarm" not in [cause for cause, _ in heard("home-a")]


def test_an_acknowledged_notice_is_not_told_again(
    story: Story, heard: Heard, connection: Connection[Any], hub_database: str
) -> None:
    enquiry(story, "police-a")
    assert heard("police-a")
    for notice in fetch(hub_database, "police-a"):
        connection.execute(
            "INSERT INTO ops.notice_ack VALUES (%s, %s, 0)", [notice.agency, notice.jti]
        )
    assert heard("police-a") == []


def test_a_notice_has_an_id_that_partners_accept_and_that_a_rebuild_repeats() -> None:
    jti = notice_jti("police-a", 7, "item", uid("anna"), 7)
    assert TypeAdapter(Uuid).validate_python(jti) == jti
    assert jti == notice_jti("police-a", 7, "item", uid("anna"), 7)
    others = {
        notice_jti("council-a", 7, "item", uid("anna"), 7),
        notice_jti("police-a", 8, "item", uid("anna"), 7),
        notice_jti("police-a", 7, "correction", uid("anna"), 7),
        notice_jti("police-a", 7, "item", uid("bert"), 7),
        notice_jti("police-a", 7, "item", uid("anna"), 8),
    }
    assert len(others | {jti}) == 6


@pytest.mark.parametrize("question", [read._UNREAD, read_inbox._UNREAD, read_inbox._HANDLED])
def test_what_was_acknowledged_is_looked_up_for_each_notice_and_never_joined(
    hub_database: str, project: Callable[[], int], question: LiteralString
) -> None:
    project()
    values = {"agency": "council-a", "position": 0, "at": 0, "limit": 101}
    with psycopg.connect(hub_database) as connection:
        plan = "\n".join(
            row[0] for row in connection.execute("EXPLAIN " + question, values).fetchall()
        )
    assert "notice_ack" in plan
    assert "Anti Join" not in plan
    assert "Semi Join" not in plan
