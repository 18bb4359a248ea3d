"""Builds the views anew beside the live ones, compares, and swaps them in one transaction.

In: a database URL. Out: a report; the live schema, replaced or left as it was.
Never here: a moment without views. Reads go on throughout; only the projector waits, for the last
rows, the comparison and the swap.

Two builds of one version under one rulebook must agree. If they do not, one of them is wrong, and
nobody can say which without looking: the live ones stay. Under another rulebook they should
differ, and are swapped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import Connection
from psycopg import sql as psql

from hub.rulebook import Rulebook
from hub.views import tables
from hub.views.building import build
from hub.views.query import query
from hub.views.runner import Projector, connect

SHOWN = 5
"""How many differing rows of a table a report names."""
NEAR = 1000
"""How far behind the live views the new ones may be when the projector is made to wait."""
# `tracking` is not compared: where the two stand is made equal before.
COMPARED = tuple(name for name in tables.names() if name != "tracking")


@dataclass(frozen=True, slots=True)
class Difference:
    """How one table differs. Keys are the first columns of the first few rows, as text."""

    table: str
    only_live: int
    only_new: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild found, and whether the new views now serve."""

    rows: dict[str, int]
    differences: tuple[Difference, ...]
    same_rulebook: bool
    swapped: bool

    @property
    def identical(self) -> bool:
        """Return whether the new views hold what the old ones held, row for row."""
        return not self.differences

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it: of differences the tables' names, and no key."""
        return {
            "rows": self.rows,
            "identical": self.identical,
            "swapped": self.swapped,
            "differences": [d.table for d in self.differences],
        }


def rebuild(
    url: str,
    first: Rulebook | None = None,
    *,
    now_ms: Callable[[], int],
    schema: str = tables.SCHEMA,
    compare_only: bool = False,
    processes: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> RebuildReport:
    """Build the views again from position 0, compare them with the live ones, and swap.

    Args:
        url: of a role that owns the views.
        first: what counts before the ledger's first release, as for a projector.
        now_ms: the time, for a projector.
        schema: the live schema.
        compare_only: throw the new views away after comparing.
        processes: how many fold whole parts side by side until near the live views (building); 0
            folds row by row from the start, as a projector does.
        progress: called with the position reached and the live position.
    """
    beside = f"{schema}_next"
    with connect(url) as builder, connect(url) as live:
        tables.drop(builder, beside)
        tables.create(builder, beside)
        _build(url, first, (schema, beside), builder, processes=processes, progress=progress)
        projector = Projector(first, now_ms=now_ms, schema=beside)
        _catch_up(projector, builder, live, schema, progress)
        try:
            with live.transaction():
                # From here to the commit no projector writes the live views: both stand still.
                live.execute(
                    "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [tables.BATCH_LOCK, schema]
                )
                position, clock, built_under = _stands(live, schema)
                projector.catch_up(builder, until=position)
                projector.sweep(builder, clock)
                same = built_under in ("", _stands(builder, beside)[2])
                found = tuple(_differences(live, schema, beside))
                swap = not compare_only and (not found or not same)
                report = RebuildReport(_counts(live, beside), found, same, swap)
                if swap:
                    _rename(live, schema, f"{schema}_old")
                    _rename(live, beside, schema)
        finally:
            # Dropped apart from the swap: dropping waits for readers, and must not make others.
            for name in (beside, f"{schema}_old"):
                tables.drop(builder, name)
    return report


def _build(
    url: str,
    first: Rulebook | None,
    schemas: tuple[str, str],
    builder: Connection[Any],
    *,
    processes: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Fold whole parts as far as the live views stand now; the rest is a projector's."""
    live, beside = schemas
    upto = _stands(builder, live)[0]
    if not processes or not upto:
        return
    try:
        build(url, beside, upto=upto, processes=processes, first=first, progress=progress)
    except psycopg.DataError:
        # A row that the tables cannot hold is found, and parked, one row at a time.
        tables.drop(builder, beside)
        tables.create(builder, beside)


def _catch_up(
    projector: Projector,
    builder: Connection[Any],
    live: Connection[Any],
    schema: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Follow the live views until near, never past them: both must be able to stop at one row."""
    reached, goal = 0, _stands(live, schema)[0]
    while goal - reached > NEAR or reached == 0 < goal:
        rows = projector.step(builder, until=goal)
        reached = _stands(builder, f"{schema}_next")[0]
        if progress is not None:
            progress(reached, goal)
        if not rows:
            break
        goal = _stands(live, schema)[0]


def _stands(connection: Connection[Any], schema: str) -> tuple[int, int, str]:
    row = connection.execute(
        query("SELECT position, clock, rulebook FROM {s}.tracking", schema)
    ).fetchone()
    return (0, 0, "") if row is None else (row[0], row[1], row[2])


def _counts(connection: Connection[Any], schema: str) -> dict[str, int]:
    counts = {}
    for table in COMPARED:
        row = connection.execute(
            _on("SELECT count(*) FROM {new}", table, schema, schema)
        ).fetchone()
        counts[table] = row[0] if row else 0
    return counts


def _differences(connection: Connection[Any], live: str, new: str) -> list[Difference]:
    found = []
    for table in COMPARED:
        row = connection.execute(
            _on(
                "WITH gone AS (SELECT x FROM (TABLE {live} EXCEPT ALL TABLE {new}) AS x),"
                " come AS (SELECT x FROM (TABLE {new} EXCEPT ALL TABLE {live}) AS x)"
                " SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM come),"
                " ARRAY(SELECT left(y.x::text, 120) FROM (TABLE gone UNION ALL TABLE come) AS y"
                " ORDER BY 1 LIMIT %s)",
                table,
                live,
                new,
            ),
            [SHOWN],
        ).fetchone()
        if row is not None and (row[0] or row[1]):
            found.append(Difference(table, row[0], row[1], tuple(row[2])))
    return found


def _on(text: LiteralString, table: str, live: str, new: str) -> psql.Composed:
    return psql.SQL(text).format(live=psql.Identifier(live, table), new=psql.Identifier(new, table))


def _rename(connection: Connection[Any], old: str, new: str) -> None:
    connection.execute(
        psql.SQL("ALTER SCHEMA {} RENAME TO {}").format(psql.Identifier(old), psql.Identifier(new))
    )
