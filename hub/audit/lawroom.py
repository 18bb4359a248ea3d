"""Where officers read the law in force, try a change to one rule, and make it law with two others.

In: a rule's file as an officer changed it, who acts. Out: what is wrong with it, what it would
change, proposals; and the hub's own statements, said at the front door.
Never here: a change that skips a check: proposing, approving and releasing are lawmaking's.
"""

import asyncio
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from contracts.lawmaking import RulebookApproved, RulebookProposed, RulebookReleased
from hub.audit import lawmaking
from hub.audit.lawmaking import Draft, LawmakingError, Proposal, proposals, report_on
from hub.clock import Clock, seconds
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.record import Record
from hub.rulebook import Rulebook
from hub.rulebook.asfile import as_file
from hub.rulebook.build import canonical
from hub.rulebook.cases import differences
from hub.rulebook.diff import Difference, diff
from hub.rulebook.errors import MalformedFileError
from hub.rulebook.releases import NotInForceError, Release, Releases, read_release

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A change to one rule, tried and not said to anybody."""

    law: Rulebook
    text: str
    """The whole draft, as canonical text."""
    rule: str
    wrong: tuple[str, ...]
    """Cases of the rule that come out otherwise than they say."""
    changes: tuple[Difference, ...]
    report: Mapping[str, Any]
    """What it would have answered on all that was decided."""


class Lawroom:
    """Reads and makes law for the pages. One per process."""

    def __init__(self, *, door: FrontDoor, clock: Clock) -> None:
        self._door = door
        self._clock = clock

    @property
    def releases(self) -> Releases:
        """Every release there is, as this process last read them."""
        return self._door.directory.now.law

    @property
    def in_force(self) -> Release:
        """The release in force.

        Raises:
            NotInForceError: there is none.
        """
        found = self.releases.release_at(seconds(self._clock))
        if found is None:
            raise NotInForceError("the ledger has no release in force")
        return found

    def file_of(self, rule: str) -> str | None:
        """Return a rule of the law in force as its file; None where there is no such rule."""
        found = json.loads(self.in_force.text)["rules"].get(rule)
        return None if found is None else as_file(found)

    async def tried(self, file: str, name: str, day: date) -> Tried:
        """Try a change: the law in force with this file laid in.

        Raises:
            RulebookError: it does not load, and says where.
            NotInForceError: there is no law in force to compare it with.
        """
        live = self.in_force
        rule, text = laid_in(live.text, file, name)

        def work(connection: Connection[Any]) -> Tried:
            law = read_release(text, live.board)
            changed = law.rule(rule)
            return Tried(
                law=law,
                text=text,
                rule=rule,
                wrong=tuple(
                    f"{case.name}: {found}"
                    for case in changed.file.case
                    for found in differences(law, changed, case)
                ),
                changes=diff(live.law, law, on=day),
                report=report_on(connection, law, day, seconds(self._clock), assume={}),
            )

        return await self._read(work)

    async def propose(self, officer: str, file: str, name: str, day: date) -> Record:
        """Propose the law in force with this file laid in, proved whole.

        Raises:
            RulebookError: it does not load.
            LawmakingError: it fails a case, a condition or a proof.
            LedgerError: it could not be recorded.
        """
        live = self.in_force
        _, text = laid_in(live.text, file, name)
        wanted = Draft(text=text, board=live.board, effective_from=day, officer=officer, assume={})
        now = seconds(self._clock)
        return await self._say(await self._read(lambda c: lawmaking.propose(c, wanted, now)))

    async def proposals(self) -> list[Proposal]:
        """Return every proposal there was, the newest first."""
        return (await self._read(proposals))[::-1]

    async def compared(self, proposal: Proposal) -> tuple[Difference, ...]:
        """Return where a proposal is wider or narrower than the law it was compared with.

        Raises:
            RulebookError: this software cannot read it.
        """
        said = proposal.said
        day, now = date.fromisoformat(said["effective_from"]), seconds(self._clock)
        # Not with the law of today: once it is released, that is itself.
        then = self.releases.named(str(json.loads(said["report"])["live"]), now)
        live = self.in_force.law if then is None else then
        return await asyncio.to_thread(
            lambda: diff(live, read_release(said["canonical"], said.get("board")), on=day)
        )

    async def approve(self, officer: str, proposal: UUID, report_sha256: str) -> Record:
        """Approve what another officer proposed, and the report that came with it.

        Raises:
            LawmakingError: it is theirs, they approved it before, or saw another report.
            LedgerError: it could not be recorded.
        """
        return await self._say(
            await self._read(lambda c: lawmaking.approve(c, proposal, officer, report_sha256))
        )

    async def release(self, proposal: UUID) -> Record:
        """Release what two others approved.

        Raises:
            RulebookError: this software cannot read it.
            LawmakingError: it lacks approvals, or its day has passed.
            LedgerError: it could not be recorded.
        """
        now = seconds(self._clock)
        return await self._say(await self._read(lambda c: lawmaking.release(c, proposal, now)))

    async def _read(self, work: Callable[[Connection[Any]], T]) -> T:
        def run() -> T:
            with self._door.directory.connect() as connection:
                return work(connection)

        return await asyncio.to_thread(run)

    async def _say(self, said: RulebookProposed | RulebookApproved | RulebookReleased) -> Record:
        return await self._door.say(Own(said, agency_sub_id(HUB_SLUG)))


def laid_in(text: str, file: str, name: str) -> tuple[str, str]:
    """Return the id of a rule's file, and a release's text with that file laid in under a new name.

    Raises:
        MalformedFileError: the file is not TOML, or names no rule.
    """
    try:
        rule = tomllib.loads(file)
    except tomllib.TOMLDecodeError as error:
        raise MalformedFileError("the rule", "*", str(error)) from error
    where = rule.get("id")
    if not isinstance(where, str) or not where:
        raise MalformedFileError("the rule", "id", "is missing")
    tables = json.loads(text)
    tables["rules"][where] = rule
    tables["rulebook"]["release"] = name
    return where, canonical(tables)


__all__ = ["LawmakingError", "Lawroom", "Tried", "laid_in"]
