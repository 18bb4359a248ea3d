"""The agency's file: wiped of what was sent, closed to others, whole after a full disk."""

from pathlib import Path

import pytest

from adapters.kit import AgencyKey, HubClient, Store, StoreError, opaque
from adapters.kit.edge import Edge
from adapters.kit.outbox import Outbox
from contracts.concern import ConcernRaised
from tests.adapters.kit.fake_hub import AGENCY_URI, PATIENT, URI


def add(client: HubClient, count: int = 1) -> list[str]:
    payload = ConcernRaised(about="adult", narrative="bruises seen on both arms")
    return [client.outbox.add(payload, PATIENT) for _ in range(count)]


def test_what_a_sent_event_said_is_wiped_from_the_file(client: HubClient, tmp_path: Path) -> None:
    add(client, 40)
    written = [item.token.split(b".")[1] for item in client.outbox.due(40)]
    client.flush()
    client.close()
    for file in tmp_path.iterdir():
        held = file.read_bytes()
        assert [text for text in written if text[:200] in held or text[-100:] in held] == []


def test_others_cannot_read_the_agencys_files(client: HubClient, tmp_path: Path) -> None:
    add(client)
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("agency.db", "agency.db-wal", "agency.db-shm"), 0o600)


def test_a_full_disk_queues_nothing_and_keeps_the_rest(client: HubClient, store: Store) -> None:
    kept = add(client, 3)
    pages = store.rows("PRAGMA page_count")[0][0]
    client._store.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError):
        add(client, 1000)
    queued = client.outbox.counts()["queued"]
    client._store.rows(f"PRAGMA max_page_count = {pages + 1000}")
    assert queued < 1003
    added = add(client)
    assert [item.jti for item in client.outbox.due(2000)][:3] == kept
    assert client.outbox.counts()["queued"] == queued + 1
    assert client.flush(batch=300).sent[-1:] == added


def test_a_file_that_is_no_store_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"no database" * 100)
    for path in (tmp_path / "other", tmp_path):
        with pytest.raises(StoreError):
            Store(path)


def test_a_commit_that_fails_queues_nothing(store: Store, edge: Edge) -> None:
    outbox = Outbox(store, key=AgencyKey.generate(), issuer=AGENCY_URI, audience=URI, edge=edge)
    store.rows("CREATE TRIGGER full BEFORE INSERT ON signing BEGIN SELECT raise(ABORT, 'x'); END")
    with pytest.raises(StoreError):
        outbox.add(ConcernRaised(about="adult"), opaque("a"))
    assert outbox.counts()["queued"] == 0
