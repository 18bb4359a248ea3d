"""Fetches the clocks that strike while a batch lasts, and those that its rows may end.

In: a connection, a schema, a World. Out: the World, with those clocks in it.
Never here: what ends a clock, or a notice (clocks).
"""

from collections.abc import Collection
from typing import Any, LiteralString

from psycopg import Connection

from hub.views import clocks
from hub.views.query import query
from hub.views.rows import Clock
from hub.views.world import World

_CLOCKS: LiteralString = (
    "SELECT id, duty, position, agency, waits, subject::text, request::text, about, type, due_at,"
    " next_at, ended FROM {s}.clock"
)


def striking(connection: Connection[Any], schema: str, world: World, end_s: int) -> set[str]:
    """Put the clocks that strike after the World's clock, up to `end_s`, in it; return whose."""
    cursor = connection.execute(
        query(_CLOCKS + " WHERE next_at > %s AND next_at <= %s", schema), [world.clock, end_s]
    )
    found = [Clock(*row) for row in cursor.fetchall()]
    for one in found:
        clocks.watch(world, one)
    return {one.subject for one in found}


def answered(
    connection: Connection[Any], schema: str, world: World, wanted: Collection[str]
) -> None:
    """Put the clocks that run about these subjects in the World: a row may end them."""
    if not wanted:
        return
    cursor = connection.execute(
        query(_CLOCKS + " WHERE ended IS NULL AND subject = ANY(%s::uuid[])", schema),
        [list(wanted)],
    )
    for row in cursor.fetchall():
        clocks.watch(world, Clock(*row))
