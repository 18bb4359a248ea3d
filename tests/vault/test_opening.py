"""The vault opens only for a committed, unused record that covers what it lets go."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.base import Category
from contracts.disclosure import DisclosureMade
from contracts.labels import mask
from hub.disclosure.opening import Built, Fields, Form
from hub.ledger.frontdoor import Own, agency_sub_id
from hub.ledger.record import SubjectErasedError, UnavailableError, VaultRefusedError
from hub.vault.build import KEPT_MS
from tests.disclosure.scene import ADVOCATE, consented
from tests.support.ledger_rows import uid
from tests.support.parts import NHS_NUMBERS, Parts

ID = UUID(uid("request"))
ALL = mask(Category)
WORDS = "seen on the ward"


def unwraps(parts: Parts, reason: str = "disclosure") -> list[tuple[Any, ...]]:
    return parts.rows(
        "SELECT dis, partner, positions, items, body_digest FROM vault.unwrap"
        " WHERE reason = %s ORDER BY at",
        reason,
    )


def place(parts: Parts, subject: UUID) -> int:
    """Return where the subject's first event stands: a concern."""
    found = parts.rows("SELECT min(position) FROM ledger.header WHERE subject = %s", subject)
    return int(found[0][0])


def built(parts: Parts, *positions: int) -> Built:
    """Have an answer of some items built, as a desk would."""
    form = Form()
    content = {"items": [form.hole(Fields(p, ALL, cleared=True)) for p in positions]}
    return parts.run(parts.hub.opening.build(*form.cut(content)))


def made(parts: Parts, one: Built, *positions: int, **changes: Any) -> UUID:  # noqa: ANN401
    """Record a disclosure of some items as a whole; return its jti."""
    carried = {
        row[0]: row[1]
        for row in parts.rows(
            "SELECT position, categories FROM ledger.header WHERE agency <> 'hub'"
        )
    }
    lines = [
        {
            "position": p,
            "categories": [c for n, c in enumerate(Category) if carried[p] & 1 << n],
            "decision": "ab" * 32,
        }
        for p in positions
    ]
    entry = {
        "about": "agency", "partner": ADVOCATE, "purpose": "safeguarding_enquiry",
        "channel": "timeline", "rulebook": "cd" * 32, "fact_position": 1, "items": lines,
        "body_digest": one.body_digest,
    }  # fmt: skip
    jti = UUID(parts.jti())
    payload = DisclosureMade.model_validate_json(json.dumps({**entry, **changes}))
    parts.run(parts.hub.door.say(Own(payload, agency_sub_id(ADVOCATE), jti=str(jti))))
    return jti


def released(parts: Parts, one: Built, dis: UUID) -> bytes:
    return parts.run(parts.hub.opening.release(one.handle, dis))


def test_an_answer_is_let_go_for_its_record_and_the_log_of_openings_says_so(parts: Parts) -> None:
    subject = consented(parts)
    answer = parts.timeline(ADVOCATE, subject)
    shown = json.loads(answer.body)["items"]
    items = [item["position"] for item in shown]
    assert shown[0]["fields"]["care_needs"] == "yes"
    ((dis, partner, positions, count, digest),) = unwraps(parts)
    assert (dis, partner, sorted(positions), count) == (answer.jti, ADVOCATE, items, len(items))
    routing = parts.rows("SELECT routing FROM ledger.header WHERE jti = %s", answer.jti)[0][0]
    assert routing["body_digest"] == digest
    assert len(routing["items"]) == count


def test_a_record_is_used_once(parts: Parts) -> None:
    at = place(parts, consented(parts))
    first, second = built(parts, at), built(parts, at)
    dis = made(parts, first, at)
    assert WORDS.encode() in released(parts, first, dis)
    with pytest.raises(VaultRefusedError):
        released(parts, second, dis)
    assert len(unwraps(parts)) == 1
    assert len(unwraps(parts, "unreleased")) == 1


def test_an_answer_is_let_go_once(parts: Parts) -> None:
    at = place(parts, consented(parts))
    one = built(parts, at)
    dis = made(parts, one, at)
    released(parts, one, dis)
    with pytest.raises(UnavailableError):
        released(parts, one, made(parts, one, at))


