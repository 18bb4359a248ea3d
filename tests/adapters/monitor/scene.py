"""A hub behind a recording proxy, and every route of it driven about people with canaries.

In: the running hub. Out: a Scene, and what was asked of it.
Never here: a judgement (test_completeness).
"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from adapters.kit import LogKey
from contracts.subject import AgencyKind, Purpose
from hub.ids import SystemSource
from hub.ledger.logparts import log_key
from tests.disclosure.scene import claims
from tests.support.hub_process import RunningHub, running
from tests.support.postgres import Postgres
from tests.support.recording import HOST, Passed, Recording
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
    paths = scene.hub.get("/openapi.json").json()["paths"]
    asked = {(method, path) for path, methods in paths.items() for method in methods}
    asked -= {("get", "/events/stream")}
    for session in (scene.session(COUNCIL), scene.session(OFFICE, "read ig")):
        for method, path in sorted(asked):
            filled = re.sub(r"{(\w+)}", lambda m: given.get(m[1], scene.subject), path)
            nothing: dict[str, Any] = {"json": {}} if method == "post" else {}
            session.send(method.upper(), filled, headers=PURPOSE, **nothing)
    return asked
