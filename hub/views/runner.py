"""Keeps the views up with the ledger: batches in order, each in one transaction.

In: a database URL, the time. Out: the views, right up to `tracking.position`.
Never here: what an event means (fold), or an event passed over: one that cannot be folded is
parked in a table that raises an alarm, its facts still count, and the others go on.

A batch's rows and the position they reach commit together, so a crash repeats a batch from its
start and doubles nothing. What is in memory is only trusted while the tables stand where this
projector left them; otherwise it starts from the tables again.

The law is the ledger's own: a release is folded where it stands, and when it comes into force every
decision is taken anew in that transaction, while reads go on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any, TypeAlias

import msgspec
import psycopg
from psycopg import Connection
from psycopg.types.json import set_json_loads

from hub.rulebook import Rulebook
from hub.rulebook.releases import NotInForceError
from hub.views import fold, load, store
from hub.views.law import Courts, learn, turn_s
from hub.views.query import query
from hub.views.rows import HeaderRow
from hub.views.segments import segments, touched
from hub.views.tables import BATCH_LOCK, LEADER_LOCK, SCHEMA
from hub.views.world import World

GRACE_S = 10
"""An idle projector lets time pass only up to this long ago. A row is stamped before it commits:
one still on its way must not be older than an expiry already folded."""
LOOK_S = 1.0
"""How long to wait for word of a new event before looking anyway."""
GATHER_S = 0.025
"""How long rows are let gather after a batch of only a few: its transaction costs several times
what folding them does. The first after a pause is folded at once."""
FEW = 25
CHUNK = 500
FIRST = "00000000-0000-0000-0000-000000000000"
POISON = (psycopg.DataError, psycopg.IntegrityError)
"""What a database error must be for the row, and not the database, to be at fault."""


class MovedError(Exception):
    """Somebody else moved the views on: read again from where they stand."""


NOT_THE_ROWS = (psycopg.Error, MemoryError, MovedError, NotInForceError)


Folder: TypeAlias = Callable[[World, HeaderRow, int], None]


class Projector:
    """Folds the ledger into one schema of views. Not safe to share between threads."""

    def __init__(
        self,
        first: Rulebook | None = None,
        *,
        now_ms: Callable[[], int],
        schema: str = SCHEMA,
        batch: int = 1000,
        keep: int = 20_000,
        on_parked: Callable[[HeaderRow, str], None] | None = None,
    ) -> None:
        """Take the law before the ledger's first release, by default none: nothing is shown."""
        self._courts = Courts(first)
        self._now_ms = now_ms
        self._schema = schema
        self._batch = batch
        self._keep = keep
        self._on_parked = on_parked
        self._world: World | None = None
        self._stands: tuple[int, int, int] | None = None

    def run(self, url: str, stop: Event) -> None:
        """Project until `stop` is set; wait out an unreachable database; be the only one at work.

        Raises:
            NotInForceError: this software cannot read the release that counts.
        """
        while not stop.is_set():
            try:
                with connect(url) as connection, psycopg.connect(url, autocommit=True) as ear:
                    if self._lead(ear, stop):
                        ear.execute("LISTEN events")
                        self._follow(connection, ear, stop)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                self._world = None
                stop.wait(LOOK_S)

    def catch_up(self, connection: Connection[Any], *, until: int | None = None) -> int:
        """Fold all there is, or up to position `until`; return the position reached."""
        while self.step(connection, until=until):
            pass
        return self._tracking(connection)[1]

    def step(self, connection: Connection[Any], *, until: int | None = None) -> int:
        """Fold the next batch; return how many rows that was."""
        position = self._tracking(connection)[1]
        limit = self._batch if until is None else max(0, min(self._batch, until - position))
        rows = load.rows_after(connection, position, limit)
        with suppress(MovedError):  # what stands there now is read in the next step
            self._advance(connection, rows)
        return len(rows)

    def sweep(self, connection: Connection[Any], until_s: int) -> None:
        """Let time pass up to `until_s` where no event comes: facts expire, law begins and ends."""
        with self._locked(connection) as world:
            turn = turn_s(world)
            if (turn is not None and turn <= until_s) or load.anything_due(
                connection, self._schema, world, until_s
            ):
                self._pass_time(connection, world, until_s)

    def _follow(self, connection: Connection[Any], ear: Connection[Any], stop: Event) -> None:
        while not stop.is_set():
            if rows := self.step(connection):
                if rows < FEW:
                    stop.wait(GATHER_S)
            else:
                self.sweep(connection, self._now_ms() // 1000 - GRACE_S)
                for _ in ear.notifies(timeout=LOOK_S, stop_after=1):
                    pass  # only a wake-up: what there is, is read from the ledger

    def _lead(self, ear: Connection[Any], stop: Event) -> bool:
        """Wait until no other projector is at work on this schema; it lasts while `ear` does."""
        while not stop.is_set():
            row = ear.execute(
                "SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LEADER_LOCK, self._schema]
            ).fetchone()
            if row == (True,):
                return True
            stop.wait(LOOK_S)
        return False

    def _advance(self, connection: Connection[Any], rows: Sequence[HeaderRow]) -> None:
        """Fold rows in one transaction; halve them to find the one that cannot be folded."""
        if not rows:
            return
        try:
            with self._locked(connection) as world:
                _check_next(world, rows[0])
                self._project(connection, world, rows, fold.fold)
        except Exception as error:
            if not _rows_fault(error):
                raise
            if len(rows) == 1:
                self._park(connection, rows[0], type(error).__name__)
                return
            self._advance(connection, rows[: len(rows) // 2])
            self._advance(connection, rows[len(rows) // 2 :])

    def _park(self, connection: Connection[Any], row: HeaderRow, error_class: str) -> None:
        """Pass a row by, on record. Its facts count, unless they are what cannot be folded."""

        def facts_and_mark(world: World, row: HeaderRow, end_s: int) -> None:
            fold.facts_only(world, row, end_s)
            world.changes.parked.append((row.position, row.type_uri, error_class))

        try:
            with self._locked(connection) as world:
                self._project(connection, world, [row], facts_and_mark)
        except Exception as error:
            if not _rows_fault(error):
                raise
            with self._locked(connection) as world:
                world.position = row.position
                world.changes.parked.append((row.position, row.type_uri, error_class))
                store.write(connection, self._schema, world)
        if self._on_parked is not None:
            self._on_parked(row, error_class)

    def _project(
        self, connection: Connection[Any], world: World, rows: Sequence[HeaderRow], each: Folder
    ) -> None:
        for segment in segments(world, rows):
            turn = turn_s(world)
            if turn is not None and turn <= segment[0].recorded_at:
                self._pass_time(connection, world, segment[0].recorded_at)
            entries = {a: dict(world.agencies.get(a, {})) for a in touched(segment[-1])}
            end_s = max(row.recorded_at for row in segment)
            world.start_batch(keep=self._keep)
            load.batch(connection, self._schema, world, segment, end_s)
            for row in segment:
                each(world, row, end_s)
                learn(world, row)
            if self._courts.switch(world):
                store.write(connection, self._schema, world)
                self._decide_everywhere(connection, world, None, is_new=False)
            store.write(connection, self._schema, world)
            for agency, before in entries.items():
                if world.agencies.get(agency, {}) != before:
                    self._decide_everywhere(connection, world, agency, is_new=not before)

    def _pass_time(self, connection: Connection[Any], world: World, until_s: int) -> None:
        """Fold what time alone brings, in its order: facts expire, then a day of other law."""
        while True:
            turn = turn_s(world)
            end_s = until_s if turn is None else min(turn, until_s)
            world.start_batch(keep=self._keep)
            load.batch(connection, self._schema, world, [], end_s)
            fold.pass_time(world, end_s)
            store.write(connection, self._schema, world)
            if end_s != turn:
                return
            self._courts.switch(world)
            self._decide_everywhere(connection, world, None, is_new=False)

    def _decide_everywhere(
        self, connection: Connection[Any], world: World, agency: str | None, *, is_new: bool
    ) -> None:
        """Decide every subject anew, or every one that an agency has to do with."""
        every = agency is None or agency in world.always or not is_new
        only = [agency] if is_new and agency is not None else None
        after = FIRST
        while chunk := load.subjects_after(
            connection, self._schema, after, CHUNK, None if every else agency
        ):
            world.start_batch(keep=self._keep)
            load.subjects(connection, self._schema, world, chunk)
            fold.decide_again(world, chunk, only)
            store.write(connection, self._schema, world)
            after = chunk[-1]

    def _tracking(self, connection: Connection[Any]) -> tuple[int, int, int, str]:
        row = connection.execute(
            query(
                "SELECT tableoid::bigint, position, clock, rulebook FROM {s}.tracking", self._schema
            )
        ).fetchone()
        if row is None:
            raise psycopg.DatabaseError("the views have no tracking row")
        return row[0], row[1], row[2], row[3]

    @contextmanager
    def _locked(self, connection: Connection[Any]) -> Iterator[World]:
        """Open a transaction in which nobody else writes the views, with a World that fits them."""
        try:
            with connection.transaction():
                connection.execute(
                    "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [BATCH_LOCK, self._schema]
                )
                table, position, clock, rulebook = self._tracking(connection)
                world = self._world
                if world is None or self._stands != (table, position, clock):
                    law = self._courts.law(connection, position)
                    world = World(self._courts.judge(law, clock), position, clock, law=law)
                    load.agencies(connection, self._schema, world)
                    if rulebook not in ("", world.judge.rulebook.sha256):
                        # Folded before the ledger had a law, or by other software.
                        self._decide_everywhere(connection, world, None, is_new=False)
                yield world
                self._world, self._stands = world, (table, world.position, world.clock)
        except BaseException:
            self._world = None  # it may be ahead of what was rolled back
            raise


def connect(url: str) -> Connection[Any]:
    """Return a connection fit for a projector: no transaction unless one is opened."""
    connection = psycopg.connect(url, autocommit=True)
    set_json_loads(msgspec.json.decode, connection)
    return connection


def _check_next(world: World, row: HeaderRow) -> None:
    if world.position != row.position - 1:
        raise MovedError("the views no longer stand where these rows begin")


def _rows_fault(error: Exception) -> bool:
    """Return whether an error says something about the rows, and not about the database."""
    return isinstance(error, POISON) or not isinstance(error, NOT_THE_ROWS)
