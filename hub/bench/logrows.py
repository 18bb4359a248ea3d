"""Fills a ledger with rows to sequence, past everything but its tables.

In: a database of the bench's own. Out: rows, and a log of them. Never here: an event: nothing of
this opens, and no view is made of it. The log takes a row's digests and its kind, and no more.
"""

from pathlib import Path
from typing import Any, Final, LiteralString

from psycopg import Connection

from hub.ids import SystemSource
from hub.ledger.anchor import Anchor
from hub.ledger.logparts import log_key
from hub.ledger.sequencer import Sequencer
from hub.settings import Settings

BATCH: Final = 1_000
USUAL: Final = 90
"""Sixteens of bytes of the usual envelope: about 1.5 KB."""
SMALL: Final = 2
_FILL: Final[LiteralString] = """
    WITH last AS (SELECT coalesce(max(position), 0) AS p FROM ledger.header),
    stored AS (
        INSERT INTO ledger.events SELECT gen_random_uuid(), 1, 't',
            decode(md5((p + n)::text) || repeat(md5((n + 7)::text), %(size)s), 'hex'), p + n
        FROM last, generate_series(1, %(count)s) AS n RETURNING originator_id, notification_id)
    INSERT INTO ledger.header
        SELECT notification_id, 'hub', originator_id, '\\x00', originator_id, 't', 'event', 0, 0, 0,
            '{}', '[]', sha256(notification_id::text::bytea), originator_id
        FROM stored
"""


def fill(connection: Connection[Any], count: int, size: int) -> None:
    """Add rows, each with an envelope of its own."""
    for first in range(0, count, 50_000):
        connection.execute(_FILL, {"count": min(50_000, count - first), "size": size})
    connection.execute("ANALYZE ledger.header, ledger.events")


def sequencer(settings: Settings, folder: Path) -> Sequencer:
    """Return a sequencer with an anchor of its own."""
    key = log_key(folder / "log-keys", settings.hub_uri, SystemSource())
    return Sequencer(key, Anchor(folder / "anchor"), now_ms=lambda: 0, batch=BATCH)
