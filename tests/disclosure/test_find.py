"""Searches: whom a partner may know of, by number or by name, and nobody else."""

import json
from uuid import UUID

from contracts.identity import SubjectDescribed
from hub.disclosure.ask import Answer, Search
from hub.ledger.demographics import keys
from tests.disclosure.scene import ADVOCATE, consented, enquiry, hold, recorded, searched, withdraw
from tests.support.parts import NHS_NUMBERS, Parts, known, person


def found(answer: Answer) -> list[str]:
    return [one["id"] for one in json.loads(answer.body)["subjects"]]


def by_name(parts: Parts, partner: str, family: str, born: str) -> Answer:
    named = keys(family_name=family, given_name=None, birth_date=born, postcode=None)
    search = Search(
        partner=partner, user=None, purpose="safeguarding_enquiry", demographics=tuple(named)
    )
    return parts.run(parts.hub.finder.find(search))


def describe(parts: Parts, subject: UUID, family: str = "Example") -> None:
    said = {"about": "adult", "family_name": family, "birth_date": "1950-01-31"}
    parts.post("gp-c", SubjectDescribed.model_validate(said), known(subject))
    parts.project()


def test_a_partner_finds_whom_it_may_know_of(parts: Parts) -> None:
    subject = consented(parts)
    answer = searched(parts, ADVOCATE, NHS_NUMBERS[0])
    assert json.loads(answer.body) == {
        "subjects": [
            {
                "id": str(subject),
                "kind": "adult",
                "known_to_you": False,
                "known_to": ["gp-c"],
                "agreement": [{"field": "nhs_number", "said": "agrees"}],
            }
        ]
    }
    row = recorded(parts, answer)
    assert [item["categories"] for item in row["items"]] == [["existence"]]


def test_who_posted_about_somebody_knows_them(parts: Parts) -> None:
    consented(parts)
    ((one,),) = [json.loads(searched(parts, "gp-c", NHS_NUMBERS[0]).body)["subjects"]]
    assert one["known_to_you"] is True


def test_nobody_is_found_where_nothing_may_be_known_and_that_is_on_record(parts: Parts) -> None:
    consented(parts)
    for number in NHS_NUMBERS[:2]:
        answer = searched(parts, "home-e", number)
        assert answer.body == b'{"subjects":[]}'
        assert recorded(parts, answer)["reason_code"] == "nothing_to_show"


def test_the_register_says_that_whom_somebody_looked_for_is_hidden(parts: Parts) -> None:
    hold(parts, enquiry(parts, "home-e"), "home-e")
    nobody, hidden = (searched(parts, "home-e", number) for number in NHS_NUMBERS[:2])
    assert hidden.body == nobody.body
    rows = [recorded(parts, answer) for answer in (hidden, nobody)]
    assert [row["reason_code"] for row in rows] == ["bar", "nothing_to_show"]
    assert "x-tipping-off" in [rule.partition("@")[0] for rule in rows[0]["rules"]]


def test_a_withdrawal_closes_the_search_before_the_views_know(parts: Parts) -> None:
    subject = consented(parts)
    withdraw(parts, subject)
    assert found(searched(parts, ADVOCATE, NHS_NUMBERS[0])) == []


def test_a_name_and_a_birth_date_find_the_person_however_spelled(parts: Parts) -> None:
    subject = consented(parts)
    describe(parts, subject, "O'Brien")
    assert found(by_name(parts, ADVOCATE, "OBRIEN", "1950-01-31")) == [str(subject)]
    assert found(by_name(parts, ADVOCATE, "OBRIEN", "1950-02-01")) == []
    assert found(by_name(parts, "home-e", "OBRIEN", "1950-01-31")) == []


def test_namesakes_are_all_found_and_only_those_one_may_know_of(parts: Parts) -> None:
    one, two = consented(parts), consented(parts, NHS_NUMBERS[1])
    describe(parts, one)
    describe(parts, two)
    assert set(found(by_name(parts, ADVOCATE, "Example", "1950-01-31"))) == {str(one), str(two)}
    withdraw(parts, one)
    assert found(by_name(parts, ADVOCATE, "Example", "1950-01-31")) == [str(two)]


def test_a_search_holds_no_identifier_in_the_register(parts: Parts) -> None:
    consented(parts)
    answer = searched(parts, ADVOCATE, NHS_NUMBERS[0])
    row = parts.rows("SELECT header::text FROM ledger.header WHERE jti = %s", answer.jti)
    assert NHS_NUMBERS[0] not in row[0][0]
    assert person()["uri"] not in row[0][0]


def test_what_agrees_and_who_posted_is_on_record_as_it_was_told(parts: Parts) -> None:
    subject = consented(parts)
    describe(parts, subject)
    answer = by_name(parts, "gp-c", "Example", "1950-01-31")
    ((one,),) = [json.loads(answer.body)["subjects"]]
    assert one["known_to"] == []
    assert one["agreement"] == [
        {"field": "family_name", "said": "agrees"},
        {"field": "birth_date", "said": "agrees"},
    ]
    items = recorded(parts, answer)["items"]
    assert {c for item in items for c in item["categories"]} == {"existence", "identity"}
    positions = [item["position"] for item in items]
    assert len(positions) == len(set(positions))
