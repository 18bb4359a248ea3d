"""A wrong record leaves every view, and everybody who was shown it is told so."""

from typing import Any

import psycopg

from contracts.integrity import ClearedForRelease, Disputed, RecipientNotified, Retracted
from tests.journeys.people import UNSAID, concern, corrections, enquiry, hold, person, seen
from tests.support.hub_process import RunningHub


def retract(hub: RunningHub, number: str, item: str, *, by: str = "oak-gp") -> None:
    retracted = Retracted(about="adult", item=item, reason="wrong_person")
    hub.post(by, retracted, person(number))
    hub.settle()


def told_on_record(hub: RunningHub, item: str) -> list[str]:
    """Return whom the ledger says to have been told, by answers that it says they were given."""
    with psycopg.connect(hub.settings.owner) as connection:
        rows = connection.execute(
            "SELECT n.routing->>'partner' FROM ledger.header n JOIN ledger.header i"
            " ON i.position = (n.routing->>'item_position')::bigint JOIN ledger.header d"
            " ON d.jti = (n.routing->>'dis')::uuid AND d.partner = n.routing->>'partner'"
            " WHERE n.type = %s AND n.routing->>'cause' = 'retracted' AND i.jti = %s",
            [RecipientNotified.TYPE, item],
        ).fetchall()
    return [row[0] for row in rows]


def jtis(items: list[Any]) -> set[str]:
    return {item["jti"] for item in items}


def test_a_retraction_reaches_everyone_who_was_shown_the_item_and_nobody_else(
    hub: RunningHub,
) -> None:
    readers = hub.enrol("council"), hub.enrol("council")
    idle = hub.enrol("council")
    number = hub.nhs_number()
    item = concern(hub, number, addressed_to=(*readers, idle))
    hub.settle()
    for reader in readers:
        assert item in jtis(seen(hub, reader, number))
    hub.settle()
    retract(hub, number, item)
    for reader in readers:
        (notice,) = corrections(hub, reader)
        assert notice.body["acknowledge"] is True
        assert notice.body["item_type"].endswith("/retracted/v1")
        assert notice.subject == {"format": "opaque", "id": hub.find("oak-gp", number)}
    assert corrections(hub, idle) == []
    assert sorted(told_on_record(hub, item)) == sorted(readers)


def test_a_retracted_item_is_gone_from_every_view_but_its_posters(hub: RunningHub) -> None:
    number = hub.nhs_number()
    item, other = concern(hub, number), concern(hub, number)
    enquiry(hub, number, "north-police")
    hub.settle()
    for agency in ("north-council", "north-police"):
        assert {item, other} <= jtis(seen(hub, agency, number))
    retract(hub, number, item)
    for agency in ("north-council", "north-police"):
        shown = jtis(seen(hub, agency, number))
        assert item not in shown
        assert other in shown
    (own,) = (i for i in seen(hub, "oak-gp", number) if i["jti"] == item)
    assert own["status"] == "retracted"


def test_a_retraction_counts_at_once_for_a_request_too(hub: RunningHub) -> None:
    number = hub.nhs_number()
    item = concern(hub, number)
    hub.settle()
    subject = hub.find("north-council", number)
    hub.post("oak-gp", Retracted(about="adult", item=item, reason="mistaken"), person(number))
    answer = hub.client("north-council").disclose(
        subject, purpose="safeguarding_enquiry", necessary=True, reason="to judge the concern"
    )
    assert not answer.released


def test_nobody_retracts_what_another_agency_posted(hub: RunningHub) -> None:
    number = hub.nhs_number()
    item = concern(hub, number)
    hub.settle()
    retract(hub, number, item, by="fir-provider")
    assert item in jtis(seen(hub, "north-council", number))


def test_a_disputed_item_stays_and_says_that_it_is_disputed(hub: RunningHub) -> None:
    number = hub.nhs_number()
    item = concern(hub, number)
    hub.settle()
    disputed = Disputed(about="adult", item=item, by="subject")
    hub.post("oak-gp", disputed, person(number))
    hub.settle()
    (shown,) = (i for i in seen(hub, "north-council", number) if i["jti"] == item)
    assert shown["status"] == "disputed"


def test_free_text_is_shown_once_its_poster_has_cleared_it(hub: RunningHub) -> None:
    number = hub.nhs_number()
    item = concern(hub, number, narrative=UNSAID)
    hub.settle()
    assert UNSAID not in str(seen(hub, "north-council", number))
    hub.post("oak-gp", ClearedForRelease(about="adult", item=item), person(number))
    hub.settle()
    (shown,) = (i for i in seen(hub, "north-council", number) if i["jti"] == item)
    assert shown["fields"]["narrative"] == UNSAID


def test_a_correction_tells_nothing_to_whom_the_item_is_hidden_from_by_now(
    hub: RunningHub,
) -> None:
    provider = hub.enrol("provider")
    number = hub.nhs_number()
    item = concern(hub, number)
    enquiry(hub, number, provider)
    hub.settle()
    assert item in jtis(seen(hub, provider, number))
    hold(hub, number, provider)
    hub.settle()
    retract(hub, number, item)
    assert hub.client(provider).poll(max_events=1000).notices == ()
