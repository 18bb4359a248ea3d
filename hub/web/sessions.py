"""Sessions of signed-in people, kept in the database: a cookie holds a random key and no more.

In: a Person, a cookie. Out: a Session, until it is idle, old, or ended somewhere else.
Never here: a name. A session holds the officer's opaque id, their agency and their roles.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg.rows import dict_row

from hub.clock import Clock, seconds
from hub.ids import Source
from hub.intake import encoding
from hub.ledger.read import Pool
from hub.web.claims import Attempt, Logout, Person

IDLE_S: Final = 30 * 60
ABSOLUTE_S: Final = 9 * 3600
"""A shift: after it, whoever still works signs in again."""
ATTEMPT_S: Final = 600
TOUCH_S: Final = 60
"""A session's last use is written at most this often."""

_FIND: LiteralString = """
    SELECT key, csrf, issuer, sub, agency, user_ref, roles, auth_time, started_at, seen_at
    FROM ops.web_session
    WHERE key = %(key)s AND seen_at > %(now)s - %(idle)s AND started_at > %(now)s - %(absolute)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser."""

    key: bytes
    csrf: str
    issuer: str
    sub: str
    agency: str
    user: str
    roles: frozenset[str]
    auth_time: int


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, pool: Pool, clock: Clock, source: Source) -> None:
        self._pool = pool
        self._clock = clock
        self._source = source

    def secret(self) -> str:
        """Return 256 random bits, in letters fit for a cookie and a URL."""
        return encoding.encode(self._source.bytes(32)).decode()

    def attempt(self, to: str, max_age_s: int | None) -> Attempt:
        """Return a sign-in about to begin."""
        return Attempt(
            state=self.secret(),
            nonce=self.secret(),
            verifier=self.secret(),
            to=to,
            max_age_s=max_age_s,
        )

    async def remember(self, attempt: Attempt) -> str:
        """Keep an attempt, and return the cookie that will bring it back: to this browser only."""
        token, now = self.secret(), seconds(self._clock)
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM ops.web_login WHERE expires_at < %s", [now])
            await connection.execute(
                "INSERT INTO ops.web_login (key, state, nonce, verifier, go_to, max_age,"
                " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    _digest(token), attempt.state, attempt.nonce, attempt.verifier, attempt.to,
                    attempt.max_age_s, now + ATTEMPT_S,
                ],
            )  # fmt: skip
        return token

    async def take(self, token: str) -> Attempt | None:
        """Return the attempt of a cookie, once."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM ops.web_login WHERE key = %s RETURNING state, nonce, verifier, go_to,"
                " max_age, expires_at",
                [_digest(token)],
            )
            row = await cursor.fetchone()
        if row is None or row[5] < seconds(self._clock):
            return None
        return Attempt(state=row[0], nonce=row[1], verifier=row[2], to=row[3], max_age_s=row[4])

    async def begin(self, person: Person, before: str | None) -> str:
        """Begin a session under a new key and return its cookie; the one before ends."""
        token, now = self.secret(), seconds(self._clock)
        async with self._pool.connection() as connection:
            await connection.execute(
                "DELETE FROM ops.web_session WHERE started_at <= %s OR seen_at <= %s OR key = %s",
                [now - ABSOLUTE_S, now - IDLE_S, _digest(before or "")],
            )
            await connection.execute(
                "INSERT INTO ops.web_session (key, csrf, issuer, sub, sid, agency, user_ref, roles,"
                " auth_time, started_at, seen_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    _digest(token), self.secret(), person.issuer, person.sub, person.sid,
                    person.agency, person.user, " ".join(sorted(person.roles)), person.auth_time,
                    now, now,
                ],
            )  # fmt: skip
        return token

    async def find(self, token: str, *, touch: bool = True) -> Session | None:
        """Return the session of a cookie while it lives, and note that it was used.

        With `touch` False it is not noted: what a page does by itself is no use of it.
        """
        now = seconds(self._clock)
        asked = {"key": _digest(token), "now": now, "idle": IDLE_S, "absolute": ABSOLUTE_S}
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_FIND, asked, prepare=True)
            row = await cursor.fetchone()
            if row is None:
                return None
            if touch and row["seen_at"] < now - TOUCH_S:
                await cursor.execute(
                    "UPDATE ops.web_session SET seen_at = %s WHERE key = %s", [now, row["key"]]
                )
        return _session(row)

    async def end(self, session: Session, *, everywhere: bool) -> None:
        """End a session; or all of this person's, on whatever machine."""
        async with self._pool.connection() as connection:
            if everywhere:
                await connection.execute(
                    "DELETE FROM ops.web_session WHERE issuer = %s AND sub = %s",
                    [session.issuer, session.sub],
                )
            await connection.execute("DELETE FROM ops.web_session WHERE key = %s", [session.key])

    async def end_as_told(self, issuer: str, logout: Logout) -> None:
        """End what the provider says has ended."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "DELETE FROM ops.web_session WHERE issuer = %(issuer)s"
                " AND (%(sid)s::text IS NULL OR sid = %(sid)s)"
                " AND (%(sub)s::text IS NULL OR sub = %(sub)s)",
                {"issuer": issuer, "sid": logout.sid, "sub": logout.sub},
            )


def _digest(token: str) -> bytes:
    """Return what stands in the table: who reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode()).digest()


def _session(row: dict[str, Any]) -> Session:
    return Session(
        key=bytes(row["key"]),
        csrf=row["csrf"],
        issuer=row["issuer"],
        sub=row["sub"],
        agency=row["agency"],
        user=row["user_ref"],
        roles=frozenset(row["roles"].split()),
        auth_time=row["auth_time"],
    )
