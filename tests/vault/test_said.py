"""What the vault opens for no answer rests on an event of the hub: earlier, once, and of that."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from adapters.monitor.openings import openings
from adapters.monitor.rows import ledger
from contracts.integrity import VaultOpened
from hub.assembly import jwk_of
from hub.audit.faults import Faults
from hub.audit.openings import said
from hub.ledger.record import VaultRefusedError
from hub.vault.client import Checking, Operating
from hub.vault.serve import operators
from tests.disclosure.scene import consented
from tests.support.ledger_rows import uid
from tests.support.parts import Parts


@pytest.fixture
def operator(own: Parts) -> Iterator[Operating]:
    asking = Operating(operators(own.hub.settings.vault))
    yield asking
    asking.close()


def statements(parts: Parts) -> list[int]:
    consented(parts)
    return [row[0] for row in parts.rows(
        "SELECT position FROM ledger.header WHERE kind = 'event' AND agency <> 'hub'"
        " ORDER BY position"
    )]  # fmt: skip


def audit(parts: Parts, positions: list[int]) -> UUID:
    return parts.run(said(parts.hub.door, "audit", items=len(positions), positions=positions))


def checking(parts: Parts, dis: UUID | None) -> list[str]:
    """Begin and end a check; return what it says of openings."""
    jwk = jwk_of(parts.hub.signer).model_dump(mode="json")
    faults = Faults()
    Checking(operators(parts.hub.settings.vault), jwk, dis).finish(faults)
    return [fault.what for fault in faults.found if fault.check == "opened"]


def monitored(parts: Parts) -> dict[str, bool]:
    """Return what the independent monitor says, and whether it is a fault."""
    with ledger(parts.owner) as book:
        return {one.what: one.fault for one in openings(book.openings(), book.due())}


def test_an_export_is_a_leaf_before_it_is_opened_and_is_used_once(
    own: Parts, operator: Operating
) -> None:
    places = statements(own)
    dis = audit(own, places)
    assert monitored(own) == {"on record (audit), but nothing was opened": False}
    assert sorted(operator.audit(places, dis)) == places
    with pytest.raises(VaultRefusedError):
        operator.audit(places, dis)
    assert monitored(own) == {}
    assert own.rows(
        "SELECT h.kind, u.reason FROM ledger.header h JOIN vault.unwrap u ON u.dis = h.jti"
        " WHERE h.type = %s", VaultOpened.TYPE,
    ) == [("event", "audit")]  # fmt: skip


@pytest.mark.parametrize("wrong", ["other rows", "no event", "another reason", "somebody else's"])
def test_nothing_is_opened_that_no_event_of_the_hub_says(
    own: Parts, operator: Operating, wrong: str
) -> None:
    places = statements(own)
    dis = audit(own, places[:-1] if wrong == "other rows" else places)
    if wrong == "no event":
        dis = UUID(uid("nobody's"))
    elif wrong == "another reason":
        dis = own.run(said(own.hub.door, "verify", items=1))
    elif wrong == "somebody else's":
        ((dis,),) = own.rows("SELECT jti FROM ledger.header WHERE position = %s", places[0])
    with pytest.raises(VaultRefusedError):
        operator.audit(places, dis)
    with pytest.raises(VaultRefusedError):
        operator.rekey(destroy_old=True, dis=dis)
    assert own.rows("SELECT 1 FROM vault.unwrap WHERE reason IN ('audit', 'rekey')") == []
    assert own.hub.settings.vault_dir.joinpath("kek.bin").exists()


def test_a_check_on_record_is_found_in_order_and_one_that_is_not_tells_of_itself(
    own: Parts,
) -> None:
    dis = own.run(said(own.hub.door, "verify", items=own.head()))
    assert checking(own, dis) == []
    with pytest.raises(VaultRefusedError):
        checking(own, dis)
    assert monitored(own) == {}
    found = checking(own, None)
    assert found == [
        "1 times opened (verify) without an event that says so",
        "this very check could not be put on record",
    ]
    assert monitored(own) == {"opened (verify) without an event of the hub that says so": True}
    jwk, early = jwk_of(own.hub.signer).model_dump(mode="json"), Faults()
    once_more = Checking(operators(own.hub.settings.vault), jwk, None)
    once_more.check({"position": 1}, early)
    told = "told before any row is checked, or a thousand other faults would hide it"
    assert [f.check for f in early.found] == ["opened", "opened"], told
    once_more.finish(early)
    assert len(early.found) == 2


TAMPERED: dict[str, tuple[str, str]] = {
    "reason changed": (
        "UPDATE vault.unwrap SET reason = 'rekey' WHERE reason = 'audit'",
        "opened (rekey) without an event of the hub that says so",
    ),
    "other rows": (
        "UPDATE vault.unwrap SET positions = positions[2:] WHERE reason = 'audit'",
        "other statements were opened than those on record",
    ),
    "one more": (
        "INSERT INTO vault.unwrap (at, reason, items) VALUES (9999999999999, 'rekey', 1)",
        "opened (rekey) without an event of the hub that says so",
    ),
    "line gone": (
        "DELETE FROM vault.unwrap WHERE reason = 'audit'",
        "on record (audit), but nothing was opened",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_the_monitor_finds_each_way_to_falsify_the_vaults_log(
    own: Parts, operator: Operating, name: str
) -> None:
    places = statements(own)
    own.timeline("gp-c", own.rows("SELECT subject FROM ledger.header WHERE position = %s",
                                  places[0])[0][0])  # fmt: skip
    operator.audit(places, audit(own, places))
    statement, what = TAMPERED[name]
    with psycopg.connect(own.owner, autocommit=True) as owner:
        assert owner.execute(statement.encode()).rowcount == 1
    assert monitored(own) == {what: name != "line gone"}


def test_what_was_opened_before_there_were_such_events_is_counted_and_no_fault(
    own: Parts, operator: Operating
) -> None:
    def before(at_ms: int) -> None:
        own.rows(
            "INSERT INTO vault.unwrap (at, reason, items) VALUES (%s, 'verify', 9) RETURNING 1",
            at_ms,
        )

    before(1)
    assert checking(own, own.run(said(own.hub.door, "verify", items=own.head()))) == []
    found: dict[str, Any] = monitored(own)
    assert found == {"1 openings from before the hub put them on record": False}
    places = statements(own)
    operator.audit(places, audit(own, places))
    assert not any(monitored(own).values())
