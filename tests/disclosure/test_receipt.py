"""Receipts: their exact bytes, and that they come out the same whenever they are made again."""

import hashlib
from uuid import UUID

from hub.disclosure.receipt import Receipts, digest
from hub.intake import encoding
from hub.intake.signing import Signer
from hub.ledger.record import Record
from tests.disclosure.scene import ADVOCATE, claims, consented
from tests.intake.world import HUB
from tests.support.parts import Enrolled, Parts, concern, opened

SIGNER = Signer(b"s" * 32)
RECORD = Record(
    position=17,
    recorded_at_ms=1_790_000_000_999,
    subject=UUID("3f8e1c52-6f0b-4d0a-9a77-0d7f6f1f5f11"),
    jti=UUID("0190a7f2-5f2e-7c3a-8b1d-6f0e5a4c3b2a"),
    agency="gp-c",
    digest=bytes(range(32)),
    pseq=4,
)
BODY = b'{"items":[]}'
EVENT_RECEIPT = (
    "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoialFlWEFxOE9iQUlnSHRBbEZwZlZYdmlKaUNTWHNPNkxQVzBFNm1NZ3dU"
    "dyIsInR5cCI6Imh1Yi1yZWNlaXB0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2h1Yi5leGFtcGxlIiwiYXVkIjoiaHR"
    "0cHM6Ly9odWIuZXhhbXBsZS9hZ2VuY2llcy9ncC1jIiwianRpIjoiMDE5MGE3ZjItNWYyZS03YzNhLThiMWQtNmY"
    "wZTVhNGMzYjJhIiwiaWF0IjoxNzkwMDAwMDAwLCJwb3MiOjE3LCJzZCI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHh"
    "BUkVoTVVGUllYR0JrYUd4d2RIaDgifQ.Lejgyp37bS9w1Hfhh-hmZ4CTrAcEkYPraRiKOp9mwYKqZH4twEHINAKn"
    "G2Rmsu6onVMyoy1cAktkCAKd_z6sAg"
)
ANSWER_RECEIPT = (
    "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoialFlWEFxOE9iQUlnSHRBbEZwZlZYdmlKaUNTWHNPNkxQVzBFNm1NZ3dU"
    "dyIsInR5cCI6Imh1Yi1yZWNlaXB0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2h1Yi5leGFtcGxlIiwiYXVkIjoiaHR"
    "0cHM6Ly9odWIuZXhhbXBsZS9hZ2VuY2llcy9ncC1jIiwianRpIjoiMDE5MGE3ZjItNWYyZS03YzNhLThiMWQtNmY"
    "wZTVhNGMzYjJhIiwiaWF0IjoxNzkwMDAwMDAwLCJkaXMiOiIwMTkwYTdmMi01ZjJlLTdjM2EtOGIxZC02ZjBlNWE"
    "0YzNiMmEiLCJwc2VxIjo0LCJiZCI6Ijd2Um5RYTM4T3A5MktVMDdlUE42UmZFVENTckoxRTduZkhvRGlval9DYUU"
    "iLCJvdXRjb21lIjoicmVsZWFzZWQiLCJpZHgiOjE2LCJzaXplIjoyNH0.x6Naq-YC9V6yXtEZ-5ax4RmDKN8gi0S"
    "Fp1AAG5cmXOR_HBBlMRDQvS30mpeh0TOaUmHpH4hHKDLcBBuTBhQ6AA"
)


def for_answer(size: int | None = 24) -> str:
    return Receipts(SIGNER, HUB).for_answer(
        RECORD, partner="gp-c", body_digest=digest(BODY), released=True, size=size
    )


def test_an_events_receipt_has_these_bytes() -> None:
    receipt = Receipts(SIGNER, HUB).for_event(RECORD)
    assert claims(receipt) == {
        "iss": HUB,
        "aud": f"{HUB}/agencies/gp-c",
        "jti": str(RECORD.jti),
        "iat": 1_790_000_000,
        "pos": 17,
        "sd": encoding.encode(bytes(range(32))).decode(),
    }
    assert receipt == EVENT_RECEIPT


def test_an_answers_receipt_has_these_bytes() -> None:
    receipt = for_answer()
    assert claims(receipt) == {
        "iss": HUB,
        "aud": f"{HUB}/agencies/gp-c",
        "jti": str(RECORD.jti),
        "iat": 1_790_000_000,
        "dis": str(RECORD.jti),
        "pseq": 4,
        "bd": encoding.encode(hashlib.sha256(BODY).digest()).decode(),
        "outcome": "released",
        "idx": 16,
        "size": 24,
    }
    assert receipt == ANSWER_RECEIPT


def test_a_promise_says_by_when_instead_of_which_checkpoint() -> None:
    promised, covered = claims(for_answer(None)), claims(for_answer())
    assert promised["due"] == promised["iat"] + 86_400
    assert {k: v for k, v in promised.items() if k != "due"} == {
        k: v for k, v in covered.items() if k != "size"
    }


def test_a_receipt_names_its_kind_and_key() -> None:
    header = encoding.decode(for_answer().split(".")[0].encode())
    assert header == (
        b'{"alg":"Ed25519","kid":"' + SIGNER.kid.encode() + b'","typ":"hub-receipt+jwt"}'
    )


def test_made_again_it_is_the_same() -> None:
    assert for_answer() == for_answer()


def test_an_event_sent_again_to_another_process_gets_the_same_receipt(
    parts: Parts, enrolled: Enrolled
) -> None:
    token = parts.sign("gp-c", concern())
    first = parts.run(parts.hub.door.post(token, "gp-c"))
    parts.hub.clock.advance(100)  # type: ignore[attr-defined] # a FixedClock
    with opened(parts.owner, enrolled.keys_dir) as other:
        again = other.run(other.hub.door.post(token, "gp-c"))
        assert other.hub.receipts.for_event(again) == parts.hub.receipts.for_event(first)


def test_an_answers_receipt_can_be_made_again_from_the_ledger_alone(parts: Parts) -> None:
    answer = parts.timeline(ADVOCATE, consented(parts))
    ((position, at_ms, subject, pseq, body_digest),) = parts.rows(
        "SELECT position, recorded_at, subject, pseq, routing->>'body_digest' FROM ledger.header"
        " WHERE jti = %s",
        answer.jti,
    )
    record = Record(
        position=position, recorded_at_ms=at_ms, subject=subject, jti=answer.jti, agency="hub",
        digest=b"", pseq=pseq,
    )  # fmt: skip
    made = parts.hub.receipts.for_answer(
        record, partner=ADVOCATE, body_digest=body_digest, released=True, size=None
    )
    assert made == answer.receipt
