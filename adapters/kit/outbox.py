"""Events waiting for the hub. Once `add` returns, the event will arrive, under the same `jti`.

In: payloads and subjects. Out: signed tokens to send, in order; then a receipt or a refusal each.
Never here: the network. What a sent event said is wiped; its `jti`, digest and receipt are kept.

Promise: at least once, never two different events under one `jti`. A token goes stale after five
minutes and is signed again with a new `iat` and nothing else changed. Whether the hub took the
old one is then unknown, so the digest of every signing is kept: when the hub answers that the
`jti` is used, its receipt names the digest it holds, and that shows whether it was this event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from adapters.kit.edge import Edge, backoff_s
from adapters.kit.errors import OutboxError
from adapters.kit.keys import Signer
from adapters.kit.sign import Json, own_claims, sign_claims, sign_event, signing_digest
from adapters.kit.store import Store
from contracts.base import Payload

State: TypeAlias = Literal["queued", "sent", "refused"]

STALE_S = 240
"""The hub takes an `iat` up to 300 s old; the rest is for the way there and a slow clock."""
AHEAD_S = 30
"""The hub takes an `iat` up to 60 s ahead. More means this machine's clock was set back."""


@dataclass(frozen=True, slots=True)
class Due:
    """An event to send now."""

    jti: str
    token: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one event. A refused one waits here until it is retried or dropped."""

    jti: str
    state: State
    tries: int
    err: str | None
    description: str | None
    receipt: str | None


class Outbox:
    """The durable queue of one agency's events.

    Args:
        store: the agency's file.
        key: signs, and signs again after a delay.
        issuer: the agency's URI.
        audience: the hub's URI.
        edge: clock, ids and chance.
    """

    def __init__(
        self, store: Store, *, key: Signer, issuer: str, audience: str, edge: Edge
    ) -> None:
        self._store = store
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._edge = edge

    def add(
        self,
        payload: Payload,
        subject: Mapping[str, Json],
        *,
        toe: int | None = None,
        txn: str | None = None,
        jti: str | None = None,
    ) -> str:
        """Sign an event and put it in the queue; return its `jti`.

        Args:
            payload: what happened.
            subject: the `sub_id`.
            toe: when it happened; None for now.
            txn: the id that joins several events of one matter.
            jti: the caller's own id for it. Adding the same id again changes nothing, so a caller
                who crashed may simply call again.

        Raises:
            SigningError: the hub would refuse it as it stands.
            OutboxError: another event waits under that `jti`.
        """
        now = int(self._edge.now())
        chosen = jti if jti is not None else self._edge.new_id()
        token = sign_event(
            payload,
            subject,
            key=self._key,
            issuer=self._issuer,
            audience=self._audience,
            iat=now,
            toe=now if toe is None else toe,
            jti=chosen,
            txn=txn,
        )
        with self._store.transaction():
            held = self._store.rows("SELECT token FROM outbox WHERE jti = ?", chosen)
            if not held:
                self._store.rows(
                    "INSERT INTO outbox (jti, token, state) VALUES (?, ?, 'queued')", chosen, token
                )
                self._note_signing(chosen, token)
            elif held[0][0] is not None and not _same_event(held[0][0], token):
                raise OutboxError("another event waits under that `jti`")
        return chosen

    def due(self, limit: int) -> list[Due]:
        """Return up to `limit` queued events whose time has come, oldest first, freshly signed."""
        now = self._edge.now()
        found = self._store.rows(
            "SELECT jti, token, tries FROM outbox WHERE state = 'queued' AND not_before <= ?"
            " ORDER BY seq LIMIT ?",
            now,
            limit,
        )
        return [Due(jti, self._fresh(jti, token, int(now)), tries) for jti, token, tries in found]

    def next_due_at(self) -> float | None:
        """Return when the next queued event may be tried, in seconds; None if none is queued."""
        at: float | None = self._store.rows(
            "SELECT min(not_before) FROM outbox WHERE state = 'queued'"
        )[0][0]
        return at

    def is_own_signing(self, jti: str, sd: str) -> bool:
        """Say whether this outbox ever signed the event `jti` into a token with digest `sd`."""
        return bool(self._store.rows("SELECT 1 FROM signing WHERE sd = ? AND jti = ?", sd, jti))

    def mark_sent(self, jti: str, receipt: str) -> None:
        """Keep the receipt and wipe the event's text."""
        self._store.rows(
            "UPDATE outbox SET state = 'sent', token = NULL, receipt = ?, err = NULL,"
            " description = NULL WHERE jti = ?",
            receipt,
            jti,
        )

    def mark_refused(self, jti: str, err: str, description: str) -> None:
        """Park an event with the hub's reason; the others go on."""
        self._store.rows(
            "UPDATE outbox SET state = 'refused', err = ?, description = ?"
            " WHERE jti = ? AND state = 'queued'",
            err,
            description,
            jti,
        )

    def defer(self, jtis: Iterable[str], *, at_least_s: float = 0.0) -> float:
        """Try these again later; return the wait in seconds.

        Args:
            jtis: what was not settled.
            at_least_s: what the hub asked for. Our own doubling wait holds too: a hub that asks
                for no wait at all must not be asked without end.
        """
        chosen = tuple(jtis)
        marks = ", ".join("?" * len(chosen))
        with self._store.transaction():
            tries: int = self._store.rows(
                f"SELECT coalesce(max(tries), 0) FROM outbox WHERE jti IN ({marks})",  # noqa: S608 -- question marks only
                *chosen,
            )[0][0]
            wait = max(at_least_s, backoff_s(tries, self._edge.chance()))
            self._store.rows(
                f"UPDATE outbox SET tries = tries + 1, not_before = ? WHERE jti IN ({marks})",  # noqa: S608 -- question marks only
                self._edge.now() + wait,
                *chosen,
            )
        return wait

    def retry(self, jti: str) -> None:
        """Queue a refused event again, its cause being mended (a key registered, say).

        Raises:
            OutboxError: there is no such refused event.
        """
        changed = self._store.rows(
            "UPDATE outbox SET state = 'queued', tries = 0, not_before = 0"
            " WHERE jti = ? AND state = 'refused' RETURNING 1",
            jti,
        )
        if not changed:
            raise OutboxError("no refused event has that `jti`")

    def entry(self, jti: str) -> Entry | None:
        """Return what became of one event."""
        found = self._entries("jti = ?", jti)
        return found[0] if found else None

    def entries(self, state: State) -> list[Entry]:
        """Return all events in one state, oldest first."""
        return self._entries("state = ?", state)

    def counts(self) -> dict[State, int]:
        """Return how many events are in each state."""
        tally: dict[State, int] = {"queued": 0, "sent": 0, "refused": 0}
        tally.update(self._store.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
        return tally

    def _fresh(self, jti: str, token: bytes, now: int) -> bytes:
        claims = own_claims(token)
        if -AHEAD_S <= now - claims["iat"] <= STALE_S:
            return token
        renewed = sign_claims({**claims, "iat": now}, self._key)
        # Durable before it is sent: a crash after the send must not forget that this signing
        # exists, or the hub's receipt for it would look like somebody else's event.
        with self._store.transaction():
            self._store.rows("UPDATE outbox SET token = ? WHERE jti = ?", renewed, jti)
            self._note_signing(jti, renewed)
        return renewed

    def _note_signing(self, jti: str, token: bytes) -> None:
        self._store.rows(
            "INSERT OR IGNORE INTO signing (sd, jti) VALUES (?, ?)", signing_digest(token), jti
        )

    def _entries(self, where: str, value: str) -> list[Entry]:
        found = self._store.rows(
            f"SELECT jti, state, tries, err, description, receipt FROM outbox WHERE {where}"  # noqa: S608 -- our own words
            " ORDER BY seq",
            value,
        )
        return [Entry(*row) for row in found]


def _same_event(one: bytes, other: bytes) -> bool:
    # The times may differ: a caller who calls again after a crash does so later.
    first, second = own_claims(one), own_claims(other)
    return all(first[name] == second[name] for name in ("sub_id", "events"))
