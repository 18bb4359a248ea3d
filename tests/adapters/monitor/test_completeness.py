"""Nothing about anybody leaves the hub without being on record: every route, through a proxy.

Made-up people carry words that are nowhere else. Each answer that passes the proxy with one of them
must stand in the register with the digest of its very bytes.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from adapters.kit import HubClient, LogError, LogKey, ReceiptError
from contracts.concern import ConcernRaised
from contracts.contact import ContactRecorded
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease
from tests.adapters.monitor.scene import (
    CANARIES,
    COUNCIL,
    GP,
    WHY,
    Scene,
    behind,
    drive,
    free_port,
    log_vkey,
    settle_log,
)
from tests.disclosure.scene import claims
from tests.journeys.people import enquiry, person
from tests.support.hub_process import environment, start
from tests.support.on_disk import dumped, everything_on_disk, leaked
from tests.support.postgres import Postgres
from tests.support.recording import HOST, recording


@pytest.fixture(scope="module")
def scene(postgres: Postgres) -> Iterator[Scene]:
    with recording() as proxy, behind(postgres, proxy) as hub:
        number, to = hub.nhs_number(), {"addressed_to": (COUNCIL,)}
        about = {"about": "adult", **to}
        needs = {"at_risk": "yes", "care_needs": "yes"}
        told = [
            ConcernRaised.model_validate({**about, **needs, "harm": CANARIES[0]}),
            ContactRecorded.model_validate(
                {**about, "contact": "visit", "observation": CANARIES[1]}
            ),
            SubjectDescribed(about="adult", family_name=CANARIES[2], given_name="Ann"),
        ]
        for payload in told:
            item = hub.post(GP, payload, person(number))
            hub.post(GP, ClearedForRelease(about="adult", item=item), person(number))
        enquiry(hub, number, GP)
        hub.settle()
        subject = hub.find(COUNCIL, number)
        yield Scene(hub, proxy, number, subject, LogKey.read(log_vkey(hub)))


def test_each_answer_that_tells_of_somebody_is_on_record_with_its_very_bytes(
    scene: Scene, tmp_path: Path
) -> None:
    asked = drive(scene)
    assert len(asked) > 20
    assert [one for one in scene.proxy.passed if one.status >= 500] == []
    told, entries = scene.canaries(), scene.entries()
    assert {re.sub(scene.subject, "*", one.path) for one in told} >= {
        "/subjects/*/timeline",
        "/disclosures",
    }
    assert all(any(c.encode() in one.body for one in told) for c in CANARIES)
    for one in told:
        said = claims(one.receipt)
        assert entries[said["dis"]] == said["bd"] == one.digest, one.path
        assert "size" in said
    settle_log(scene.hub)
    code, report = scene.reconcile(tmp_path)
    assert (code, report["faults"]) == (0, [])
    assert report["answers"] == len(scene.entries())
    assert report["passed"] > 10


def test_what_tells_of_somebody_is_in_no_log_and_in_no_table(scene: Scene) -> None:
    for name in scene.hub.processes:
        assert [c for c in CANARIES if c in scene.hub.log(name)] == []
    found = []
    with psycopg.connect(scene.hub.settings.owner) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            for canary in CANARIES:
                like = [f"%{canary}%", f"%{canary.encode().hex()}%"]
                query = f"SELECT 1 FROM {table} t WHERE t::text LIKE %s OR t::text LIKE %s LIMIT 1"  # noqa: S608 - names from the catalogue
                if connection.execute(query.encode(), like).fetchone():
                    found.append((table, canary))
    assert len(tables) > 20
    assert found == []


def test_what_tells_of_somebody_is_on_no_disk_in_no_wal_and_in_no_dump(
    scene: Scene, tmp_path: Path
) -> None:
    owner = scene.hub.settings.owner
    words = {word: word for word in (*CANARIES, scene.nhs_number)}
    logs = [scene.hub.folder / f"{name}.log" for name in scene.hub.processes]
    found = [*everything_on_disk(owner), dumped(owner, tmp_path / "dump.sql"), *logs]
    assert all(log.stat().st_size for log in logs)
    assert leaked(found, words) == set()
    # The same look finds what was written in the clear, by the WAL alone.
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE in_the_clear (word text)")
        # More than once: a record that crosses a page of the WAL is cut by the page's header.
        for _ in range(3):
            connection.execute("INSERT INTO in_the_clear VALUES (%s)", [CANARIES[0]])
        connection.execute("DROP TABLE in_the_clear")
    wal = [file for file in everything_on_disk(owner) if "pg_wal" in file.parts]
    assert leaked(wal, words) == {CANARIES[0]}


def test_the_command_runs_the_monitor_over_the_hub_it_is_set_up_for(scene: Scene) -> None:
    settle_log(scene.hub)
    done = subprocess.run(
        [sys.executable, "-m", "hub", "reconcile"],
        env=environment(scene.hub.settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "everything agrees" in done.stdout) == (0, True), done.stdout


def test_a_partner_proves_each_receipt_against_a_log_that_only_grows(scene: Scene) -> None:
    client = scene.hub.client(COUNCIL)
    watch = client.log(scene.key)
    first = client.timeline_page(scene.subject, purpose=WHY)
    head = watch.prove(first.receipt)
    assert head is not None
    assert first.receipt.size is not None
    assert first.receipt.index < first.receipt.size <= head.size
    again = client.timeline_page(scene.subject, purpose=WHY)
    watch.prove(again.receipt)
    kept = watch.kept()
    assert kept is not None
    assert kept.size > head.size
    assert watch.check().size >= kept.size


@pytest.fixture(scope="module")
def mutant(scene: Scene) -> Iterator[tuple[Scene, HubClient]]:
    """Yield the same hub through an API that answers two officers without recording it."""
    with recording() as proxy:
        port = free_port()
        proxy.target = f"http://{HOST}:{port}"
        process = start(scene.hub, "tests.support.mutant", "serve", port=port, public_url=proxy.url)
        try:
            scene.hub.until(lambda: httpx.get(f"{proxy.url}/health/ready").is_success)
            store = scene.hub.folder / "mutant.db"
            key = scene.hub.keys[COUNCIL]
            with HubClient.open(proxy.url, agency=COUNCIL, key=key, store=store) as client:
                yield replace(scene, proxy=proxy), client
        finally:
            process.terminate()
            process.wait(20)


def test_an_answer_without_record_or_receipt_is_caught_by_the_kit_and_by_the_monitor(
    mutant: tuple[Scene, HubClient], tmp_path: Path
) -> None:
    scene, client = mutant
    client.timeline_page(scene.subject, purpose=WHY)
    settle_log(scene.hub)
    assert scene.reconcile(tmp_path)[0] == 0
    before, told = scene.entries(), len(scene.canaries())
    with pytest.raises(ReceiptError, match="no receipt"):
        client.timeline_page(scene.subject, purpose=WHY, user="silent")
    assert (scene.entries(), len(scene.canaries())) == (before, told + 1)
    code, report = scene.reconcile(tmp_path)
    assert code == 1
    assert {(f["check"], f["what"]) for f in report["faults"]} == {
        ("proxy", "an answer left without a receipt")
    }


def test_a_receipt_for_nothing_on_record_is_caught_by_the_kit_and_by_the_monitor(
    mutant: tuple[Scene, HubClient], tmp_path: Path
) -> None:
    scene, client = mutant
    scene.proxy.passed.clear()
    forged = client.timeline_page(scene.subject, purpose=WHY, user="forged")
    with pytest.raises(LogError):
        client.log(scene.key).prove(forged.receipt)
    assert client.chain.gaps()
    code, report = scene.reconcile(tmp_path)
    assert code == 1
    assert {(f["check"], f["what"]) for f in report["faults"]} == {
        ("proxy", "an answer left with a receipt for nothing on record")
    }
