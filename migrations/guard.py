"""Keeps Alembic out of the ledger and the views.

In: a connection. Out: the same connection, for which every statement outside `ops` is refused.
Never here: a list of exceptions.

The role that migrates owns the ledger too, so PostgreSQL would let a careless `drop_table` through.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

OURS = "ops"
_CHANGES = re.compile(
    r"\b(drop|alter|truncate|delete|update|insert|create|grant|revoke|copy|do|call)\b",
    re.IGNORECASE,
)
_OURS = re.compile(rf'"?{OURS}"?\.', re.IGNORECASE)
_SCHEMA = re.compile(rf"^\s*create\s+schema\s+if\s+not\s+exists\s+{OURS}\s*;?\s*$", re.IGNORECASE)
_FOREIGN = re.compile(r'\b"?(ledger|views_v\d+\w*|public|pg_catalog)"?\.', re.IGNORECASE)


class ForbiddenMigrationError(Exception):
    """A migration tried to change something outside the `ops` schema."""


def include_name(name: str | None, kind: str, parents: Any) -> bool:  # noqa: ANN401 - Alembic's
    """Tell autogenerate to look at `ops` alone."""
    del parents
    return kind != "schema" or name == OURS


def refuse_elsewhere(statement: str) -> None:
    """Refuse a statement that changes anything outside `ops`.

    Raises:
        ForbiddenMigrationError: it does, or it does not say which schema it changes.
    """
    if not _CHANGES.search(statement) or _SCHEMA.match(statement):
        return
    if _FOREIGN.search(statement) or not _OURS.search(statement):
        raise ForbiddenMigrationError("a migration may change the ops schema only")


@contextmanager
def only_ops(connection: Connection) -> Iterator[None]:
    """Refuse, while open, whatever is not about `ops`.

    Raises:
        ForbiddenMigrationError: as `refuse_elsewhere`.
    """

    def before(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:  # noqa: ANN401
        refuse_elsewhere(statement)

    event.listen(connection, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", before)
