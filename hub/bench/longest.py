"""Scenario of the longest timeline: all its pages, one after the other.

In: a Stage. Out: a Run each time: timelines a second at p95, against what an officer waits for.
Never here: a timeline of fewer events than it says.
"""

from itertools import cycle, islice
from typing import Final

from hub.bench.cases import said_by
from hub.bench.figures import Rate, Run
from hub.bench.material import author, nhs_numbers, post_all, sign_in
from hub.bench.processes import BenchError
from hub.bench.reading import PURPOSE, find
from hub.bench.sending import LoadJob, send
from hub.bench.stage import COUNCIL, PARTNERS, Stage

TIMELINE_S: Final = 0.15
LONG: Final = 300
"""Events of the longest timeline that a page shows whole."""


class Timeline:
    """All pages of a timeline of 300 events, one after the other, at the p95 of a page."""

    name = "timeline"
    unit = "timelines/s"

    def __init__(self, stage: Stage, *, reads: int) -> None:
        self._stage = stage
        self._reads = reads
        self._pages: list[tuple[str, str]] = []

    def prepare(self) -> None:
        """Post the long case, have it projected, and follow its cursors once."""
        number = next(islice(nhs_numbers(), 90_000, None))
        with self._stage.projecting():
            for slug in PARTNERS:
                by = author(self._stage, slug)
                events = dict(
                    by.event(payload, number) for payload in said_by(slug, LONG // len(PARTNERS))
                )
                post_all(sign_in(self._stage, slug), events)
        session = sign_in(self._stage, COUNCIL)
        path = f"/subjects/{find(session, number)}/timeline"
        query, items = "?limit=50", 0
        while query:
            self._pages.append((path, query))
            said = session.ask("GET", path, headers=PURPOSE, query=query)
            items += len(said["items"])
            query = f"?limit=50&after={said['next']}" if said["next"] else ""
        if items != LONG:
            raise BenchError(f"the timeline holds {items} items, not {LONG}")

    def once(self) -> Run:
        """Read page after page."""
        session = sign_in(self._stage, COUNCIL)
        pages = islice(cycle(self._pages), self._reads)
        requests = (
            session.request("GET", path, headers=PURPOSE, query=query) for path, query in pages
        )
        seen = send(self._stage, LoadJob(1, 200), requests).seen
        if seen.p95_ms is None:
            raise BenchError("nothing was timed")
        return Run(Rate.of(1000 / (len(self._pages) * seen.p95_ms), seen), 1 / TIMELINE_S)
