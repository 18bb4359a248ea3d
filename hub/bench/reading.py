"""Scenarios of what goes out: a timeline's page, recorded and receipted, and then also awaited.

In: a Stage. Out: a Run each time. Never here: a page that holds fewer items than it says.
"""

import json
from collections.abc import Iterator
from itertools import cycle, islice

from hub.bench.cases import said_by
from hub.bench.figures import Run
from hub.bench.material import JSON_BODY, Session, author, nhs_numbers, post_all, sign_in
from hub.bench.noop import UNRECORDED
from hub.bench.processes import BenchError
from hub.bench.sending import LoadJob, by_median, send
from hub.bench.stage import COUNCIL, PARTNERS, Stage

CLIENTS = 16
ITEMS = 20
SUBJECTS = 25
OK = 200
WAITING = 4
"""Clients that wait: so few that the wait is measured, and not how much the machine can serve."""
AT_MOST = 1.5
"""Checkpoint intervals that half of the awaited answers may take."""
WHY = "safeguarding_enquiry"
PURPOSE = {"Hub-Purpose": WHY}


class Read:
    """GET /subjects/{id}/timeline of 20 items, against the same page without a record."""

    name = "read"
    unit = "answers/s"

    def __init__(self, stage: Stage, *, reads: int) -> None:
        self._stage = stage
        self._reads = reads
        self._subjects: list[str] = []

    def prepare(self) -> None:
        """Post the case files, have them projected, and see that a page is whole.

        Raises:
            BenchError: an event was refused, or a page lacks items.
        """
        numbers = list(islice(nhs_numbers(), SUBJECTS))
        with self._stage.projecting():
            for slug in PARTNERS:
                by = author(self._stage, slug)
                said = said_by(slug, ITEMS // len(PARTNERS))
                events = dict(by.event(payload, number) for number in numbers for payload in said)
                post_all(sign_in(self._stage, slug), events)
        session = sign_in(self._stage, COUNCIL)
        self._subjects = [find(session, number) for number in numbers]
        self._check_page(session)
        self._warm_up()

    def _check_page(self, session: Session) -> None:
        path = f"/subjects/{self._subjects[0]}/timeline"
        items = session.ask("GET", path, headers=PURPOSE)["items"]
        if len(items) != ITEMS:
            raise BenchError(f"a page holds {len(items)} items, not {ITEMS}")

    def _warm_up(self) -> None:
        self._measure(self._reads // 5 + 1)

    def once(self) -> Run:
        """Measure the ceiling, then the figure."""
        return self._measure(self._reads)

    def _measure(self, reads: int) -> Run:
        ceiling = send(
            self._stage, LoadJob(CLIENTS, OK), self._pages(self._stage, reads, UNRECORDED)
        )
        figure = send(self._stage, LoadJob(CLIENTS, OK), self._pages(self._stage, reads))
        return Run(figure, ceiling)

    def _pages(self, stage: Stage, reads: int, under: str = "") -> Iterator[bytes]:
        session = sign_in(stage, COUNCIL)
        for subject in islice(cycle(self._subjects), reads):
            path = f"/subjects/{subject}/timeline"
            yield session.request("GET", path, headers=PURPOSE, under=under)


class Awaited(Read):
    """The same page from a hub whose answers wait for their checkpoint, one and a half intervals.

    The figure is what one client gets in a second where half of its answers take the median time;
    the ceiling is the same at one and a half times the interval. At 1.0 both are equal.
    """

    name = "awaited"
    unit = "answers/s"

    def _warm_up(self) -> None:
        """Each run has processes of its own, so there is nothing to warm."""

    def _measure(self, reads: int) -> Run:
        interval_s = self._stage.settings.checkpoint_ms / 1000
        with self._stage.awaiting() as stage:
            how = LoadJob(WAITING, OK)
            by_median(stage, how, self._pages(stage, WAITING))
            figure = by_median(stage, how, self._pages(stage, reads))
        return Run(figure, 1 / (AT_MOST * interval_s))


def find(session: Session, number: str) -> str:
    """Return the hub id of somebody by NHS number.

    Raises:
        BenchError: the hub refuses.
    """
    body = {"purpose": WHY, "identifiers": [{"kind": "nhs_number", "value": number}]}
    found = session.ask("POST", "/subjects/find", json.dumps(body).encode(), headers=JSON_BODY)
    subject: str = found["subjects"][0]["id"]
    return subject
