"""Erases a subject: two approvals, no hold, a leaf in the log; then the key and what is cached go.

In: an order, the hub's parts. Out: an Erased with its signed certificate, or the obstacles.
Never here: a plaintext, a fact about the person, a key (the vault destroys it, as the log says).

The certificate is made first, because the leaf holds its digest. Whatever comes in between, be it
an item of the subject, an answer with one or a hold, refuses the leaf, and all is looked at again.
The leaf is durable before the key is destroyed: a crash in between leaves a key that the next run
destroys.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from contracts.enquiry import EnquiryConcluded, EnquiryOpened, EnquiryReopened
from contracts.integrity import RedactedByKeyShred, ShredReason
from hub.audit.certificate import CERTIFICATE_TYP, later, told
from hub.clock import Clock, seconds, utc_text
from hub.intake.agencies import HUB_SLUG
from hub.intake.signing import Signer
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.read import Pool, facts
from hub.ledger.record import (
    Guard,
    StaleError,
    UnavailableError,
    UnknownSubjectError,
    erasing_key,
    subject_key,
)

BEFORE_TIME: Final = frozenset({"unlawfully_held", "court_order"})
"""Reasons before which a retention period gives way. A request does not: UK GDPR art 17(3)(b)."""
MAX_TRIES: Final = 5
_YEAR_S: Final = 31_557_600
_STEPS: Final = [EnquiryOpened.TYPE, EnquiryReopened.TYPE, EnquiryConcluded.TYPE]
_ABOUT: LiteralString = (
    "SELECT (SELECT coalesce(max(position), 0) FROM ledger.header) AS head,"
    " (SELECT state FROM ledger.subject_key WHERE key_id = %(subject)s) AS state,"
    " (SELECT count(*) FROM ledger.header WHERE subject = %(subject)s) AS items,"
    " (SELECT max(recorded_at) FROM ledger.header WHERE subject = %(subject)s) AS last_ms,"
    " EXISTS (SELECT FROM ledger.header WHERE subject = %(subject)s AND agency = 'hub'"
    "  AND routing->>'about' = 'agency') AS agency,"
    " (SELECT type FROM ledger.header WHERE subject = %(subject)s AND type = ANY(%(steps)s)"
    "  ORDER BY position DESC LIMIT 1) AS step,"
    " (SELECT jti FROM ledger.header WHERE kind = 'shred' AND agency = 'hub'"
    "  AND routing->>'key_id' = %(subject)s::text ORDER BY position LIMIT 1) AS shred"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who is to be erased, why, and which two officers approve. `holds`: holds that stand."""

    subject: UUID
    reason: ShredReason
    approved_by: tuple[str, ...]
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: the certificate, signed and as read. `before`: by an earlier run."""

    certificate: str
    claims: dict[str, Any]
    before: bool = False


class ObstacleError(Exception):
    """Something stands against the erasure. Nothing was recorded, nothing destroyed."""


class Erasure:
    """Erases subjects through the front door. `destroy` asks the vault, and says if it was done."""

    def __init__(
        self,
        *,
        door: FrontDoor,
        pool: Pool,
        signer: Signer,
        clock: Clock,
        years: Mapping[str, int],
        destroy: Callable[[UUID], Awaitable[bool]],
    ) -> None:
        """Take the parts. `years`: how long each kind's record is kept after its last entry."""
        self._years = years
        self._door = door
        self._pool = pool
        self._signer = signer
        self._clock = clock
        self._destroy = destroy

    async def erase(self, order: Order) -> Erased:
        """Erase a subject; where that was recorded before, do what was left undone.

        The certificate is then made anew, with who has been told since and has acknowledged it.

        Raises:
            ObstacleError: a hold, an enquiry or a retention period stands against it.
            UnknownSubjectError: the id is nobody's.
            UnavailableError: it is recorded, and the key could not be destroyed yet: run it again.
            StaleError: something about the subject came in at each try; nothing was done.
        """
        about, done = await self._recorded(order)
        if not await self._destroy(order.subject):
            raise UnavailableError("the vault found no record of the erasure")
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM ops.answer WHERE key_id = %s", [order.subject])
            if done is None:
                claims = await later(connection, order.subject, about["kind"])
                done = Erased(self._signer.sign(claims, typ=CERTIFICATE_TYP), claims, before=True)
        return done

    async def _recorded(self, order: Order) -> tuple[dict[str, Any], Erased | None]:
        """Return what is known of the subject, and what was recorded; None where it was before."""
        for _ in range(MAX_TRIES):
            async with self._pool.connection() as connection:
                about = await self._about(connection, order)
            if about["shred"] is not None:
                return about, None
            try:
                return about, await self._record(order, about)
            except StaleError:
                continue
        raise StaleError("something new about the subject keeps coming in")

    async def _about(self, connection: AsyncConnection[Any], order: Order) -> dict[str, Any]:
        now = seconds(self._clock)
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_ABOUT, {"subject": order.subject, "steps": _STEPS})
            about = await cursor.fetchone() or {}
            if about.get("state") is None or about["agency"]:
                raise UnknownSubjectError("no such subject")
            key = subject_key(order.subject)
            known = (await facts(connection, [key], now)).facts.get(key, {})
            kind = known.get("subject_kind", "child")
            if about["shred"] is not None:
                return {**about, "kind": kind}
            against = [*order.holds, *_against(order, about, known, self._until(about, kind), now)]
            if against:
                raise ObstacleError("; ".join(against))
            return {**about, "kind": kind, "told": await told(connection, order.subject)}

    def _until(self, about: dict[str, Any], kind: str) -> int:
        """Return when a record's time is over, in seconds; of a kind not named, the longest."""
        years = self._years.get(kind, max(self._years.values()))
        return int(about["last_ms"]) // 1000 + years * _YEAR_S

    async def _record(self, order: Order, about: dict[str, Any]) -> Erased:
        claims = {
            "subject": str(order.subject),
            "kind": about["kind"],
            "reason": order.reason,
            "approved_by": list(order.approved_by),
            "at": utc_text(seconds(self._clock)),
            "items": about["items"],
            "told": about["told"],
        }
        certificate = self._signer.sign(claims, typ=CERTIFICATE_TYP)
        payload = RedactedByKeyShred(
            about="agency",
            key_id=str(order.subject),
            items=about["items"],
            certificate=hashlib.sha256(certificate.encode()).hexdigest(),
            reason=order.reason,
            approved_by=order.approved_by,
        )
        guard = Guard(erasing_key(order.subject), about["head"])
        await self._door.say(Own(payload, agency_sub_id(HUB_SLUG), guards=(guard,)))
        return Erased(certificate, claims)


def _against(
    order: Order, about: dict[str, Any], known: Mapping[str, str], until: int, now: int
) -> list[str]:
    found = []
    if known.get("hold") == "active":
        found.append("the police hold what is known")
    if about["step"] not in (None, EnquiryConcluded.TYPE):
        found.append("an enquiry is open")
    if order.reason not in BEFORE_TIME and until > now:
        found.append(f"the record is kept until {utc_text(until)[:10]}")
    return found
