"""What a person may be given of what an agency holds on them, and why the rest is left out."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts.base import Category
from contracts.codes import AbuseType, SupportReason
from contracts.consent import ConsentNotSought
from contracts.identity import SubjectDescribed
from contracts.integrity import Retracted
from contracts.police import CrimeReported, Hold, HoldLifted
from contracts.telling import SubjectAccessRequested
from hub.disclosure.ask import Ask, BundleError
from hub.disclosure.person import PERMIT, exemptions, persons_law
from hub.ledger.record import Record
from hub.rulebook import shipped
from tests.support.parts import Parts, concern

COUNCIL = "council-a"
REFERRER = "Perpetua Underhill-Smythe"
MARK = "a fall on the second of March"


def bundle(parts: Parts, subject: UUID, *, by: str = COUNCIL, user: str | None = "rights-1") -> Any:  # noqa: ANN401
    ask = Ask(
        partner=by, user=user, purpose="subject_rights", channel="bundle", subject=subject,
        stated=True,
    )  # fmt: skip
    return parts.run(parts.hub.desk.bundle(ask))


def items(parts: Parts, subject: UUID, *, by: str = COUNCIL) -> dict[str, dict[str, Any]]:
    parts.project()
    body = json.loads(bundle(parts, subject, by=by).body)
    return {item["jti"]: item for item in body.get("items", ())}


def asked(parts: Parts, *, by: str = COUNCIL, about: str = "adult") -> UUID:
    """Let a person ask an agency for their own data; return who they are."""
    request = SubjectAccessRequested.model_validate({"about": about, "received_on": "2026-03-02"})
    return parts.post(by, request).subject


def own(parts: Parts, **said: Any) -> Record:  # noqa: ANN401
    fields = {"addressed_to": (), "harm": MARK, "referrer_kind": "family", **said}
    return parts.post(COUNCIL, concern(**fields))


def exempt(item: dict[str, Any]) -> dict[str, str]:
    return {one["field"]: one["exemption"] for one in item["exempt"]}


def test_an_agency_gives_its_own_record_less_other_people_each_with_its_exemption(
    parts: Parts,
) -> None:
    subject = asked(parts)
    record = own(parts, types=(AbuseType.PHYSICAL,), referrer=REFERRER)
    answer = items(parts, subject)[str(record.jti)]
    assert answer["fields"]["types"] == ["Physical Abuse"]
    assert {"referrer_kind", "referrer", "harm"} & answer["fields"].keys() == set()
    assert exempt(answer) == dict.fromkeys(("referrer_kind", "referrer", "harm"), "others-data")
    for one in answer["exempt"]:
        assert one["provision"].startswith("DPA 2018 Sch 2 para 16")
        assert one["cite"].startswith("https://www.legislation.gov.uk/")
    assert REFERRER not in json.dumps(answer)
    assert {b["rule"].partition("@")[0] for b in answer["because"]} >= {PERMIT}


def test_health_waits_for_a_health_professional_unless_one_holds_it(parts: Parts) -> None:
    subject = asked(parts)
    record = own(parts, support_reason=SupportReason.PHYSICAL)
    answer = items(parts, subject)[str(record.jti)]
    assert "support_reason" not in answer["fields"]
    assert exempt(answer)["support_reason"] == "health-opinion"
    asked(parts, by="gp-c")
    mine = parts.post("gp-c", concern(support_reason=SupportReason.PHYSICAL))
    assert "support_reason" in items(parts, subject, by="gp-c")[str(mine.jti)]["fields"]


def test_what_could_do_serious_harm_waits_for_that_test(parts: Parts) -> None:
    subject = asked(parts)
    record = own(parts, types=(AbuseType.DOMESTIC,))
    parts.post(COUNCIL, ConsentNotSought(about="adult", why="would_prejudice"))
    answer = items(parts, subject)[str(record.jti)]
    assert answer["shown"] == ["existence"]
    assert exempt(answer)["types"] == "serious-harm"


def test_another_holders_record_is_not_in_it_before_a_person_there_said_yes(parts: Parts) -> None:
    subject = asked(parts)
    theirs = parts.post("gp-c", concern())
    assert str(theirs.jti) not in items(parts, subject)
    ((routing,),) = parts.rows(
        "SELECT routing FROM ledger.header WHERE routing->>'channel' = 'bundle'"
    )
    assert routing["refer_to"] == ["gp-c"]


@pytest.mark.parametrize("about", ["adult", "alleged_perpetrator"])
def test_while_the_police_ask_that_nobody_be_told_only_what_the_person_said_is_given(
    parts: Parts,
    about: Any,  # noqa: ANN401 - a closed word
) -> None:
    subject = asked(parts, about=about)
    plain = parts.post(COUNCIL, SubjectDescribed(about=about, given_name="Hugh"))
    record = own(parts, about=about)
    assert str(record.jti) in items(parts, subject)
    crime = CrimeReported(about=about, role="suspect")
    parts.post("police-b", crime)
    parts.post("police-b", Hold(about=about, until="2099-01-01"))
    during = items(parts, subject)
    assert str(plain.jti) in during
    assert str(record.jti) not in during
    assert "police" not in json.dumps(during)
    parts.post("police-b", HoldLifted(about=about))
    assert str(record.jti) in items(parts, subject)


def test_during_a_hold_the_bytes_tell_nothing_of_what_the_police_recorded(parts: Parts) -> None:
    subject = asked(parts)
    parts.post("police-b", Hold(about="adult", until="2099-01-01"))
    parts.project()
    before = bundle(parts, subject).body
    parts.post("police-b", CrimeReported(about="adult", role="suspect"))
    parts.project()
    assert bundle(parts, subject).body == before


def test_what_was_taken_back_is_not_in_it(parts: Parts) -> None:
    subject = asked(parts)
    record = own(parts)
    gone = Retracted(about="adult", item=str(record.jti), reason="wrong_person")
    parts.post(COUNCIL, gone)
    assert str(record.jti) not in items(parts, subject)


def test_whoever_was_not_asked_is_told_what_they_are_told_of_nobody(parts: Parts) -> None:
    subject = asked(parts)
    own(parts)
    parts.project()
    nobody = bundle(parts, UUID("00000000-0000-4000-8000-000000000001"), by="gp-c")
    answer = bundle(parts, subject, by="gp-c")
    assert (answer.outcome, answer.body) == (nobody.outcome, nobody.body)
    assert answer.outcome == "refused"


def test_an_officer_goes_through_it_by_name(parts: Parts) -> None:
    with pytest.raises(BundleError):
        bundle(parts, asked(parts), user=None)


def test_the_register_holds_each_exemption(parts: Parts) -> None:
    subject = asked(parts)
    record = own(parts)
    parts.project()
    answer = bundle(parts, subject)
    ((routing,),) = parts.rows("SELECT routing FROM ledger.header WHERE jti = %s", answer.jti)
    (line,) = (i for i in routing["items"] if i["position"] == record.position)
    assert line["exempt"] == ["third_party=others-data"]
    assert routing["user"] == "rights-1"
    assert routing["purpose"] == "subject_rights"


def test_it_goes_on_page_by_page_past_pages_of_which_nothing_is_given(parts: Parts) -> None:
    subject = asked(parts)
    for _ in range(3):
        gone = own(parts)
        parts.post(COUNCIL, Retracted(about="adult", item=str(gone.jti), reason="wrong_person"))
    last = own(parts), own(parts)
    parts.project()
    ask = Ask(
        partner=COUNCIL, user="rights-1", purpose="subject_rights", channel="bundle",
        subject=subject, stated=True, limit=1,
    )  # fmt: skip
    found: list[str] = []
    while True:
        body = json.loads(parts.run(parts.hub.desk.bundle(ask)).body)
        found += [item["jti"] for item in body.get("items", ())]
        if body.get("next") is None:
            break
        ask = replace(ask, after=parts.hub.cursors.read(COUNCIL, subject, body["next"]))
    assert {str(one.jti) for one in last} <= set(found)
    assert len(found) == len(set(found))


def test_the_table_names_rules_categories_and_tests_and_where_the_law_stands() -> None:
    rules = {rule.id for rule in shipped().rules}
    for key, row in exemptions().items():
        assert key in rules | set(Category) | {"serious-harm", "health-opinion"}
        assert row.cite.startswith("https://www.legislation.gov.uk/")
        assert row.words.endswith(".")


def test_towards_the_person_one_permit_stands_and_every_bar() -> None:
    law, plain = persons_law(shipped()), shipped()
    assert [r.id for r in law.rules if r.effect == "permit"] == [PERMIT]
    assert [r for r in law.rules if r.forbids] == [r for r in plain.rules if r.forbids]
    assert law.release != plain.release
