"""What the bench sends: events the hub would take, about nobody who exists."""

from itertools import islice

from nhs_number.validate import is_valid

from adapters.kit import AgencyKey, machine
from contracts.catalogue import EVENT_TYPES
from hub.bench.cases import EVENTS_A_CASE, case, said_by
from hub.bench.intake import EVENTS_A_SUBJECT, signed
from hub.bench.material import EVENT_BYTES, Author, concern, nhs_numbers
from hub.bench.stage import COUNCIL, PARTNERS, entry_of
from hub.bench.verifying import standing
from hub.intake.verify import verify

HUB = "https://hub.example"


def an_author() -> Author:
    return Author(COUNCIL, AgencyKey.generate(), HUB, machine())


def test_nhs_numbers_are_valid_differ_and_stay_in_the_range_kept_for_tests() -> None:
    numbers = list(islice(nhs_numbers(), 200))
    assert len(set(numbers)) == 200
    assert all(is_valid(number) and number.startswith("999") for number in numbers)


def test_a_signed_event_is_one_the_hub_takes_and_about_as_long_as_said() -> None:
    by = an_author()
    now = int(machine().now())
    keyring, agencies = standing(
        entry_of(COUNCIL).model_dump(mode="json"), dict(by.key.public_jwk()), now
    )
    for jti, token in signed(by, nhs_numbers(), 3):
        found = verify(
            token, keyring=keyring, agencies=agencies, caller=COUNCIL, now=now, hub_uri=HUB
        )
        assert found.jti == jti
        assert abs(len(token) - EVENT_BYTES) < EVENT_BYTES // 10


def test_events_share_subjects_and_no_event_is_made_twice() -> None:
    events = list(signed(an_author(), nhs_numbers(), 3 * EVENTS_A_SUBJECT))
    assert len({jti for jti, _ in events}) == len(events)


def test_three_events_in_ten_put_facts_on_record_that_decide() -> None:
    told = [payload for number in range(100) for _, payload in case(number)]
    assert len(told) == 100 * EVENTS_A_CASE
    deciding = [p for p in told if {f.name for f in p.facts()} - {"subject_kind"}]
    assert len(deciding) / len(told) == 0.3


def test_all_five_partners_have_a_part_in_every_case() -> None:
    for number in range(12):
        events = list(case(number))
        named = {slug for slug, _ in events} | set(events[0][1].addressees())
        assert named == set(PARTNERS)


def test_each_partner_says_as_much_as_asked_in_known_types() -> None:
    for slug in PARTNERS:
        said = said_by(slug, 4)
        assert len(said) == 4
        assert all(type(payload).TYPE in EVENT_TYPES for payload in said)


def test_a_concern_grows_with_the_size_asked_for() -> None:
    short, long = concern(1_000), concern(3_000)
    assert short.narrative is not None
    assert long.narrative is not None
    assert len(long.narrative) > len(short.narrative)
