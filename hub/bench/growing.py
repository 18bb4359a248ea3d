"""Scenarios of size: the same questions on a small ledger and a large one.

In: a Stage. Out: a Run each time. Never here: a ledger of which a part is looked at twice as often
as others: what is asked for is spread evenly over all of it.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final
from uuid import UUID

from hub.bench.figures import Rate, Run, Seen
from hub.bench.material import JSON_BODY, sign_in
from hub.bench.processes import BenchError
from hub.bench.reading import PURPOSE, WHY
from hub.bench.sending import LoadJob, send
from hub.bench.stage import Stage
from hub.bench.stocked import READER, stocked
from hub.bench.taking import Taking, people
from hub.intake.identifiers import Identifier
from hub.views.runner import connect

WARM: Final = 20
ASKED: Final = 200
"""Questions of each kind to each ledger in a run, by one client, who waits for each answer."""
ALONE: Final = LoadJob(1, 200)
PLACES: Final = 1_000
"""Timelines of a ledger that are read, in turn."""
TAKEN: Final = 4_000
"""Events posted to each ledger in a run, and folded."""


class Find:
    """Find somebody and read their timeline: p95 in the small ledger against p95 in the large."""

    name = "find"
    unit = "people/s"

    def __init__(self, stage: Stage, *, small: int, large: int, part: int = 1) -> None:
        """Take sizes; `part` is by how much less is asked and posted than usual."""
        self._stage = stage
        self._sizes = (small, large)
        self._asks = ASKED // part
        self._taken = TAKEN // part
        self._taking: list[Taking] = []
        self._open = ExitStack()
        self._hubs: list[tuple[Stage, _Asked]] = []
        self.sizes: dict[str, list[tuple[int, float]]] = {}
        """Rates a second by size of the ledger, for a picture."""
        self.disk: dict[str, Any] = {}

    def prepare(self) -> None:
        """Fill both ledgers, and warm both hubs."""
        for size in self._sizes:
            hub = self._open.enter_context(stocked(self._stage, events=size))
            self._hubs.append((hub.stage, _Asked.of(hub.stage, size)))
            self._taking.append(Taking(hub, size))
            self.disk = hub.disk
        for (stage, asked), taking in zip(self._hubs, self._taking, strict=True):
            _look(stage, asked, WARM)
            taking.once(self._taken // 10)

    def once(self) -> Run:
        """Ask both, the small one first; then see what each takes in."""
        small, large = (_look(stage, asked, self._asks) for stage, asked in self._hubs)
        posted, folded = zip(*(taking.once(self._taken) for taking in self._taking), strict=True)
        told = {
            "people found and read at p95": (small, large),
            "events posted": posted,
            "events folded into views": folded,
        }
        self.sizes = {
            name: list(zip(self._sizes, rates, strict=True)) for name, rates in told.items()
        }
        seen = large.seen._replace(bytes_per_event=self.disk["bytes_per_event"])
        return Run(Rate.of(large, seen), small)

    def close(self) -> None:
        """End both hubs."""
        self._open.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one hub: others each time, from all over its ledger."""

    people: Iterator[Identifier]
    timelines: Iterator[str]

    @classmethod
    def of(cls, stage: Stage, size: int) -> "_Asked":
        """Return what is asked of a hub over a ledger of a size."""
        return cls(people(size), cycle(_timelines(stage)))

    def bodies(self, count: int) -> Iterator[bytes]:
        """Yield as many look-ups."""
        for one in islice(self.people, count):
            body = {"purpose": WHY, "identifiers": [{"kind": one.kind, "value": one.value}]}
            yield json.dumps(body).encode()


def _look(stage: Stage, asked: _Asked, count: int) -> Rate:
    """Find people and read the first page of timelines; return what 95 in 100 get in a second."""
    session = sign_in(stage, READER)
    found = send(stage, ALONE, (session.request("POST", "/subjects/find", body, headers=JSON_BODY)
                                for body in asked.bodies(count)))  # fmt: skip
    read = send(stage, ALONE, (session.request("GET", path, headers=PURPOSE)
                               for path in islice(asked.timelines, count)))  # fmt: skip
    both = (
        None if a is None or b is None else a + b
        for a, b in zip(found.seen, read.seen, strict=True)
    )
    seen = Seen(*both)._replace(memory_mib=read.seen.memory_mib)
    return Rate.of(1 / (p95_s(found) + p95_s(read)), seen)


def _timelines(stage: Stage) -> list[str]:
    """Return timelines that the reader may see, from all over a ledger: ids are drawn evenly."""
    with connect(stage.settings.owner) as connection:
        found = [
            connection.execute(
                # Not by the column's own name: that would be the text, which has no index.
                "SELECT e.subject::text FROM views_v1.entitlement e"
                " WHERE e.agency = %s AND e.told AND e.subject >= %s ORDER BY e.subject LIMIT 1",
                [READER, UUID(int=n * (2**128 // PLACES))],
            ).fetchone()
            for n in range(PLACES)
        ]
    subjects = dict.fromkeys(row[0] for row in found if row is not None)
    return [f"/subjects/{subject}/timeline" for subject in subjects]


def p95_s(rate: Rate) -> float:
    """Return how long 95 in 100 took, in seconds."""
    if rate.seen.p95_ms is None:
        raise BenchError("nothing was timed")
    return rate.seen.p95_ms / 1000
