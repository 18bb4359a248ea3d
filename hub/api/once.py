"""Remembers proofs and assertions that were used, for every process of this hub.

In: a kind, a digest, when it may be forgotten. Out: whether this was the first time.
Never here: the proof itself.

Requests that arrive together share one statement: a proof a request is too many round trips.
"""

import asyncio
from dataclasses import dataclass, field

from hub.ledger.read import Pool

_INSERT = (
    "INSERT INTO ops.once (kind, key, expires_at) SELECT * FROM unnest(%s::text[], %s::text[],"
    " %s::bigint[]) AS o(kind, key, expires) ORDER BY kind, key ON CONFLICT DO NOTHING"
    " RETURNING kind, key"
)


@dataclass(slots=True)
class _Asked:
    kind: str
    key: str
    expires_at: int
    answer: "asyncio.Future[bool]" = field(repr=False)


class SharedOnce:
    """`AsyncOnce` on PostgreSQL, one statement for all that wait. Belongs to one event loop."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._asked: list[_Asked] = []
        self._running: asyncio.Task[None] | None = None

    async def first_time(self, kind: str, key: str, expires_at: int) -> bool:
        """Record `key` and say whether nobody had; it may be forgotten after `expires_at` s.

        Raises:
            psycopg.Error: the store did not answer, so nothing may be let in.
        """
        asked = _Asked(kind, key, expires_at, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await asked.answer

    async def forget(self, now: int) -> None:
        """Drop what may be forgotten by `now` (seconds)."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM ops.once WHERE expires_at < %s", [now])

    async def _drain(self) -> None:
        while self._asked:
            batch, self._asked = self._asked, []
            try:
                fresh = await self._insert(batch)
            except Exception as broken:  # noqa: BLE001 - each waiter must hear of it
                for asked in batch:
                    if not asked.answer.done():
                        asked.answer.set_exception(broken)
                continue
            for asked in batch:
                first = (asked.kind, asked.key) in fresh
                fresh.discard((asked.kind, asked.key))  # a twin in the same batch comes second
                if not asked.answer.done():
                    asked.answer.set_result(first)

    async def _insert(self, batch: list[_Asked]) -> set[tuple[str, str]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                _INSERT,
                [
                    [a.kind for a in batch],
                    [a.key for a in batch],
                    [a.expires_at for a in batch],
                ],
                prepare=True,
            )
            return {(row[0], row[1]) for row in await cursor.fetchall()}
