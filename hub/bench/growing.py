"""Scenarios of size: the same questions on a small ledger and a large one.

In: a Stage. Out: a Run each time. Never here: a ledger of which a part is looked at twice as often
as others: what is asked for is spread evenly over all of it.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any, Final

from hub.bench.figures import Rate, Run, Seen
from hub.bench.material import JSON_BODY, sign_in
from hub.bench.processes import BenchError
from hub.bench.reading import PURPOSE, WHY
from hub.bench.sending import LoadJob, send
from hub.bench.stage import Stage
from hub.bench.stocked import READER, Stocked, stocked
from hub.bench.taking import Taking, people
from hub.views.runner import connect

ASKED: Final = 200
"""Questions of each kind to each ledger in a run, by one client, who waits for each answer."""
ALONE: Final = LoadJob(1, 200)
TAKEN: Final = 4_000
"""Events posted to each ledger in a run, and folded."""


class Find:
    """Find somebody and read their timeline: p95 in the small ledger against p95 in the large."""

    name = "find"
    unit = "people/s"

    def __init__(self, stage: Stage, *, small: int, large: int, taken: int = TAKEN) -> None:
        self._stage = stage
        self._sizes = (small, large)
        self._taken = taken
        self._taking: list[Taking] = []
        self._open = ExitStack()
        self._hubs: list[tuple[Stocked, int, list[str]]] = []
        self.sizes: dict[str, list[tuple[int, float]]] = {}
        """Rates a second by size of the ledger, for a picture."""
        self.disk: dict[str, Any] = {}

    def prepare(self) -> None:
        """Fill both ledgers, and warm both hubs."""
        # Which timelines there are is asked once: it takes a scan of all that anybody may see.
        self._hubs = [
            (hub, size, _timelines(hub.stage, ASKED))
            for size in self._sizes
            for hub in (self._open.enter_context(stocked(self._stage, events=size)),)
        ]
        for hub, size, paths in self._hubs:
            _look(hub.stage, size, paths[:20], 20)
            self._taking.append(Taking(hub, size))
            self._taking[-1].once(self._taken // 10)

    def once(self) -> Run:
        """Ask both, the small one first; then see what each takes in."""
        small, large = (_look(hub.stage, size, paths, ASKED) for hub, size, paths in self._hubs)
        posted, folded = zip(*(taking.once(self._taken) for taking in self._taking), strict=True)
        told = {
            "people found and read at p95": (small, large),
            "events posted": posted,
            "events folded into views": folded,
        }
        self.sizes = {
            name: list(zip(self._sizes, rates, strict=True)) for name, rates in told.items()
        }
        self.disk = self._hubs[1][0].disk
        seen = large.seen._replace(bytes_per_event=self.disk["bytes_per_event"])
        return Run(Rate.of(large, seen), small)

    def close(self) -> None:
        """End both hubs."""
        self._open.close()


def _look(stage: Stage, size: int, paths: list[str], asked: int) -> Rate:
    """Find people and read the first page of timelines; return what 95 in 100 get in a second."""
    session = sign_in(stage, READER)
    found = send(stage, ALONE, (session.request("POST", "/subjects/find", body, headers=JSON_BODY)
                                for body in _asked(size, asked)))  # fmt: skip
    read = send(stage, ALONE, (session.request("GET", path, headers=PURPOSE)
                               for path in paths))  # fmt: skip
    both = (
        None if a is None or b is None else a + b
        for a, b in zip(found.seen, read.seen, strict=True)
    )
    seen = Seen(*both)._replace(memory_mib=read.seen.memory_mib)
    return Rate.of(1 / (p95_s(found) + p95_s(read)), seen)


def _asked(size: int, asked: int) -> Iterator[bytes]:
    """Yield look-ups of people from all over a ledger."""
    for one in islice(people(size), asked):
        body = {"purpose": WHY, "identifiers": [{"kind": one.kind, "value": one.value}]}
        yield json.dumps(body).encode()


def _timelines(stage: Stage, asked: int) -> list[str]:
    """Return timelines that the reader may see, from all over a ledger."""
    with connect(stage.settings.owner) as connection:
        rows = connection.execute(
            "SELECT subject::text FROM (SELECT subject, row_number() OVER (ORDER BY subject) AS n,"
            " count(*) OVER () AS of FROM (SELECT DISTINCT subject FROM views_v1.entitlement"
            " WHERE agency = %(reader)s AND told) AS s) AS s"
            " WHERE n %% greatest(1, of / %(asked)s) = 0 LIMIT %(asked)s",
            {"asked": asked, "reader": READER},
        ).fetchall()
    return [f"/subjects/{subject}/timeline" for (subject,) in rows]


def p95_s(rate: Rate) -> float:
    """Return how long 95 in 100 took, in seconds."""
    if rate.seen.p95_ms is None:
        raise BenchError("nothing was timed")
    return rate.seen.p95_ms / 1000