def test_without_a_record_nothing_is_let_go_and_that_it_was_built_is_on_record(
    parts: Parts,
) -> None:
    at = place(parts, consented(parts))
    one = built(parts, at)
    with pytest.raises(VaultRefusedError):
        released(parts, one, UUID(uid("never recorded")))
    assert unwraps(parts) == []
    assert [row[2] for row in unwraps(parts, "unreleased")] == [[at]]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body_digest": "A" * 43}, id="another body"),
        pytest.param({"items": []}, id="no items"),
    ],
)
def test_a_record_of_something_else_lets_nothing_go(
    parts: Parts, changes: dict[str, object]
) -> None:
    at = place(parts, consented(parts))
    one = built(parts, at)
    dis = made(parts, one, at, **changes)
    with pytest.raises(VaultRefusedError):
        released(parts, one, dis)


def test_a_record_of_one_person_does_not_cover_another(parts: Parts) -> None:
    at = place(parts, consented(parts))
    other = place(parts, consented(parts, NHS_NUMBERS[2]))
    one = built(parts, at, other)
    dis = made(parts, one, at)
    with pytest.raises(VaultRefusedError):
        released(parts, one, dis)


def test_a_record_of_fewer_categories_does_not_cover_more(parts: Parts) -> None:
    at = place(parts, consented(parts))
    one = built(parts, at)
    line = {"position": at, "categories": ["existence"], "decision": "ab" * 32}
    dis = made(parts, one, at, items=[line])
    with pytest.raises(VaultRefusedError):
        released(parts, one, dis)


def test_a_refusal_opens_nothing(parts: Parts) -> None:
    subject = consented(parts)
    refused = parts.timeline("home-e", subject)
    assert refused.outcome == "refused"
    one = built(parts, place(parts, subject))
    with pytest.raises(VaultRefusedError):
        released(parts, one, refused.jti)


def test_only_the_digest_leaves_before_the_record(parts: Parts) -> None:
    one = built(parts, place(parts, consented(parts)))
    assert WORDS.encode() not in repr(one).encode()
    assert len(one.body_digest) == 43


def test_what_nobody_fetches_goes_after_a_minute_and_is_on_record(parts: Parts) -> None:
    at = place(parts, consented(parts))
    one = built(parts, at)
    dis = made(parts, one, at)
    parts.hub.clock.advance(KEPT_MS // 1000)  # type: ignore[attr-defined] # a FixedClock
    built(parts, at)
    with pytest.raises(UnavailableError):
        released(parts, one, dis)
    assert [row[2] for row in unwraps(parts, "unreleased")] == [[at]]


def test_the_first_answer_given_again_is_logged_and_needs_its_record(parts: Parts) -> None:
    subject = consented(parts)
    first = parts.request(ADVOCATE, subject, request_id=ID)
    again = parts.request(ADVOCATE, subject, request_id=ID)
    assert again.body == first.body
    assert [row[0] for row in unwraps(parts, "again")] == [first.jti]
    envelope = bytes(parts.rows("SELECT body FROM ops.answer")[0][0])
    with pytest.raises(VaultRefusedError):
        parts.run(parts.hub.opening.again(UUID(uid("none")), ID, envelope))
    other = parts.timeline(ADVOCATE, subject)
    with pytest.raises(VaultRefusedError):
        parts.run(parts.hub.opening.again(other.jti, ID, envelope))


def test_an_answer_that_was_kept_is_erased_with_the_person(parts: Parts) -> None:
    subject = consented(parts)
    parts.request(ADVOCATE, subject, request_id=ID)
    parts.rows("UPDATE ledger.subject_key SET state = 'destroyed' WHERE key_id = %s", subject)
    with pytest.raises(SubjectErasedError):
        parts.request(ADVOCATE, subject, request_id=ID)


def test_the_directory_opens_nothing_about_a_person(parts: Parts) -> None:
    at = place(parts, consented(parts))
    policy = parts.rows("SELECT min(position) FROM ledger.header WHERE kind = 'policy'")[0][0]
    opened = parts.hub.sealing.governance([at, policy])
    assert [position for position, _ in opened] == [policy]


def test_the_api_has_no_answer_while_the_vault_is_away(parts: Parts) -> None:
    subject = consented(parts)
    away = parts.hub.settings.vault.with_name("nobody.sock")
    parts.hub.opening._path = away
    parts.run(parts.hub.opening.close())
    with pytest.raises(UnavailableError, match="vault"):
        parts.timeline(ADVOCATE, subject)
    refused = parts.timeline("home-e", subject)
    assert refused.outcome == "refused"  # it needs nothing opened
