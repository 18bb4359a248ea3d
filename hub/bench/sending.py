"""Has requests sent by a process of its own, and says how many a second were answered rightly.

In: whole requests. Out: a rate, or the median time.
Never here: a request's making; that is done before.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from hub.bench.figures import Rate, Seen, rate
from hub.bench.load import Job, write_requests
from hub.bench.meter import metered
from hub.bench.processes import together
from hub.bench.stage import Stage

TIMEOUT_S = 45.0


@dataclass(frozen=True, slots=True)
class LoadJob:
    """How to send: over how many connections, expecting which status of every answer."""

    clients: int
    expect: int


def send(stage: Stage, how: LoadJob, requests: Iterable[bytes]) -> Rate:
    """Send requests to the stage's API; return how many a second it answered.

    Raises:
        BenchError: an answer had another status, or did not come.
        NoFigureError: there was nothing to send.
    """
    found, seen = _sent(stage, how, requests)
    return Rate.of(rate(found["count"], found["seconds"]), seen)


def by_median(stage: Stage, how: LoadJob, requests: Iterable[bytes]) -> Rate:
    """Send requests to the stage's API; return what a client gets a second by the median time.

    Raises:
        BenchError: an answer had another status, or did not come.
    """
    found, seen = _sent(stage, how, requests)
    return Rate.of(1000 / found["p50_ms"], seen)


def _sent(stage: Stage, how: LoadJob, requests: Iterable[bytes]) -> tuple[dict[str, Any], Seen]:
    file = stage.folder / "requests"
    write_requests(file, requests)
    job = Job(
        host=stage.settings.host,
        port=stage.settings.port,
        clients=how.clients,
        file=str(file),
        expect=how.expect,
        timeout_s=TIMEOUT_S,
    )
    with metered(stage.folder, stage.settings.owner) as meter:
        (found,) = together("hub.bench.load", [asdict(job)], folder=stage.folder)
    times = (found["p50_ms"], found["p95_ms"], found["p99_ms"])
    return found, meter.seen(found["count"], times)
