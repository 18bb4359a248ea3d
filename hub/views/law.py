"""Which law the views rest on: the ledger's releases, each from where and when it counts.

In: a connection and a position, header rows, seconds. Out: Releases, and a Judge for what is in
force. Never here: a decision, or a release passed over because it cannot be read.
"""

from typing import Any

from psycopg import Connection

from contracts.lawmaking import RulebookReleased
from hub.ledger.releases import releases
from hub.rulebook import Rulebook
from hub.rulebook.releases import NO_LAW, Releases
from hub.views.days import starts_at
from hub.views.judge import Judge
from hub.views.rows import HeaderRow
from hub.views.world import HUB, World


class Courts:
    """Gives the judge of the law in force, one for each text that was."""

    def __init__(self, first: Rulebook | None) -> None:
        """Take what counts before the ledger's first release; by default nothing is shown then."""
        self._first = NO_LAW if first is None else first
        self._judges: dict[str, Judge] = {}

    def law(self, connection: Connection[Any], position: int) -> Releases:
        """Return what is released as far as a position."""
        return Releases(releases(connection, upto=position).rows, self._first)

    def judge(self, law: Releases, at_s: int) -> Judge:
        """Return the judge of an instant.

        Raises:
            NotInForceError: this software cannot read the release that counts then.
        """
        rulebook = law.at(at_s)
        judge = self._judges.get(rulebook.text_sha256)
        if judge is None:
            judge = self._judges[rulebook.text_sha256] = Judge(rulebook)
        return judge

    def switch(self, world: World) -> bool:
        """Put the judge of the World's clock in its place; return whether it is another one."""
        return world.sit(self.judge(world.law, world.clock))


def is_release(row: HeaderRow) -> bool:
    """Return whether a row releases a rulebook."""
    return row.agency == HUB and row.type_uri == RulebookReleased.TYPE


def learn(world: World, row: HeaderRow) -> None:
    """Add what a row releases to the law that the World knows."""
    if is_release(row):
        world.law = world.law.add(row.position, row.recorded_at, row.routing)


def turn_s(world: World) -> int | None:
    """Return the next second at which the law changes: a rule's day, or a release's."""
    day = world.judge.next_turn(world.day)
    turns = (None if day is None else starts_at(day), world.law.next_start(world.clock))
    return min((turn for turn in turns if turn is not None), default=None)
