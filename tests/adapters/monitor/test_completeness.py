"""Nothing about anybody leaves the hub without being on record: every route, through a proxy.

Made-up people carry words that are nowhere else. Each answer that passes the proxy with one of them
must stand in the register with the digest of its very bytes.
"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from adapters.kit import HubClient, LogError, LogKey, ReceiptError
from contracts.concern import ConcernRaised
from contracts.contact import ContactRecorded
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease
from contracts.subject import AgencyKind, Purpose
from hub.ids import SystemSource
from hub.ledger.logparts import log_key
from tests.disclosure.scene import claims
from tests.journeys.people import enquiry, person
from tests.support.hub_process import RunningHub, environment, running, start
from tests.support.postgres import Postgres
from tests.support.recording import HOST, Passed, Recording, recording
from tests.support.signed_in import SignedIn, new_id

COUNCIL, GP, OFFICE = "north-council", "oak-gp", "ig-office"
CANARIES = ("canary in a concern", "canary in a contact", "Canaryname")
WHY: Purpose = "safeguarding_enquiry"
PURPOSE: dict[str, str] = {"Hub-Purpose": WHY}


@dataclass(slots=True)
class Scene:
    """A hub behind a recording proxy, with one person in it."""

    hub: RunningHub
    proxy: Recording
    nhs_number: str
    subject: str
    key: LogKey

    def session(self, agency: str, scope: str = "events read") -> SignedIn:
        """Return an agency that asks by hand, through the proxy."""
        return self.hub.signed_in(agency, scope)

    def canaries(self, since: int = 0) -> list[Passed]:
        """Return the answers that told of the person."""
        said = [word.encode() for word in CANARIES]
        return [one for one in self.proxy.passed[since:] if any(w in one.body for w in said)]

    def entries(self) -> dict[str, str]:
        """Return the register: each entry's digest, by its id."""
        with psycopg.connect(self.hub.settings.owner) as connection:
            rows = connection.execute(
                "SELECT jti::text, routing->>'body_digest' FROM ledger.header"
                " WHERE pseq IS NOT NULL"
            ).fetchall()
        return dict(rows)

    def reconcile(self, folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
        """Run the monitor as its own program; return its exit code and its report."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "adapters.monitor", "--json", "--database", "-"),
                *("--log-key", log_vkey(self.hub), *more),
                *("--proxy-log", str(self.proxy.log(folder / "proxy.jsonl"))),
            ],
            input=self.hub.settings.owner.encode() + b"\n",
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, report


def log_vkey(hub: RunningHub) -> str:
    key = log_key(hub.settings.keys_dir, hub.settings.hub_uri, SystemSource())
    return key.verifier.vkey


def settle_log(hub: RunningHub) -> None:
    """Wait until every row has its leaf."""
    hub.until(lambda: hub.ready()["sequenced"] >= hub.ready()["position"])


@contextmanager
def behind(postgres: Postgres, proxy: Recording) -> Iterator[RunningHub]:
    """Yield a hub that is only reached through a proxy, with every process of its own."""
    agencies: dict[str, AgencyKind] = {COUNCIL: "council", GP: "gp"}
    port = free_port()
    proxy.target = f"http://{HOST}:{port}"
    with running(
        postgres, agencies, ("serve", "project", "sequence"),
        port=port, public_url=proxy.url, receipts="await", checkpoint_ms=25,
    ) as hub:  # fmt: skip
        yield hub


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


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


def disclosure(subject: str) -> dict[str, Any]:
    return {
        "id": new_id(), "purpose": WHY, "subject": subject, "necessary": True,
        "reason": "a made-up enquiry",
    }  # fmt: skip


def drive(scene: Scene) -> set[tuple[str, str]]:
    """Ask everything the hub's own document names, well and badly; return what was asked."""
    council, office = scene.session(COUNCIL), scene.session(OFFICE, "read ig")
    timeline = f"/subjects/{scene.subject}/timeline"
    council.send("GET", timeline, headers={**PURPOSE, "Range": "bytes=0-9"})
    council.send("HEAD", timeline, headers=PURPOSE)
    council.send("GET", f"/subjects/{new_id()}/timeline", headers=PURPOSE)
    named = [{"kind": "nhs_number", "value": scene.nhs_number}]
    council.send("POST", "/subjects/find", json={"purpose": WHY, "identifiers": named})
    council.send("POST", "/subjects/find", json={"purpose": WHY, CANARIES[0]: CANARIES[1]})
    stated = disclosure(scene.subject)
    answer, again = (council.send("POST", "/disclosures", json=stated) for _ in range(2))
    assert (answer.status_code, again.content) == (201, answer.content), answer.text
    dis = claims(answer.headers["Hub-Receipt"])["dis"]
    poll = {"maxEvents": 10, "returnImmediately": True, "ack": [], "setErrs": {}}
    assert council.send("POST", "/events/poll", json=poll).json()["sets"]
    listened(scene, council)
    scene.hub.settle()
    review = {"verdict": "upheld", "note": "looked at again"}
    named_officer = {"Hub-User": "ig.1"}
    office.send("POST", f"/disclosures/{dis}/review", json=review, headers=named_officer)
    known = {"agency": COUNCIL, "day": f"{datetime.now(tz=UTC):%Y-%m-%d}"}  # noqa: TID251
    office.send("GET", f"/subjects/{scene.subject}/known", params=known)
    return everything(scene, {"subject": scene.subject, "jti": dis})


def listened(scene: Scene, council: SignedIn) -> None:
    """Hear what the stream brings first."""
    sent = council.headers("GET", "/events/stream")
    with council.http.stream("GET", f"{scene.hub.url}/events/stream", headers=sent) as answer:
        for line in answer.iter_lines():
            if line == "event: receipt":
                return


def everything(scene: Scene, ids: dict[str, str]) -> set[tuple[str, str]]:
    """Ask each documented operation once, as both agencies."""
    given = {
        "agency": COUNCIL, "kind": "concern-raised-v1", "index": "0", "level": "0",
        "address": "000.p/1", "month": "2026-01", **ids,
    }  # fmt: skip
    paths = httpx.get(f"{scene.hub.url}/openapi.json").json()["paths"]
    asked = {(method, path) for path, methods in paths.items() for method in methods}
    asked -= {("get", "/events/stream")}
    for session in (scene.session(COUNCIL), scene.session(OFFICE, "read ig")):
        for method, path in sorted(asked):
            filled = re.sub(r"{(\w+)}", lambda m: given.get(m[1], scene.subject), path)
            nothing: dict[str, Any] = {"json": {}} if method == "post" else {}
            session.send(method.upper(), filled, headers=PURPOSE, **nothing)
    return asked


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
