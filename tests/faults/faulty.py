"""A running hub whose parts a test may kill and start again.

In: nothing. Out: a Faulty: its PostgreSQL, its API, its projector.
Never here: what must hold after.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from adapters.kit import urn
from tests.faults.load import CAST
from tests.faults.server import Server, serving
from tests.support.hub_process import RunningHub, running, start
from tests.support.parts import concern
from tests.support.postgres import Postgres
from tests.support.signed_in import EVENT, SignedIn


@dataclass(frozen=True, slots=True)
class Faulty:
    """The hub and the server under it."""

    hub: RunningHub
    server: Server
    sessions: dict[str, SignedIn] = field(default_factory=dict)

    def kill(self, part: str) -> None:
        """Kill `serve` or `project` outright, and wait until it is gone."""
        process = self.hub.processes.pop(part)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def start(self, part: str) -> None:
        """Start it again, as whoever looks after the hub's processes would."""
        self.hub.processes[part] = start(self.hub, "hub", part)

    def wait_ready(self, wait_s: float = 60.0) -> None:
        """Wait until the API takes requests."""
        self.hub.until(self.hub.answers, wait_s)

    def post(self) -> tuple[int, str | None]:
        """Post one event without the kit's patience; return the status and Retry-After."""
        client = self.hub.client("poster-a")
        jti = client.outbox.add(concern(), urn(f"urn:nhs:number:{self.hub.nhs_number()}"))
        token = next(item.token for item in client.outbox.due(10_000) if item.jti == jti)
        return self._sent("poster-a", "POST", "/events", EVENT, token)

    def read(self, subject: str) -> tuple[int, str | None]:
        """Read a timeline without the kit's patience; return the status and Retry-After."""
        headers = {"Hub-Purpose": "safeguarding_enquiry"}
        return self._sent("reader-a", "GET", f"/subjects/{subject}/timeline", headers)

    def sign_in_anew(self) -> None:
        """Renew every agency's token, however long the old one has left."""
        for session in self.sessions.values():
            session.until = 0.0
            session.access_token()

    def _sent(
        self, agency: str, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, str | None]:
        # One session for each agency: it stays signed in while the store is away.
        session = self.sessions.get(agency)
        if session is None:
            session = self.sessions[agency] = self.hub.signed_in(agency)
        answer = session.send(method, path, headers=headers, content=body)
        return answer.status_code, answer.headers.get("Retry-After")

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database, as its owner."""
        with psycopg.connect(self.hub.settings.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def faulty_hub(under: Path | None = None) -> Iterator[Faulty]:
    """Yield a hub over a server of its own, and end both."""
    with serving(under) as server, running(Postgres(server.root, "faults"), CAST) as hub:
        yield Faulty(hub, server)
        server.start()  # so that what the hub leaves behind can be dropped
