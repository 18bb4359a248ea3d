"""Each step of the sequencer fails, once before it took hold and once after: nothing is lost.

After Sunlight's TestSequenceErrors: every fault comes twice, "not persisted" and "but persisted".
A commit whose outcome nobody heard is one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from psycopg import Connection, OperationalError

from hub.ledger.sequencer import MovedError, connect
from tests.log.world import LogWorld

COMMIT = "COMMIT"


@dataclass(slots=True)
class Failing:
    """A session whose `fails`-th step breaks it: before it is done, or when it is."""

    real: Connection[Any]
    fails: int
    after: bool
    steps: list[str] = field(default_factory=list)

    def step(self, statement: object, *, after: bool) -> None:
        """Count a step, and break at the one that is due. Each passes here before and after."""
        if not after:
            self.steps.append(str(statement))
        if len(self.steps) - 1 == self.fails and after is self.after:
            raise OperationalError("the connection is lost")

    def execute(self, statement: object, *values: object, **how: object) -> Any:  # noqa: ANN401
        self.step(statement, after=False)
        done = self.real.execute(statement, *values, **how)  # type: ignore[call-overload] # handed on
        self.step(statement, after=True)
        return done

    @contextmanager
    def cursor(self, **how: Any) -> Iterator["Failing"]:  # noqa: ANN401
        with self.real.cursor(**how) as cursor:
            within = Failing(cursor, self.fails, self.after, self.steps)
            yield within

    def fetchall(self) -> Any:  # noqa: ANN401
        return self.real.fetchall()  # type: ignore[attr-defined] # of the cursor it then is

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.real.transaction():
            yield
            self.step(COMMIT, after=False)
        self.step(COMMIT, after=True)


def broken_step(log: LogWorld, fails: int, *, after: bool) -> tuple[list[str], bool]:
    """Take one step in which something fails; return what was done, and whether it went well."""
    one = log.sequencer()
    with connect(log.url) as session:
        one.load(session)
        failing = Failing(session, fails, after)
        try:
            one.step(failing)  # type: ignore[arg-type] # stands in for the connection
        except OperationalError:
            with pytest.raises(MovedError):
                one.step(session)  # nothing in memory is gone by after a failure
            return failing.steps, False
    return failing.steps, True


@pytest.mark.parametrize("after", [False, True], ids=["not persisted", "but persisted"])
def test_no_failing_step_loses_or_doubles_a_leaf(log: LogWorld, *, after: bool) -> None:
    rows, seen = 0, set[str]()
    for fails in range(100):
        log.rows(130)  # past the edge of a tile every other time
        rows += 130
        before = log.one("SELECT max(size) FROM ledger.tlog_checkpoint")
        steps, well = broken_step(log, fails, after=after)
        size = log.one("SELECT max(size) FROM ledger.tlog_checkpoint")
        committed = well or (after and steps[-1] == COMMIT)
        assert size == (rows if committed else before), steps[-1]
        seen.add(steps[-1])
        log.sequence()
        assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == rows
        if well:
            break
    assert COMMIT in seen
    assert len(seen) > 8
    assert log.found() == set()
