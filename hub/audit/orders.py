"""Puts on record that an officer of the hub has seen an order of a court, and what it covers.

In: an officer's statement about a subject the hub knows. Out: an Answer, recorded, with a receipt.
Never here: an agency's word on an order; the order itself, which the officer keeps; a release.
"""

from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID

from contracts.governance import CourtOrderSeen
from hub.audit.readings import By, given
from hub.clock import Clock, seconds, utc_text
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.interest import barred
from hub.ledger.frontdoor import Own, canonical, subject_sub_id
from hub.ledger.read import Pool, facts
from hub.ledger.record import UnknownSubjectError, relation_key, subject_key


class OrderError(Exception):
    """This officer may not put this order on record. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was seen: for whom, what of the record it covers, which court made it, and when."""

    partner: str
    covers: Literal["records", "records_and_who_spoke_up", "nothing"]
    court: str
    reference: str
    made_on: str


class Orders:
    """Takes the officers' statements. Each is an event of the hub, and a recorded answer."""

    def __init__(self, *, desk: Desk, pool: Pool, clock: Clock) -> None:
        self._desk = desk
        self._pool = pool
        self._clock = clock

    async def seen(self, agency: str, user: str | None, subject: UUID, order: Order) -> Answer:
        """Put an order on record.

        Raises:
            OrderError: no officer is named, they have an interest of their own, or it is for an
                agency that the hub does not know.
            UnknownSubjectError: the hub knows nobody by this id.
            LedgerError: it could not be recorded.
        """
        if user is None:
            raise OrderError("Hub-User names the officer who saw the order")
        if self._desk.door.directory.now.agencies.find(order.partner) is None:
            raise OrderError("the order is for an agency that is not registered")
        kind = await self._kind(agency, user, subject)
        said = {"about": kind, "officer": user, **asdict(order)}
        record = await self._desk.door.say(
            Own(CourtOrderSeen.model_validate(said), subject_sub_id(subject))
        )
        body = {
            "order": str(record.jti),
            "partner": order.partner,
            "covers": order.covers,
            "officer": user,
            "recorded": utc_text(record.recorded_at_ms // 1000),
        }
        return await given(self._desk, By(agency, user), "order", canonical(body), subject)

    async def _kind(self, agency: str, user: str, subject: UUID) -> str:
        """Return what kind of subject it is."""
        mine = relation_key(subject, agency)
        async with self._pool.connection() as connection:
            known = await facts(connection, [subject_key(subject), mine], seconds(self._clock))
        if barred(known.facts.get(mine, {}), user):
            raise OrderError("the officer has an interest of their own")
        kind = known.facts.get(subject_key(subject), {}).get("subject_kind")
        if kind is None:
            raise UnknownSubjectError("no such subject")
        return kind
