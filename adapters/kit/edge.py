"""The only clock, sleep, ids and chance in the kit; everything else is handed an `Edge`.

In: the machine. Out: an `Edge` of four calls, which a test replaces with its own; whom it trusts.
Never here: decisions.
"""

import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import httpx

UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Edge:
    """Where the kit touches the world.

    Args:
        now: seconds since 1970, UTC.
        sleep: wait that many seconds.
        new_id: a lower-case UUID v4, never given before.
        chance: a number from 0 up to 1, to spread retries.
    """

    now: Callable[[], float]
    sleep: Callable[[float], None]
    new_id: Callable[[], str]
    chance: Callable[[], float]


def machine() -> Edge:
    """Return the real thing."""
    return Edge(
        now=time.time,
        sleep=time.sleep,
        new_id=lambda: str(UUID(bytes=secrets.token_bytes(UUID_BYTES), version=4)),
        chance=secrets.SystemRandom().random,
    )


@cache
def authorities() -> ssl.SSLContext:
    """Return the certificate authorities that this machine trusts, read once.

    Reading them takes 30 ms of a core, and whoever serves many agencies opens many clients.
    """
    return httpx.create_ssl_context()


def backoff_s(tries: int, chance: float, *, first_s: float = 0.5, most_s: float = 60.0) -> float:
    """Return how long to wait after `tries` failures in a row.

    The ceiling doubles; the wait is drawn from its upper half, so that agencies that failed
    together do not come back together.
    """
    ceiling = min(most_s, first_s * 2.0 ** min(tries, 16))
    return ceiling * (0.5 + chance / 2)
