"""Scenario of the long register: pages of it from all over it, however they are filtered.

In: a Stage. Out: a Run each time: pages a second at p95 of the slowest filter, against what an
officer waits for.
Never here: a page that was refused.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from hub.bench.figures import Rate, Run
from hub.bench.growing import ALONE, ASKED, p95_s
from hub.bench.material import sign_in
from hub.bench.processes import BenchError
from hub.bench.sending import send
from hub.bench.stage import Stage
from hub.bench.stocked import READER, Stocked, stocked
from hub.bench.taking import STRIDE

REGISTER_S: Final = 0.2
"""How long 95 in 100 pages of the register may take."""
FILTERS: Final = (
    "",
    "&partner=area-gp-1",
    "&rule=care-act-s42",
    # What fits nothing has an end only where it is looked up.
    "&rule=never-made",
    "&outcome=refused",
    "&partner=area-council&outcome=refused",
    "&user=area-council.1",
    "&review=flagged",
    "&day=2020-01-01",
)
"""What officers filter by: much that fits, little, and nothing."""


class Register:
    """A page of the register, from all over it: p95 against what an officer waits for."""

    name = "register"
    unit = "pages/s"

    def __init__(self, stage: Stage, *, answers: int, part: int = 1) -> None:
        """Take a size; `part` is by how much less is asked than usual."""
        self._stage = stage
        self._asks = ASKED // part
        self._answers = answers
        self._events = max(100, answers // 50)
        self._open = ExitStack()
        self._hub: Stocked | None = None

    def prepare(self) -> None:
        """Fill a ledger in which a few hundred events were read very often."""
        reads = self._answers / self._events
        self._hub = self._open.enter_context(stocked(self._stage, events=self._events, reads=reads))
        self._once(20)

    def once(self) -> Run:
        """Page through the register from all over it by each filter; the slowest counts."""
        return Run(self._once(self._asks), 1 / REGISTER_S)

    def close(self) -> None:
        """End the hub."""
        self._open.close()

    def _once(self, asked: int) -> Rate:
        if self._hub is None:
            raise BenchError("it was not prepared")
        stage = self._hub.stage
        session = sign_in(stage, READER)

        def pages(filters: str) -> Iterator[bytes]:
            for n in range(max(1, asked // len(FILTERS))):
                query = f"?limit=50&after={n * STRIDE % self._answers}{filters}"
                yield session.request("GET", "/disclosures", query=query)

        found = [send(stage, ALONE, pages(filters)) for filters in FILTERS]
        slowest = max(found, key=p95_s)
        # Nine rows in ten are answers: an event of this ledger has very many.
        disk = self._hub.disk["bytes_per_event"] * self._events / self._hub.loaded.rows
        return Rate.of(1 / p95_s(slowest), slowest.seen._replace(bytes_per_event=disk))
