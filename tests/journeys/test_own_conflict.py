"""An officer with an interest of their own learns nothing; colleagues serve in their place."""

from typing import Any

import httpx
import pytest

from adapters.kit import ProblemError
from contracts.governance import ConflictDeclared
from tests.journeys.people import answer, concern, enquiry, person
from tests.support.hub_process import IG, RunningHub
from tests.support.signed_in import SignedIn, new_id

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def council(hub: RunningHub) -> str:
    return hub.enrol("council")


@pytest.fixture(scope="module")
def asker(hub: RunningHub, council: str) -> SignedIn:
    return hub.signed_in(council)


def declare(hub: RunningHub, number: str, agency: str, officer: str, **said: Any) -> None:  # noqa: ANN401
    declared = ConflictDeclared.model_validate(
        {"about": "adult", "agency": agency, "officer": officer, "kind": "kin", **said}
    )
    hub.post(said.pop("by", agency), declared, person(number))
    hub.settle()


@pytest.fixture(scope="module")
def case(hub: RunningHub, council: str) -> tuple[str, str]:
    """Return a person whose cousin works at the council."""
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(council,))
    enquiry(hub, number, council)
    declare(hub, number, council, "cousin-1")
    return number, hub.client("oak-gp").find(
        purpose="safeguarding_enquiry", identifiers=[("nhs_number", number)]
    ).data["subjects"][0]["id"]  # fmt: skip


def timeline(asker: SignedIn, subject: str, user: str | None) -> httpx.Response:
    named = {} if user is None else {"Hub-User": user}
    headers = {"Hub-Purpose": "safeguarding_enquiry", **named}
    return asker.send("GET", f"/subjects/{subject}/timeline", headers=headers)


def request(asker: SignedIn, subject: str, user: str | None, **changed: Any) -> httpx.Response:  # noqa: ANN401
    body = {
        "id": new_id(), "purpose": "safeguarding_enquiry", "subject": subject, "necessary": True,
        "reason": "to plan the enquiry", **changed,
    }  # fmt: skip
    named = {} if user is None else {"Hub-User": user}
    found = asker.send("POST", "/disclosures", json=body, headers=named)
    found._content = found.content.replace(str(body["id"]).encode(), b"-")
    return found


def told(found: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    left = {"date", "hub-receipt"}
    headers = [(k, "" if k in left else v) for k, v in found.headers.multi_items()]
    return found.status_code, headers, found.content


@pytest.mark.parametrize("officer", ["cousin-1", "Cousin-1", None])
@pytest.mark.parametrize("ask", [timeline, request], ids=["timeline", "request"])
def test_the_officer_and_an_unnamed_one_read_what_they_would_read_of_nobody(
    ask: Any,  # noqa: ANN401
    asker: SignedIn,
    case: tuple[str, str],
    officer: str | None,
) -> None:
    assert told(ask(asker, case[1], officer)) == told(ask(asker, NOBODY, officer))


def test_a_colleague_is_served(asker: SignedIn, case: tuple[str, str]) -> None:
    assert timeline(asker, case[1], "worker-2").status_code == 200
    assert request(asker, case[1], "worker-2").status_code == 201


def test_the_officer_of_that_name_elsewhere_is_another(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    page = hub.client("north-council").timeline_page(
        case[1], purpose="safeguarding_enquiry", user="cousin-1"
    )
    assert page.data["items"]


def test_the_officer_finds_nobody(hub: RunningHub, council: str, case: tuple[str, str]) -> None:
    def find(user: str) -> Any:  # noqa: ANN401
        return hub.client(council).find(
            purpose="safeguarding_enquiry", identifiers=[("nhs_number", case[0])], user=user
        ).data["subjects"]  # fmt: skip

    assert find("cousin-1") == []
    assert [s["id"] for s in find("worker-2")] == [case[1]]


def test_a_colleagues_answer_is_not_given_out_again_to_the_officer(
    asker: SignedIn, case: tuple[str, str]
) -> None:
    once = new_id()
    assert request(asker, case[1], "worker-2", id=once).status_code == 201
    again = request(asker, case[1], "cousin-1", id=once)
    assert again.status_code == 409
    assert case[1].encode() not in again.content


@pytest.mark.usefixtures("case")
def test_notices_do_not_name_the_subject_to_the_officer(asker: SignedIn) -> None:
    def sets(user: str) -> int:
        found = asker.send(
            "POST", "/events/poll", json={"maxEvents": 50}, headers={"Hub-User": user}
        )
        return len(found.json()["sets"])

    assert sets("cousin-1") < sets("worker-2")


def test_information_governance_reads_why(
    hub: RunningHub, asker: SignedIn, case: tuple[str, str]
) -> None:
    timeline(asker, case[1], "cousin-1")
    hub.settle()
    found = hub.client(IG).register(subject=case[1], rule="x-own-conflict", limit="500").data
    entry = found["entries"][-1]
    assert (entry["user"], entry["outcome"]) == ("cousin-1", "refused")
    one = answer(hub, IG, "GET", f"/disclosures/{entry['jti']}").json()
    assert one["reason_code"] == "own_conflict"


def test_an_interest_that_has_ended_bars_no_more(
    hub: RunningHub, council: str, asker: SignedIn
) -> None:
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(council,))
    declare(hub, number, council, "former-1")
    subject = hub.client(council).find(
        purpose="safeguarding_enquiry", identifiers=[("nhs_number", number)], user="worker-2"
    ).data["subjects"][0]["id"]  # fmt: skip
    assert timeline(asker, subject, "former-1").status_code == 404
    declare(hub, number, council, "former-1", stands="no")
    assert timeline(asker, subject, "former-1").status_code == 200
    assert timeline(asker, subject, None).status_code == 200


def test_a_provider_cannot_bar_anothers_officer_and_can_bar_its_own(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "elm-provider")
    for agency in ("north-council", "elm-provider"):
        declared = ConflictDeclared(about="adult", agency=agency, officer="boss-1", kind="kin")
        hub.post("elm-provider", declared, person(number))
    hub.settle()
    subject = hub.find("north-council", number)
    page = hub.client("north-council").timeline_page(
        subject, purpose="safeguarding_enquiry", user="boss-1"
    )
    assert page.data["items"]
    with pytest.raises(ProblemError) as hidden:
        hub.client("elm-provider").timeline_page(
            subject, purpose="safeguarding_enquiry", user="boss-1"
        )
    assert hidden.value.status == 404


def test_an_officer_of_information_governance_is_barred_like_any_other(hub: RunningHub) -> None:
    office = hub.enrol("other", scopes=("read", "ig"))
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("north-council", number)
    hub.client("north-council").timeline_page(subject, purpose="safeguarding_enquiry")
    declare_by_council = ConflictDeclared(
        about="adult", agency=office, officer="ig-7", kind="works_for"
    )
    hub.post("north-council", declare_by_council, person(number))
    hub.settle()
    client = hub.client(office)
    assert client.who_saw(subject, user="ig-7").data["disclosures"] == []
    assert client.register(subject=subject, user="ig-7").data["entries"] == []
    assert client.who_saw(subject, user="ig-8").data["disclosures"]
