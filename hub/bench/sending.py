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
    with metered(stage.folder) as meter:
        found = _sent(stage, how, requests)
    seen = Seen(
        p50_ms=found["p50_ms"],
        p95_ms=found["p95_ms"],
        p99_ms=found["p99_ms"],
        cpu_us=1e6 * meter.cpu_s / found["count"],
        memory_mib=meter.memory_mib,
    )
    return Rate.of(rate(found["count"], found["seconds"]), seen)


def median_s(stage: Stage, how: LoadJob, requests: Iterable[bytes]) -> float:
    """Send requests to the stage's API; return how long half of them took at most, in seconds.

    Raises:
        BenchError: an answer had another status, or did not come.
    """
    seconds: float = _sent(stage, how, requests)["p50_ms"] / 1000
    return seconds


def _sent(stage: Stage, how: LoadJob, requests: Iterable[bytes]) -> dict[str, Any]:
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
    (found,) = together("hub.bench.load", [asdict(job)], folder=stage.folder)
    return found
