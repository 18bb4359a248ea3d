"""Scenarios of too much: twice what the hub can take, and one agency's flood beside another's work.

In: a Stage. Out: a Run each time; a BenchError where something acknowledged is not on record, or an
answer took longer than it may. Never here: a pace that waits for the hub.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import psycopg

from hub.api.turns import EACH
from hub.bench.figures import Rate, Run, rate
from hub.bench.intake import ACCEPTED, signed
from hub.bench.load import Job, write_requests
from hub.bench.material import author, nhs_numbers, sign_in
from hub.bench.meter import Times, metered
from hub.bench.offering import Offer
from hub.bench.processes import BenchError, together
from hub.bench.sending import TIMEOUT_S, LoadJob, send
from hub.bench.stage import COUNCIL, Stage

KIND = {"Content-Type": "application/secevent+jwt"}
CLIENTS = 64
FLOOD_CLIENTS = 256
OTHER = "north-police"
OTHER_CLIENTS = 4
FLOOD = 40
"""Events of the flood for each of the other agency's, so that it outlasts them."""
TIMES = 2.0
KEPT = EACH + EACH // 4
"""Connections kept while twice as much is offered: more than an agency has events under way."""
SHARES = 3
"""In how many times as long as the hub takes for an agency's share (hub.api.turns) 99 of 100
accepted events must be answered, from when they were due. It lets a share in and refuses the rest
at once; refusing costs time as well."""


class _Posting:
    """What both have in common: signed requests of an agency, made before the clock starts."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._numbers = nhs_numbers()

    def _requests(self, agency: str, events: int) -> Iterator[bytes]:
        session, by = sign_in(self._stage, agency), author(self._stage, agency)
        for _, token in signed(by, self._numbers, events):
            yield session.request("POST", "/events", token, headers=KIND)


class Overload(_Posting):
    """Events accepted a second when twice as many come as the hub can take, against what it can."""

    name = "overload"
    unit = "events/s"

    def __init__(self, stage: Stage, *, seconds: float) -> None:
        super().__init__(stage)
        self._seconds = seconds
        self.counts: dict[str, int] = {}

    def prepare(self) -> None:
        """Warm the server up."""
        send(self._stage, LoadJob(CLIENTS, ACCEPTED), self._requests(COUNCIL, 200))

    def once(self) -> Run:
        """Measure what it takes of 64 clients that wait, then what it takes of twice as much.

        Raises:
            BenchError: an acknowledged event is not on record, or the slow ones took too long.
        """
        events = int(400 * self._seconds)
        ceiling = send(self._stage, LoadJob(CLIENTS, ACCEPTED), self._requests(COUNCIL, events))
        file = self._stage.folder / "offered"
        write_requests(file, self._requests(COUNCIL, int(TIMES * ceiling * self._seconds)))
        settings = self._stage.settings
        offered, port = TIMES * ceiling, settings.port
        job = Offer(settings.host, port, str(file), offered, TIMEOUT_S, connections=KEPT)
        with metered(self._stage.folder, settings.owner) as meter:
            (found,) = together("hub.bench.offering", [asdict(job)], folder=self._stage.folder)
        self._on_record(found["positions"])
        self.counts = {
            "overload accepted": len(found["positions"]),
            "overload refused": found["refused"],
        }
        if found["p99_ms"] > 1000 * SHARES * EACH / ceiling:
            raise BenchError(f"overloaded, 1 answer in 100 took {found['p99_ms']:.0f} ms or more")
        accepted = len(found["positions"])
        seen = meter.seen(accepted, _times(found))
        return Run(Rate.of(rate(accepted, found["seconds"]), seen), ceiling)

    def _on_record(self, positions: list[int]) -> None:
        """Refuse a run in which an acknowledged event has no row of its own."""
        with psycopg.connect(self._stage.settings.owner) as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger.header h JOIN ledger.events e"
                " ON e.notification_id = h.position WHERE h.position = ANY(%s)",
                [positions],
            ).fetchone()
        if row is None or row[0] != len(positions):
            raise BenchError("an event that was acknowledged is not on record")


class Fairness(_Posting):
    """Events a second of one agency beside another's flood, against the same alone."""

    name = "fairness"
    unit = "events/s"

    def __init__(self, stage: Stage, *, events: int) -> None:
        super().__init__(stage)
        self._events = events

    def prepare(self) -> None:
        """Warm the server up."""
        send(self._stage, LoadJob(OTHER_CLIENTS, ACCEPTED), self._requests(OTHER, 50))

    def once(self) -> Run:
        """Measure the agency alone, then beside the flood.

        Raises:
            BenchError: the flood was over first, so nothing was measured.
        """
        how = LoadJob(OTHER_CLIENTS, ACCEPTED)
        ceiling = send(self._stage, how, self._requests(OTHER, self._events))
        jobs = [
            self._job("flood", COUNCIL, FLOOD_CLIENTS, FLOOD * self._events),
            self._job("other", OTHER, OTHER_CLIENTS, self._events),
        ]
        with metered(self._stage.folder, self._stage.settings.owner) as meter:
            flood, other = together("hub.bench.load", jobs, folder=self._stage.folder)
        if flood["seconds"] < other["seconds"]:
            raise BenchError("the flood was over before the other agency was done")
        seen = meter.seen(flood["count"] + other["count"], _times(other))
        return Run(Rate.of(rate(other["count"], other["seconds"]), seen), ceiling)

    def _job(self, name: str, agency: str, clients: int, events: int) -> dict[str, object]:
        file = self._stage.folder / name
        write_requests(file, self._requests(agency, events))
        settings = self._stage.settings
        return asdict(Job(settings.host, settings.port, clients, str(file), ACCEPTED, TIMEOUT_S))


def _times(found: Mapping[str, float]) -> Times:
    return found["p50_ms"], found["p95_ms"], found["p99_ms"]
