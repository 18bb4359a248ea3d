"""Scenario of what goes out: a page of a timeline, recorded and receipted, against one that is not.

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
from hub.bench.sending import LoadJob, send
from hub.bench.stage import COUNCIL, PARTNERS, Stage

CLIENTS = 16
ITEMS = 20
SUBJECTS = 25
OK = 200
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
        self._subjects = [_find(session, number) for number in numbers]
        path = f"/subjects/{self._subjects[0]}/timeline"
        items = session.ask("GET", path, headers=PURPOSE)["items"]
        if len(items) != ITEMS:
            raise BenchError(f"a page holds {len(items)} items, not {ITEMS}")
        self._measure(self._reads // 5 + 1)

    def once(self) -> Run:
        """Measure the ceiling, then the figure."""
        return self._measure(self._reads)

    def _measure(self, reads: int) -> Run:
        session = sign_in(self._stage, COUNCIL)

        def pages(under: str) -> Iterator[bytes]:
            for subject in islice(cycle(self._subjects), reads):
                path = f"/subjects/{subject}/timeline"
                yield session.request("GET", path, headers=PURPOSE, under=under)

        ceiling = send(self._stage, LoadJob(CLIENTS, OK), pages(UNRECORDED))
        figure = send(self._stage, LoadJob(CLIENTS, OK), pages(""))
        return Run(figure, ceiling)


def _find(session: Session, number: str) -> str:
    body = {"purpose": WHY, "identifiers": [{"kind": "nhs_number", "value": number}]}
    found = session.ask("POST", "/subjects/find", json.dumps(body).encode(), headers=JSON_BODY)
    subject: str = found["subjects"][0]["id"]
    return subject
