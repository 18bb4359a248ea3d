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
_READS = re.compile(r"(select|show)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"(create\s+(unlogged\s+)?table|create\s+(unique\s+)?index|alter\s+(table|index)"
    r"|drop\s+(table|index)|insert\s+into|update|delete\s+from|comment\s+on)\b",
    re.IGNORECASE,
)
"""What a migration may do. What is not listed is refused: a function, a `DO` block or a trigger
could carry any other statement inside it."""
_SCHEMA = re.compile(rf"create\s+schema\s+if\s+not\s+exists\s+{OURS}", re.IGNORECASE)
_OURS = re.compile(rf'(?<![\w"])("{OURS}"|{OURS})\.', re.IGNORECASE)
_FOREIGN = re.compile(r"\b(ledger|views_v\d+\w*|public)\b", re.IGNORECASE)
_ACTS = re.compile(
    r"\b(set_config|setval|nextval|lo_\w+|dblink\w*|pg_(?!catalog)\w+\s*\()", re.IGNORECASE
)
"""Functions that a plain SELECT could change something by."""
_WORDLESS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
"""Texts and comments: they do not say what a statement changes."""


class ForbiddenMigrationError(Exception):
    """A migration tried to change something outside the `ops` schema."""


def include_name(name: str | None, kind: str, parents: Any) -> bool:  # noqa: ANN401 - Alembic's
    """Tell autogenerate to look at `ops` alone."""
    del parents
    return kind != "schema" or name == OURS


def refuse_elsewhere(statement: str) -> None:
    """Refuse a statement that changes anything outside `ops`.

    Raises:
        ForbiddenMigrationError: it does, or it could, or it does not say what it changes.
    """
    words = _WORDLESS.sub(" ", statement).strip().rstrip(";").rstrip()
    one = ";" not in words and "$$" not in words
    if one and _READS.match(words):
        allowed = not (_FOREIGN.search(words) or _ACTS.search(words))
    elif one and _CHANGES.match(words):
        allowed = bool(_OURS.search(words)) and not _FOREIGN.search(words)
    else:
        allowed = bool(one and _SCHEMA.fullmatch(words))
    if not allowed:
        raise ForbiddenMigrationError("a migration may change the ops schema only")


@contextmanager
def only_ops(connection: Connection) -> Iterator[None]:
    """Refuse, while open, whatever is not about `ops`.

    Raises:
        ForbiddenMigrationError: as `refuse_elsewhere`.
    """

    def before(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:  # noqa: ANN401
        refuse_elsewhere(statement)

    # A table named without its schema is one of ours, or none.
    connection.exec_driver_sql(f"SET search_path TO {OURS}")
    event.listen(connection, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", before)
