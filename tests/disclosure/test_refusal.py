"""The register's reason for a refusal: a bar only where a bar decided, and then that bar."""

from typing import Any
from uuid import UUID

from contracts.consent import CoercionSuspected, ConsentRefused
from contracts.disclosure import DisclosureRequested
from contracts.integrity import Retracted
from tests.disclosure.scene import ADVOCATE, consented, recorded
from tests.support.parts import Parts, concern, known


def refused(parts: Parts, partner: str, subject: UUID, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = parts.request(partner, subject, **changes)
    assert answer.outcome == "refused"
    return recorded(parts, answer)


def test_a_bar_on_one_category_is_not_why_nothing_leaves(parts: Parts) -> None:
    entry = refused(parts, "trust-d", consented(parts))
    assert (entry["reason_code"], entry.get("rules", [])) == ("no_gateway", [])


def test_a_bar_on_existence_is_and_only_such_are_named(parts: Parts) -> None:
    jti = parts.jti()
    subject = parts.post("gp-c", concern(), jti=jti).subject
    retraction = Retracted(about="adult", item=jti, reason="mistaken")
    parts.post("gp-c", retraction, known(subject))
    parts.project()
    entry = refused(parts, "police-b", subject)
    assert (entry["reason_code"], entry["rules"]) == ("bar", ["x-retracted@1"])


def test_what_waits_for_a_person_names_the_gateway_that_asks_for_one(parts: Parts) -> None:
    subject = consented(parts)
    asked = {"purpose": "crime_investigation", "legal_demand": "police_request"}
    cited = refused(parts, "police-b", subject, offence_stated=True, **asked)
    assert cited["reason_code"] == "no_gateway"
    request = DisclosureRequested.model_validate({"about": "adult", "of": "gp-c", **asked})
    parts.post("police-b", request, known(subject))
    entry = refused(parts, "police-b", subject, offence_stated=True, **asked)
    assert (entry["reason_code"], entry["rules"]) == ("person_must_decide", ["police-request@1"])


def test_a_capacitous_refusal_is_told_apart_from_other_bars(parts: Parts) -> None:
    subject = consented(parts, others_at_risk="no", serious_crime="no", immediate_risk="no")
    parts.post("gp-c", ConsentRefused(about="adult"), known(subject))
    ruled_out = CoercionSuspected(about="adult", finding="not_suspected")
    parts.post("gp-c", ruled_out, known(subject))
    parts.project()
    entry = refused(parts, ADVOCATE, subject)
    assert entry["reason_code"] == "consent_refused_no_override"


def test_what_the_asker_posted_itself_answers_no_request_of_its_own(parts: Parts) -> None:
    subject = consented(parts)
    assert parts.timeline("gp-c", subject).outcome == "released"
    assert refused(parts, "gp-c", subject)["reason_code"] == "no_gateway"
