"""Monthly statements: made once when the month is over, the same for hub and partner."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from adapters.kit.chain import Chain
from adapters.kit.edge import machine
from adapters.kit.receipts import HubKeys, Verifier
from adapters.kit.statements import agreement, opened
from adapters.kit.store import Store
from contracts.accounts import StatementIssued
from hub.api.access import Caller
from hub.api.app import create_app
from hub.api.wiring import signed_in
from hub.clock import FixedClock
from tests.disclosure.scene import claims
from tests.intake.world import HUB, NOW
from tests.support.parts import Enrolled, Parts, concern
from tests.support.parts import opened as hub_at

PARTNER = "council-a"
NOW_MONTH = datetime.fromtimestamp(NOW, tz=UTC)
MONTH = f"{NOW_MONTH:%Y-%m}"
BEFORE = f"{datetime.fromtimestamp(NOW - 32 * 86_400, tz=UTC):%Y-%m}"
AFTER = f"{datetime.fromtimestamp(NOW + 31 * 86_400, tz=UTC):%Y-%m}"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    with Store(tmp_path / "agency.db") as store:
        yield Chain(store, machine())


@pytest.fixture
def subject(parts: Parts) -> UUID:
    found = parts.post("gp-c", concern()).subject
    parts.project()
    return found


def verifier(parts: Parts) -> Verifier:
    keys = HubKeys.pinned([parts.hub.signer.public.jwk])
    return Verifier(keys, HUB, f"{HUB}/agencies/{PARTNER}")


def told(parts: Parts, subject: UUID, chain: Chain, times: int) -> None:
    """Answer the partner some times; it keeps its receipts."""
    for _ in range(times):
        answer = parts.timeline(PARTNER, subject)
        held = verifier(parts).disclosure(answer.receipt, body=answer.body, outcome=None)
        chain.add(held.link, held.token)


def statement(parts: Parts, month: str) -> str | None:
    found = parts.run(parts.hub.statements.of(PARTNER, month))
    return None if found is None else found.text


def month_later(parts: Parts) -> None:
    parts.hub.clock.advance(31 * 86_400)  # type: ignore[attr-defined] # a FixedClock


def statements_on_record(parts: Parts) -> list[tuple[Any, ...]]:
    return parts.rows(
        "SELECT routing->>'partner', routing->>'month', (routing->>'answers')::int"
        " FROM ledger.header WHERE type = %s ORDER BY position",
        StatementIssued.TYPE,
    )


def test_there_is_no_statement_of_a_month_that_is_not_over(parts: Parts, subject: UUID) -> None:
    parts.timeline(PARTNER, subject)
    assert statement(parts, MONTH) is None
    assert statement(parts, AFTER) is None
    assert statements_on_record(parts) == []


def test_a_statement_counts_the_months_answers_as_the_partner_does(
    parts: Parts, subject: UUID, chain: Chain
) -> None:
    told(parts, subject, chain, 3)
    month_later(parts)
    told(parts, subject, chain, 2)
    text = statement(parts, MONTH)
    found = opened(text, MONTH, verifier(parts), chain)
    assert (found.theirs.first, found.theirs.last, found.theirs.answers) == (1, 3, 3)
    ids = sorted(link.dis for link, _ in chain.links()[:3])
    assert found.theirs.ids == hashlib.sha256("".join(f"{i}\n" for i in ids).encode()).hexdigest()
    assert found.agrees
    payload, jti = agreement(found)
    assert payload.figures == found.theirs
    assert agreement(found)[1] == jti
    parts.post(PARTNER, payload, {"format": "uri", "uri": f"urn:hub:agency:{PARTNER}"}, jti=jti)
    month_later(parts)
    assert opened(statement(parts, AFTER), AFTER, verifier(parts), chain).theirs[:3] == (4, 5, 2)


def test_a_receipt_that_never_came_shows(parts: Parts, subject: UUID, chain: Chain) -> None:
    told(parts, subject, chain, 1)
    parts.timeline(PARTNER, subject)
    month_later(parts)
    found = opened(statement(parts, MONTH), MONTH, verifier(parts), chain)
    assert not found.agrees
    assert (found.theirs.answers, found.ours.answers) == (2, 1)


def test_a_statement_is_one_event_and_the_same_whenever_it_is_asked_for(
    parts: Parts, subject: UUID, enrolled: Enrolled
) -> None:
    parts.timeline(PARTNER, subject)
    month_later(parts)
    first = statement(parts, MONTH)
    later = FixedClock(parts.hub.clock.now_ms() + 5_000)
    with hub_at(parts.owner, enrolled.keys_dir, clock=later) as other:
        assert statement(other, MONTH) == first
    assert statements_on_record(parts) == [(PARTNER, MONTH, 1)]
    assert first is not None
    assert claims(first)["idx"] == parts.head() - 1


def test_statements_that_are_due_are_made_unasked_and_only_once(
    parts: Parts, subject: UUID
) -> None:
    parts.timeline(PARTNER, subject)
    parts.timeline("police-b", subject)
    parts.run(parts.hub.statements.issue_due())
    assert statements_on_record(parts) == []
    month_later(parts)
    parts.run(parts.hub.statements.issue_due())
    parts.run(parts.hub.statements.issue_due())
    assert sorted(statements_on_record(parts)) == [(PARTNER, MONTH, 1), ("police-b", MONTH, 1)]


def test_a_month_of_silence_goes_on_from_the_last_number(parts: Parts, subject: UUID) -> None:
    parts.timeline(PARTNER, subject)
    month_later(parts)
    month_later(parts)
    text = statement(parts, AFTER)
    assert text is not None
    said = claims(text)
    assert (said["first"], said["last"], said["answers"]) == (2, 1, 0)
    assert statement(parts, BEFORE) is None


def test_the_route_gives_each_partner_its_own(parts: Parts, subject: UUID) -> None:
    parts.timeline(PARTNER, subject)
    month_later(parts)
    app = create_app(parts.hub)

    def asked(agency: str, path: str) -> httpx.Response:
        caller = Caller(agency=agency, issuer="", kind="", scopes=frozenset({"read"}), user=None)
        app.dependency_overrides[signed_in] = lambda: caller

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.get(path)

        return parts.run(ask())

    answer = asked(PARTNER, f"/statements/{MONTH}")
    assert answer.status_code == 200
    assert answer.json()["statement"] == statement(parts, MONTH)
    assert answer.json()["proof"] is None
    assert asked("gp-c", f"/statements/{MONTH}").status_code == 404
    for never in ("2026-13", "0000-05", "9999-12", "2026-1"):
        assert asked(PARTNER, f"/statements/{never}").status_code == 422
    assert asked(PARTNER, "/statements/1900-01").status_code == 404
