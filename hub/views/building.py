"""Builds the views of a whole ledger by several processes, each folding whole parts in memory.

In: a URL, an empty schema beside the live one, how far. Out: its tables, full and indexed.
Never here: a comparison, a swap (rebuild); a row written twice.

Each part is one transaction. Should anything fail, the schema is thrown away, so nothing is
resumed. PostgreSQL is asked for rows in order and given rows to copy; it joins and looks up
nothing meanwhile, and indexes are built once, at the end.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, NamedTuple, TypeAlias

from psycopg import Connection

from hub.collector import settle_down
from hub.rulebook import Rulebook
from hub.views import bulk, parting, tables
from hub.views.law import Courts
from hub.views.parts import Parts, Seconds
from hub.views.query import query
from hub.views.runner import connect
from hub.views.whole import Bad, BadRowError, CaseWorld, SettingWorld, Whole

FLUSH: Final = 20_000
"""Rows after which a part writes what it will not look at again."""
_COURTS: Final = Courts(None)
"""This process's, from part to part: an answer rests on a law's text and the question alone."""
Step: TypeAlias = Callable[[int, int], None]
_Task: TypeAlias = Callable[[], int]


class Job(NamedTuple):
    """What each process is told, besides which part to fold."""

    url: str
    schema: str
    upto: int
    parts: Parts
    first: Rulebook | None


def build(
    url: str,
    schema: str,
    *,
    upto: int,
    processes: int,
    first: Rulebook | None = None,
    progress: Step | None = None,
) -> None:
    """Fill an empty schema with what a projector would have made of the ledger up to a position.

    Args:
        url: of a role that owns the views.
        schema: as `tables.create` left it.
        upto: the last position to fold.
        processes: how many fold side by side; 1 is this one.
        first: the law before the ledger's first release, as for a projector; only with one process.
        progress: called with how many rows were folded, and how many there are.

    Raises:
        psycopg.DataError: the tables cannot hold a row. A projector finds and parks it.
    """
    parts = Parts.of(upto, processes)
    with connect(url) as connection:
        bulk.strip(connection, schema)
        parting.deliver(connection, schema, upto, parts)
        sizes = parting.sizes(connection, schema)
        order = sorted(sizes, key=lambda part: -sizes[part])
        job = Job(url, schema, upto, parts, first)
        work = [partial(_part, job, part) for part in order]
        total, done = sum(sizes.values()), 0
        with _hands(processes) as run:
            for rows in run(work):
                done += rows
                if progress is not None:
                    progress(done * upto // total, upto)
            parting.forget(connection, schema)
            for _ in run(
                partial(_dress, url, schema, name) for name in _largest(connection, schema)
            ):
                pass
        _stand(connection, schema, upto, first)


@contextmanager
def _hands(processes: int) -> Iterator[Callable[[Iterable[_Task]], Iterator[int]]]:
    """Yield what runs tasks and yields their results as they come."""
    if processes == 1:
        yield lambda tasks: (task() for task in tasks)
        return
    # Spawned, not forked: a connection must not be in two processes.
    start = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=start, initializer=settle_down) as pool:

        def run(tasks: Iterable[_Task]) -> Iterator[int]:
            futures: list[Future[int]] = [pool.submit(task) for task in tasks]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

        yield run


def _part(job: Job, part: int) -> int:
    """Fold and write one part; return how many rows it read."""
    bad: dict[int, Bad] = {}
    with connect(job.url) as connection:
        courts = _COURTS if job.first is None else Courts(job.first)
        while True:
            try:
                with connection.transaction():
                    return _fold(connection, job, part, courts, bad)
            except BadRowError as found:
                # Once more without it: first its facts may still count, then nothing of it does.
                place = found.row.position
                before = bad.get(place)
                cause = found.cause if before is None else before.cause
                bad[place] = Bad(cause, facts=before is None)


def _fold(
    connection: Connection[Any], job: Job, part: int, courts: Courts, bad: dict[int, Bad]
) -> int:
    parts, schema, upto = job.parts, job.schema, job.upto
    law = courts.law(connection, 0)
    judge, before = courts.judge(law, 0), Seconds(connection, upto).before
    cases = part < parts.cases
    world = (
        CaseWorld(
            judge, law=law, before=before, home=lambda subject: parts.of_subject(subject) == part
        )
        if cases
        else SettingWorld(
            judge, law=law, before=before, here=lambda setting: parts.of_setting(setting) == part
        )
    )
    whole = Whole(world, courts, (parts, part), bad)
    count = 0
    for count, given in enumerate(parting.rows_of(connection, schema, part), 1):
        whole.fold(given)
        if cases and count % FLUSH == 0:
            bulk.flush(connection, schema, world.changes)
    whole.pass_time(_recorded(connection, upto))
    if cases:
        bulk.write_cases(connection, schema, world, first=part == 0)
    else:
        bulk.write_settings(connection, schema, world.changes)
    return count


def _recorded(connection: Connection[Any], position: int) -> int:
    """Return the second a row was recorded."""
    row = connection.execute(
        "SELECT recorded_at / 1000 FROM ledger.header WHERE position = %s", [position]
    ).fetchone()
    return 0 if row is None else row[0]


def _dress(url: str, schema: str, name: str) -> int:
    with connect(url) as connection:
        bulk.dress(connection, schema, name)
    return 0


def _largest(connection: Connection[Any], schema: str) -> list[str]:
    """Return the tables, those first whose indexes take longest."""
    cursor = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))"
        " AND relkind = 'r' ORDER BY pg_relation_size(oid) DESC",
        [schema],
    )
    names = set(tables.names())
    return [name for (name,) in cursor.fetchall() if name in names]


def _stand(connection: Connection[Any], schema: str, upto: int, first: Rulebook | None) -> None:
    """Write down how far the views reach, and under which law."""
    courts = Courts(first)
    clock = _recorded(connection, upto)
    rulebook = courts.judge(courts.law(connection, upto), clock).rulebook.sha256
    connection.execute(
        query("UPDATE {s}.tracking SET position = %s, clock = %s, rulebook = %s", schema),
        [upto, clock, rulebook],
    )
