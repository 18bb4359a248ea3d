"""Keeps a pool from handing out a connection whose other end has gone.

In: a connection at rest. Out: nothing, or the error that makes its pool take another.
Never here: a round trip for a connection that is well.

A store that was started again leaves dead connections in every pool. Each would fail whoever asks
next: for an API that is one 503 after another once the store is back; in the vault, which asks
seldom, it was `hub verify` that found hours later that it could not be put on record.
"""

import select
from typing import Any

from psycopg import AsyncConnection, Connection


def still_there(connection: Connection[Any]) -> None:
    """Refuse a connection whose other end has gone.

    Raises:
        OperationalError: it has.
    """
    if _heard(connection.fileno()):
        connection.execute("")


async def still_there_async(connection: AsyncConnection[Any]) -> None:
    """Refuse a connection whose other end has gone.

    Raises:
        OperationalError: it has.
    """
    if _heard(connection.fileno()):
        await connection.execute("")


def _heard(descriptor: int) -> bool:
    """Tell whether there is something to read: who sends to a connection at rest ends it."""
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))
