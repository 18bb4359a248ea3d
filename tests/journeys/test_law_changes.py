"""Law changes under a hub that runs on: what is shown, listed and explained before and after."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from adapters.kit import ProblemError
from contracts.subject import AgencyKind
from hub.api.parts import Hub
from hub.assembly import with_hub
from hub.audit import lawmaking
from hub.clock import london_day, seconds
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import Own, agency_sub_id
from hub.ledger.record import Record
from hub.rulebook import shipped
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables
from tests.journeys.people import answer, enquiry
from tests.support.hub_process import IG, RunningHub, running
from tests.support.postgres import Postgres

CAST: Mapping[str, AgencyKind] = {"north-council": "council", "elm-provider": "provider"}
ENDED = "s42-cooperation"


@pytest.fixture(scope="module")
def own(postgres: Postgres) -> Iterator[RunningHub]:
    """A hub of this journey alone: everybody else goes on under the law as shipped."""
    with running(postgres, CAST) as hub:
        yield hub


def say(hub: RunningHub, make: Callable[[Any, int], Any]) -> Record:
    """Let an officer's command say something, from a process of its own making."""

    async def work(parts: Hub) -> Record:
        with parts.directory.connect() as connection:
            payload = make(connection, seconds(parts.clock))
        return await parts.door.say(Own(payload, agency_sub_id(HUB_SLUG)))

    record: Record = asyncio.run(with_hub(hub.settings, work))
    return record


def law_without(rule: str) -> str:
    law = tables(shipped_folder())
    law["rules"][rule]["in_force_to"] = date(2020, 1, 1)
    law["rulebook"]["release"] = "without"
    return canonical(law)


def released(hub: RunningHub, text: str) -> None:
    """Propose a text, have two others approve it, and release it from today on."""

    def proposal(connection: Any, now: int) -> Any:  # noqa: ANN401
        draft = lawmaking.Draft(
            text=text, board=None, effective_from=london_day(now), officer="officer-3", assume={}
        )
        said = lawmaking.propose(connection, draft, now)
        reports.append(said.report_sha256)
        return said

    reports: list[str] = []
    jti = say(hub, proposal).jti
    for officer in ("officer-1", "officer-2"):
        say(hub, lambda c, _, by=officer: lawmaking.approve(c, jti, by, reports[0]))  # type: ignore[misc]
    say(hub, lambda connection, now: lawmaking.release(connection, jti, now))


def rules_shown(hub: RunningHub, subject: str) -> set[str]:
    """Return the rules by which the provider is shown anything; none where it is refused."""
    try:
        page = hub.client("elm-provider").timeline_page(subject, purpose="safeguarding_enquiry")
    except ProblemError:
        return set()
    return {b["rule"].partition("@")[0] for item in page.data["items"] for b in item["because"]}


def test_a_release_takes_effect_without_a_restart_and_old_answers_keep_their_reasons(
    own: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lawmaking, "_check_proved", lambda *_: None)  # long, and tested elsewhere
    number = own.nhs_number()
    enquiry(own, number, "elm-provider")
    own.settle()
    subject = own.find("north-council", number)
    assert ENDED in rules_shown(own, subject)
    own.settle()
    (old,) = _timelines(own, subject)

    released(own, law_without(ENDED))
    # The API may not have heard of it yet. Its answer is then refused as stale, and given anew.
    assert ENDED not in rules_shown(own, subject)
    own.settle()
    assert ENDED not in rules_shown(own, subject)

    before = answer(own, IG, "GET", f"/disclosures/{old['jti']}").json()
    assert before["rulebook"] == shipped().sha256
    titles = {r["rule"].partition("@")[0]: r.get("title") for r in before["reasons"]}
    assert titles[ENDED] == shipped().rule(ENDED).file.title
    since = _timelines(own, subject)[-1]
    assert since["rulebook"] not in ("", shipped().sha256)
    advice = own.client("north-council").advice({})
    assert (advice["release"], advice["rulebook"]) == ("without", since["rulebook"])


def _timelines(hub: RunningHub, subject: str) -> list[dict[str, Any]]:
    hub.settle()
    found = hub.client(IG).register(subject=subject, partner="elm-provider").data["entries"]
    return [entry for entry in found if entry["channel"] == "timeline"]
