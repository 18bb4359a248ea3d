"""Agencies that post and read as fast as they are let, keep what they were told, and check it all.

In: a running hub. Out: what each agency holds, and `verify`, which compares it with the ledger.
Never here: the fault.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from adapters.kit import HubClient, opaque, urn
from adapters.kit.errors import HubBusyError, HubUnreachableError, ProblemError
from contracts.subject import AgencyKind
from hub.clock import SystemClock
from hub.views.rebuild import rebuild
from tests.ledger.made import check
from tests.support.hub_process import RunningHub
from tests.support.parts import concern

POSTERS: dict[str, AgencyKind] = {"poster-a": "gp", "poster-b": "nhs_trust"}
READERS: dict[str, AgencyKind] = {"reader-a": "council", "reader-b": "council"}
CAST: dict[str, AgencyKind] = {**POSTERS, **READERS}
ADDRESSED = tuple(READERS)
PATIENCE_S = 60.0
MOST_WAITING = 20


@dataclass(slots=True)
class Load:
    """What runs, and what it could not know."""

    hub: RunningHub
    subjects: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    busy: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CAST, 0))
    """Answers of 503: a record may stand behind one, where the outcome was unknown to the hub."""
    broken: list[BaseException] = field(default_factory=list)
    rounds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CAST, 0))

    def post(self, client: HubClient, dice: random.Random) -> None:
        """Post a few events, singly or in a batch; while the hub is away, only try again."""
        waiting = client.outbox.counts()["queued"]
        if waiting > MOST_WAITING:
            time.sleep(0.05)
        for _ in range(dice.randint(1, 4) if waiting <= MOST_WAITING else 0):
            said = concern(addressed_to=ADDRESSED)
            client.outbox.add(said, opaque(dice.choice(self.subjects)))
        client.flush(batch=dice.choice([1, 1, 8]))

    def read(self, client: HubClient, dice: random.Random) -> None:
        """Read, request or poll."""
        subject = dice.choice(self.subjects)
        match dice.randint(0, 2):
            case 0:
                client.timeline_page(subject, purpose="safeguarding_enquiry", limit=5)
            case 1:
                client.disclose(
                    subject, purpose="safeguarding_enquiry", necessary=True, reason="enquiry"
                )
            case _:
                polled = client.poll(max_events=5)
                client.poll(ack=[n.jti for n in polled.notices], max_events=0)

    def work(self, agency: str, once: Callable[[HubClient, random.Random], None]) -> None:
        """Do one of the two until told to stop; keep what nobody expected."""
        dice = random.Random(agency)  # noqa: S311 - the order of a test
        client = self.hub.client(agency)

        def count(response: httpx.Response) -> None:
            self.busy[agency] += response.status_code == httpx.codes.SERVICE_UNAVAILABLE

        client._http.event_hooks = {"response": [count]}
        try:
            while not self.stop.is_set():
                with suppress(ProblemError, HubUnreachableError, HubBusyError):
                    once(client, dice)
                self.rounds[agency] += 1
        except BaseException as error:  # noqa: BLE001 - shown by whoever waits
            self.broken.append(error)

    def wait(self, rounds: int) -> None:
        """Wait until every agency has done so many more rounds."""
        goal = {agency: done + rounds for agency, done in self.rounds.items()}
        self.hub.until(lambda: bool(self.broken) or all(self.rounds[a] >= goal[a] for a in goal))


@contextmanager
def under_load(hub: RunningHub) -> Iterator[Load]:
    """Let every agency work while the `with` lasts; then wait until they have ended."""
    load = Load(hub, subjects(hub))
    threads = [threading.Thread(target=load.work, args=(a, load.post)) for a in POSTERS]
    threads += [threading.Thread(target=load.work, args=(a, load.read)) for a in READERS]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in threads)
    assert load.broken == []


def subjects(hub: RunningHub, count: int = 3) -> list[str]:
    """Return the ids of people both readers may know of."""
    numbers = [hub.nhs_number() for _ in range(count)]
    for number in numbers:
        hub.post("poster-a", concern(addressed_to=ADDRESSED), urn(f"urn:nhs:number:{number}"))
    hub.settle()
    return [hub.find("reader-a", number) for number in numbers]


def verify(load: Load) -> int:
    """Send what is left, and hold what every agency has against the ledger and the views.

    Nothing acknowledged is lost, nothing is doubled, nothing was released unrecorded, and every
    number that an agency did not get is one whose answer it knows it lost. Returns the head.
    """
    hub = load.hub
    for agency in POSTERS:
        client = hub.client(agency)
        client._store.rows("UPDATE outbox SET not_before = 0")
        left = client.flush(batch=20, wait_s=PATIENCE_S)
        assert (left.waiting, left.refused) == (0, []), left
    hub.settle()
    with psycopg.connect(hub.settings.owner_url, autocommit=True) as connection:
        _events_are_stored_once(hub, connection)
        _answers_are_on_record(load, connection)
    report = rebuild(hub.settings.owner, now_ms=SystemClock().now_ms, compare_only=True)
    assert report.identical, report.told()["differences"]
    return check(hub.settings.owner_url)


def _events_are_stored_once(hub: RunningHub, connection: "psycopg.Connection[Any]") -> None:
    for agency in POSTERS:
        stored = connection.execute(
            "SELECT jti::text FROM ledger.header WHERE agency = %s", [agency]
        ).fetchall()
        sent = hub.client(agency).outbox.entries("sent")
        assert len(stored) == len(sent)
        assert {jti for (jti,) in stored} == {entry.jti for entry in sent}


def _answers_are_on_record(load: Load, connection: "psycopg.Connection[Any]") -> None:
    for agency in READERS:
        chain = load.hub.client(agency).chain
        rows = chain._store.rows("SELECT pseq, dis, bd FROM chain")
        register = connection.execute(
            "SELECT pseq, jti::text, routing->>'body_digest' FROM ledger.header WHERE partner = %s",
            [agency],
        ).fetchall()
        assert set(rows) <= set(register), "an answer is held that is not on record"
        assert [a for a in chain.alarms() if a.kind == "conflict"] == []
        missing = sum(gap.last - gap.first + 1 for gap in chain.gaps())
        lost = chain._store.rows("SELECT count(*) FROM lost_answer")[0][0]
        assert missing <= lost + load.busy[agency], (agency, missing, lost, load.busy[agency])
