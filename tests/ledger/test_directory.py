"""What a process knows of agencies and keys: all of the ledger's, in its order, each read once."""

from typing import Any

import psycopg
import pytest

from contracts.governance import KeyRegistered, KeyRevoked
from hub.ledger.frontdoor import Own, agency_sub_id
from hub.ledger.sealing import SealError
from tests.intake.world import DAY, NOW, OFFICERS, Agent
from tests.support.parts import AGENTS, CAST, Enrolled, Parts, concern, jwk, opened

NEWER = Agent("gp-c", "ES256", 601)


def said(parts: Parts, payload: Any) -> int:  # noqa: ANN401
    record = parts.run(parts.hub.door.say(Own(payload, agency_sub_id(payload.agency))))
    parts.hub.directory.refresh()
    return record.position


def registered(agent: Agent) -> KeyRegistered:
    return KeyRegistered(
        agency=agent.slug, kid=agent.kid, jwk=jwk(agent), nbf=NOW - DAY, exp=NOW + DAY,
        approved_by=OFFICERS,
    )  # fmt: skip


def test_a_process_that_starts_knows_every_agency_and_key(parts: Parts) -> None:
    standing = parts.hub.directory.now
    assert {a.slug: a.kind for a in standing.agencies.all()} == {**CAST, "hub": "hub"}
    assert all(standing.keyring.find(agent.kid) for agent in AGENTS.values())
    assert standing.position == parts.head()


def test_the_hubs_own_key_stands_before_anything_is_read(parts: Parts) -> None:
    key = parts.hub.directory.now.keyring.find(parts.hub.signer.kid)
    assert key is not None
    assert key.agency == "hub"


def test_only_news_about_keys_and_agencies_moves_it_on(parts: Parts) -> None:
    before = parts.hub.directory.now
    parts.post("gp-c", concern())
    assert parts.hub.directory.refresh() is before
    position = said(parts, registered(NEWER))
    assert parts.hub.directory.now.position == position


def test_a_revocation_is_dated_by_the_ledger_not_by_its_poster(parts: Parts) -> None:
    said(parts, registered(NEWER))
    said(parts, KeyRevoked(agency="gp-c", kid=NEWER.kid, reason="lost", compromised_since=NOW - 5))
    key = parts.hub.directory.refresh().keyring.find(NEWER.kid)
    assert key is not None
    assert (key.revoked_at, key.compromised_since) == (parts.now, NOW - 5)


def test_reading_anew_gives_what_reading_on_gave(parts: Parts, enrolled: Enrolled) -> None:
    said(parts, registered(NEWER))
    said(parts, KeyRevoked(agency="gp-c", kid=NEWER.kid, reason="lost"))
    with opened(parts.owner, enrolled.keys_dir) as fresh:
        grown, anew = parts.hub.directory.now, fresh.hub.directory.now
    assert (anew.position, anew.agencies) == (grown.position, grown.agencies)
    held = [
        [(k.kid, k.exp, k.revoked_at) for k in s.keyring.held_by("gp-c")] for s in (grown, anew)
    ]
    assert held[0] == held[1]
    assert len(held[0]) == 2


def test_a_key_event_altered_at_rest_stops_the_reading(parts: Parts, enrolled: Enrolled) -> None:
    position = said(parts, registered(NEWER))
    with psycopg.connect(parts.owner, autocommit=True) as owner:
        owner.execute(
            "UPDATE ledger.events SET state = set_byte(state, 40, get_byte(state, 40) # 1)"
            " WHERE notification_id = %s",
            [position],
        )
    with pytest.raises(SealError), opened(parts.owner, enrolled.keys_dir):
        pass
