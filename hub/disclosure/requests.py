"""Stated requests, answered once: the same id again gets the first answer, to the byte.

In: an Ask with a request id, and the request as sent. Out: its Answer.
Never here: an answer kept in clear. It is sealed under the subject's own key, so that erasing the
subject erases it; after a day it is dropped, and the register alone remembers.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.clock import Clock, seconds
from hub.disclosure.ask import Answer, Ask, RequestIdReusedError
from hub.disclosure.desk import Desk
from hub.disclosure.opening import Opener
from hub.ledger.read import Pool
from hub.ledger.record import UnavailableError

KEPT_S = 86_400
CLAIM_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What is known of a request id: an answer, or that somebody is at work on it."""

    mine: bool
    answer: Answer | None
    at: int
    """When it was claimed: a claim that lapsed meanwhile is another's, with another time."""


class Requests:
    """Answers each request id once."""

    def __init__(
        self,
        pool: Pool,
        desk: Desk,
        opener: Opener,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._desk = desk
        self._opener = opener
        self._clock = clock

    async def answer(self, ask: Ask, asked: bytes) -> Answer:
        """Answer a request, or give its first answer again.

        Raises:
            RequestIdReusedError: the id came with another request before.
            UnavailableError: the same request is being answered this moment: come back.
            LedgerError: it could not be recorded; nothing was released.
        """
        if ask.request_id is None:
            raise RequestIdReusedError("a stated request has an id")
        digest = hashlib.sha256(asked).digest()
        claim = await self._claim(ask.partner, ask.request_id, digest)
        if claim.answer is not None:
            return claim.answer
        if not claim.mine:
            raise UnavailableError("the same request is being answered")
        try:
            answer = await self._desk.request(ask)
        except BaseException:
            # While the store is away this fails as well; then the claim lapses.
            with suppress(psycopg.Error):
                await self._let_go(ask.partner, ask.request_id, claim.at)
            raise
        await self._keep(ask, ask.request_id, answer, claim.at)
        return answer

    async def forget(self, now: int) -> None:
        """Drop answers older than a day."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM ops.answer WHERE claimed_at < %s", [now - KEPT_S])

    async def _claim(self, partner: str, request_id: UUID, digest: bytes) -> _Claim:
        """Claim the id: two copies of one request must not both be recorded and released."""
        now = seconds(self._clock)
        async with self._pool.connection() as connection, connection.cursor() as cursor:
            await cursor.execute(
                "INSERT INTO ops.answer AS a (partner, request_id, digest, claimed_at)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT (partner, request_id) DO UPDATE"
                " SET claimed_at = excluded.claimed_at"
                # Whoever claimed it and never answered has died; its claim lapses.
                " WHERE a.body IS NULL AND a.claimed_at < %s AND a.digest = excluded.digest"
                " RETURNING 1",
                [partner, request_id, digest, now, now - CLAIM_S],
            )
            if await cursor.fetchone() is not None:
                return _Claim(mine=True, answer=None, at=now)
            kept = await self._kept(connection, partner, request_id, digest)
            return _Claim(mine=False, answer=kept, at=now)

    async def _kept(
        self, connection: AsyncConnection[Any], partner: str, request_id: UUID, digest: bytes
    ) -> Answer | None:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "SELECT * FROM ops.answer WHERE partner = %s AND request_id = %s",
                [partner, request_id],
            )
            row = await cursor.fetchone()
        if row is not None and bytes(row["digest"]) != digest:
            raise RequestIdReusedError("the id was used for another request")
        if row is None or row["body"] is None:
            return None
        body = bytes(row["body"])
        if row["key_id"] is not None:
            body = await self._opener.again(row["jti"], request_id, body)
        return Answer(outcome=row["outcome"], body=body, receipt=row["receipt"], jti=row["jti"])

    async def _keep(self, ask: Ask, request_id: UUID, answer: Answer, claimed_at: int) -> None:
        """Keep the first answer, or refuse to give a second one.

        Raises:
            UnavailableError: this took so long that somebody else answers the same request.
        """
        # An id that is nobody's has no key; then the answer says nothing about anybody.
        sealed = await self._opener.keep(ask.subject, answer.body, ask.partner, request_id)
        body, key_id = (answer.body, None) if sealed is None else (sealed, ask.subject)
        async with self._pool.connection() as connection:
            kept = await connection.execute(
                "UPDATE ops.answer SET body = %s, key_id = %s, outcome = %s, receipt = %s, jti = %s"
                " WHERE partner = %s AND request_id = %s AND claimed_at = %s AND body IS NULL",
                [
                    body,
                    key_id,
                    answer.outcome,
                    answer.receipt,
                    answer.jti,
                    ask.partner,
                    request_id,
                    claimed_at,
                ],
            )
        if not kept.rowcount:
            raise UnavailableError("the same request is being answered")

    async def _let_go(self, partner: str, request_id: UUID, claimed_at: int) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(
                "DELETE FROM ops.answer"
                " WHERE partner = %s AND request_id = %s AND claimed_at = %s AND body IS NULL",
                [partner, request_id, claimed_at],
            )
