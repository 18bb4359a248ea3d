"""The keystore: keys held for agencies without a system, sealed at rest, used under a mark."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.governance import KeyHeld, KeyRegistered
from hub.intake import encoding
from hub.intake.errors import IntakeError
from hub.ledger.keyfile import file_key
from hub.ledger.keystore import MASTER_FILE, Keystore, KeystoreError, NoHeldKeyError, Statement
from hub.ledger.record import JtiReusedError
from tests.intake.world import HUB
from tests.support.parts import Parts, concern, enrolled, fresh_hub, parts, person

__all__ = ["enrolled", "fresh_hub", "parts"]


def said(parts: Parts, agency: str = "gp-c", **changes: Any) -> Statement:  # noqa: ANN401
    fields = {
        "agency": agency, "officer": "nurse-1", "payload": concern(), "sub_id": person(),
        "jti": parts.jti(), "toe": parts.now - 60,
    }  # fmt: skip
    return Statement(**{**fields, **changes})


def hold(parts: Parts, agency: str = "gp-c") -> str:
    return parts.run(parts.hub.keystore.enrol(agency, asked_by="admin-1"))


def claims_of(token: bytes) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(encoding.decode(token.split(b".")[1]))
    return claims


def test_a_held_key_is_stated_before_it_is_registered_and_signs_through_the_front_door(
    parts: Parts,
) -> None:
    kid = hold(parts)
    types = [row[0] for row in parts.rows("SELECT type FROM ledger.header ORDER BY position")]
    assert types[-2:] == [KeyHeld.TYPE, KeyRegistered.TYPE]
    record = parts.run(parts.hub.keystore.post(said(parts)))
    assert (record.agency, record.position) == ("gp-c", parts.head())
    key = parts.hub.keystore.key_of("gp-c")
    assert key is not None
    assert (key.kid, key.held) == (kid, True)


def test_each_event_says_for_which_officer_the_hub_signed(parts: Parts) -> None:
    hold(parts)
    token = parts.run(parts.hub.keystore.sign(said(parts)))
    claims = claims_of(token)
    assert claims["act"] == {"iss": HUB, "sub": "nurse-1"}
    assert claims["iss"] == f"{HUB}/agencies/gp-c"


def test_nothing_is_signed_for_an_agency_that_did_not_ask(parts: Parts) -> None:
    hold(parts)
    with pytest.raises(NoHeldKeyError):
        parts.run(parts.hub.keystore.sign(said(parts, "home-e")))
    assert parts.hub.keystore.key_of("home-e") is None


def test_a_second_key_ends_the_first_and_only_one_is_kept(parts: Parts) -> None:
    first, second = hold(parts), hold(parts)
    assert parts.rows("SELECT kid FROM ops.held_key") == [(second,)]
    key = parts.hub.directory.now.keyring.find(first)
    assert key is not None
    assert key.revoked
    assert parts.run(parts.hub.keystore.post(said(parts))).position == parts.head()


def test_keys_asked_for_at_once_leave_one(parts: Parts) -> None:
    async def both() -> list[str]:
        keystore = parts.hub.keystore
        return await asyncio.gather(*(keystore.enrol("gp-c", asked_by="admin-1") for _ in "ab"))

    kids = parts.run(both())
    [(kept,)] = parts.rows("SELECT kid FROM ops.held_key")
    assert kept in kids
    assert parts.run(parts.hub.keystore.post(said(parts))).agency == "gp-c"


def test_what_is_retired_is_destroyed_and_signs_no_more(parts: Parts) -> None:
    hold(parts)
    assert parts.run(parts.hub.keystore.retire("gp-c")) == 1
    assert parts.rows("SELECT kid FROM ops.held_key") == []
    with pytest.raises(NoHeldKeyError):
        parts.run(parts.hub.keystore.sign(said(parts)))


def test_a_key_that_was_stored_and_never_registered_goes_with_the_next(parts: Parts) -> None:
    parts.rows("INSERT INTO ops.held_key VALUES ('nobodys', 'gp-c', '\\x00', 0)")
    kid = hold(parts)
    assert parts.rows("SELECT kid FROM ops.held_key") == [(kid,)]


def test_a_sealed_key_opens_for_its_own_agency_and_under_its_own_master_key_only(
    parts: Parts, tmp_path: Path
) -> None:
    hold(parts)
    hold(parts, "home-e")
    parts.rows(
        "UPDATE ops.held_key SET sealed = (SELECT sealed FROM ops.held_key WHERE agency = 'home-e')"
        " WHERE agency = 'gp-c'"
    )
    with pytest.raises(KeystoreError):
        parts.run(parts.hub.keystore.sign(said(parts)))
    hub = parts.hub
    elsewhere = hub.settings.model_copy(update={"keys_dir": tmp_path})
    other = Keystore(hub.pool, hub.door, elsewhere, hub.clock, hub.source)
    with pytest.raises(KeystoreError):
        parts.run(other.sign(said(parts, "home-e")))


def test_the_master_key_is_in_no_table_and_readable_to_its_owner_alone(parts: Parts) -> None:
    path = parts.hub.settings.keys_dir / MASTER_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    hold(parts)
    [(sealed,)] = parts.rows("SELECT sealed FROM ops.held_key")
    assert file_key(path, parts.hub.source) not in bytes(sealed)
    assert len(bytes(sealed)) == 12 + 32 + 16  # nonce, secret, tag


def test_a_draft_leaves_nothing_behind_and_is_refused_as_the_event_would_be(parts: Parts) -> None:
    hold(parts)
    head = parts.head()
    draft = parts.run(parts.hub.keystore.draft(said(parts)))
    assert draft.routing["addressees"] == ["council-a"]
    with pytest.raises(IntakeError):
        parts.run(parts.hub.keystore.draft(said(parts, toe=parts.now + 3600)))
    assert parts.head() == head


def test_a_statement_sent_twice_is_on_record_once(parts: Parts) -> None:
    hold(parts)
    once = said(parts)
    parts.run(parts.hub.keystore.post(once))
    head = parts.head()
    with pytest.raises(JtiReusedError):
        parts.run(parts.hub.keystore.post(said(parts, jti=once.jti, toe=parts.now - 30)))
    assert parts.head() == head
