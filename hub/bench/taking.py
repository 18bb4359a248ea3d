"""What a ledger of a certain size still takes in a second: events posted, and then folded.

In: a hub over a filled ledger. Out: two rates. Never here: a subject of whom nothing is known yet:
events are about people from all over the ledger, so that their rows and keys lie all over it too,
and about equally many people however large it is.
"""

import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

from hub.bench.figures import rate
from hub.bench.forged import PEOPLE
from hub.bench.forging import named
from hub.bench.intake import ACCEPTED, CLIENTS
from hub.bench.loading import CHUNK
from hub.bench.material import EVENT_BYTES, author, concern, sign_in
from hub.bench.sending import LoadJob, send
from hub.bench.stocked import READER, Stocked
from hub.intake.identifiers import Identifier, IdentifierKind
from hub.projecting import projector
from hub.views.runner import Projector, connect

PARTNER: Final = "area-police"
STRIDE: Final = 7_919
EACH: Final = 10
"""Events about each person: half a case."""


class Taking:
    """One hub that goes on taking events in."""

    def __init__(self, hub: Stocked, size: int) -> None:
        self._hub = hub
        self._numbers = (one.value for one in people(size) if one.kind is IdentifierKind.NHS_NUMBER)
        self._folds: Projector = projector()

    def once(self, events: int) -> tuple[float, float]:
        """Return how many events a second it stores from many clients, and how many it folds."""
        posted = self._post(events)
        return posted, self._fold()

    def _post(self, events: int) -> float:
        stage = self._hub.stage
        session, by = sign_in(stage, READER), author(stage, READER)
        payload = concern(EVENT_BYTES, addressed_to=(PARTNER,))
        kind = {"Content-Type": "application/secevent+jwt"}
        whom = list(islice(self._numbers, max(1, events // EACH)))
        tokens = [by.event(payload, number)[1] for number in islice(cycle(whom), events)]
        requests = (session.request("POST", "/events", token, headers=kind) for token in tokens)
        return send(stage, LoadJob(CLIENTS, ACCEPTED), requests)

    def _fold(self) -> float:
        """Bring the views level by one projector, which remembers what it learnt the last time."""
        with connect(self._hub.stage.settings.owner) as connection:
            started, events = time.perf_counter(), 0
            while count := self._folds.step(connection):
                events += count
            return rate(events, time.perf_counter() - started)


def people(size: int) -> Iterator[Identifier]:
    """Yield people from all over a ledger, for ever; chunks number their people separately."""
    chunks = max(1, size // CHUNK)
    n = 0
    while True:
        person = n * STRIDE % (min(size, CHUNK) // 12)
        yield named(n * STRIDE % chunks * (CHUNK // PEOPLE) + person)
        n += 1
