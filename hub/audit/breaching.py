"""Puts breaches and their steps on record, and tells officers where each stands.

In: an officer's report or step. Out: an event of the hub; or breaches, as a recorded answer.
Never here: a step out of turn, or a breach of an agency that the hub does not know.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from contracts.oversight import BreachKind, BreachOpened, BreachStep, BreachStepped, LateBecause
from hub.audit.breaches import Breach, breaches, fault, untaken
from hub.audit.oversight import Oversight, OversightError, named
from hub.audit.readings import By, given
from hub.clock import Clock, london_day, seconds
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import canonical
from hub.ledger.read import Pool, header_of
from hub.ledger.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of a breach when it is put on record. Instants in seconds."""

    agency: str
    kind: BreachKind
    aware_at: int
    risk: str
    happened_on: str | None = None
    categories: tuple[str, ...] = ()
    people: int | None = None
    dis: tuple[str, ...] = ()
    follows: str | None = None
    case: str | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was done about a breach."""

    step: BreachStep
    reference: str | None = None
    late_because: LateBecause | None = None
    people: int | None = None
    categories: tuple[str, ...] = ()
    risk: str | None = None


class Breaches:
    """Takes reports and steps. One per process."""

    def __init__(self, *, oversight: Oversight, desk: Desk, pool: Pool, clock: Clock) -> None:
        self._oversight = oversight
        self._desk = desk
        self._pool = pool
        self._clock = clock

    async def opened(self, by: By, report: Report) -> Record:
        """Put a breach on record: from then on its clock is shown.

        Raises:
            OversightError: the agency or an answer is not known, or a time has not come yet.
            LedgerError: it could not be recorded.
        """
        now = seconds(self._clock)
        if self._desk.door.directory.now.agencies.find(report.agency) is None:
            raise OversightError("choose an agency that is registered")
        if report.aware_at > now:
            raise OversightError("the time you became aware has not come yet")
        day = report.happened_on
        if day is not None and date.fromisoformat(day) > london_day(now):
            raise OversightError("the day it happened has not come yet")
        async with self._pool.connection() as connection:
            for dis in report.dis:
                header = await header_of(connection, HUB_SLUG, UUID(dis))
                if header is None or header.partner is None:
                    raise OversightError("there is no such answer in the register")
        said: dict[str, Any] = {"about": "agency", "officer": named(by), "office": by.agency}
        payload = BreachOpened.model_validate({**said, **asdict(report)}, strict=False)
        return await self._oversight.say(payload, report.agency)

    async def step(self, by: By, breach: UUID, step: Step) -> Record:
        """Put on record what was done.

        Raises:
            OversightError: there is no such breach, or this step may not be taken now.
            LedgerError: it could not be recorded.
        """
        found = await self._one(breach)
        now = seconds(self._clock)
        why = fault(found, step.step, now, late=step.late_because is not None)
        if why is not None:
            raise OversightError(why)
        said: dict[str, Any] = {"about": "agency", "breach": str(breach), "officer": named(by)}
        payload = BreachStepped.model_validate(
            {**said, "step": step.step, **_more(step, late=now > found.due)}, strict=False
        )
        return await self._oversight.say(payload, found.said["agency"])

    async def listed(self, by: By) -> Answer:
        """Return every breach on record, and what agencies reported that nobody took up yet."""
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            found = await breaches(connection)
            body = {
                "breaches": [one.plain(now) for one in found],
                "untaken": await untaken(connection, now),
            }
        return await given(self._desk, by, "oversight", canonical(body))

    async def one(self, by: By, breach: UUID) -> Answer:
        """Return one breach with its steps.

        Raises:
            OversightError: there is no such breach.
        """
        found = await self._one(breach)
        body = canonical(found.plain(seconds(self._clock)))
        return await given(self._desk, by, "oversight", body)

    async def _one(self, breach: UUID) -> Breach:
        async with self._pool.connection() as connection:
            found = await breaches(connection, str(breach))
        if not found:
            raise OversightError("there is no such breach")
        return found[0]


def _more(step: Step, *, late: bool) -> dict[str, Any]:
    """Return what belongs to a step beside its name; what belongs to another is left out."""
    if step.step == "reported":
        return {
            "reference": step.reference,
            "late_because": step.late_because if late else None,
        }
    if step.step == "learned":
        return {"people": step.people, "categories": step.categories, "risk": step.risk}
    return {}
