"""One thing an agency of the try-out says to the hub, before it is signed.

In: a payload, whom it is about, when it happened. Out: a Said, with an id that is always the same.
Never here: a key, a clock, the network.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.base import Payload

NOON = dt.time(12, tzinfo=dt.UTC)
"""No source gives hours; noon is the same day in London, winter and summer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What `by` posts. `toe` is None for now."""

    by: str
    about: Mapping[str, Any]
    payload: Payload
    jti: str
    toe: int | None = None
    txn: str | None = None


def fixed_id(*parts: str) -> str:
    """Return the event id for these words: saying the same twice posts one event."""
    digest = hashlib.sha256("\x1f".join(("hub-demo", *parts)).encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def at_noon(day: dt.date) -> int:
    """Return the noon of a day, in seconds since 1970."""
    return int(dt.datetime.combine(day, NOON).timestamp())
