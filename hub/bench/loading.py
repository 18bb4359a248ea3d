"""Fills a ledger with a made-up year of an area, past the front door: `hub bench --load`.

In: a bench database of its own, how many events. Out: rows, and how fast they came.
Never here: a database that anybody else writes to; an event that a partner could be shown.

What is as the front door makes it: tokens signed by registered keys, sealed under keys of their
subjects, headers, facts, indexes and counters; `hub sequence`, `hub verify` and `hub rebuild` take
the ledger as any other (tests/bench/test_loading.py has them do so), and each row is as wide.

What is not: no token was posted or verified on its way in; events of a year carry their times
without a year having passed; narratives repeat; the answers that were recorded were never given,
though what they name is what would have been decided on the facts of their moment. Rows lie in the
order of their positions within a chunk and not across two, and indexes are built at once, so they
are a little denser than those that grew. Signatures of
agencies verify, and their nonces repeat, so that whoever opens two tokens could work out the key:
it is a made-up agency's and ends with the bench. The hub's own key, and every key of a ledger that
is kept (`--here`), signs as it always does.
"""

import asyncio
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import Connection
from psycopg.rows import tuple_row

from contracts.governance import AgencyRegistered, Jwk
from hub.assembly import build, enrol, register_key
from hub.bench.forged import Agency, Job
from hub.bench.indexing import unindexed
from hub.bench.meter import of_postgres
from hub.bench.processes import BenchError, together
from hub.bench.shape import AREA
from hub.clock import Clock, FixedClock, SystemClock
from hub.ids import SystemSource
from hub.intake.signing import Signer
from hub.settings import Settings

CHUNK: Final = 10_000
YEAR_MS: Final = 365 * 86_400_000
PROCESSES: Final = 2
_TABLES: Final = tuple(
    f"ledger.{table}"
    for table in ("header", "events", "fact_current", "fact_scope", "subject_key", "subject_index")
)
"""Those whose indexes take longest come first."""
_AGENCIES: Final[LiteralString] = """
    SELECT h.routing->>'agency', h.subject::text, encode(k.wrapped, 'hex'), k.kek_version,
        (SELECT max(originator_version) FROM ledger.events e WHERE e.originator_id = h.subject)
    FROM ledger.header h JOIN ledger.subject_key k ON k.key_id = h.subject
    WHERE h.type = 'https://hub.example/events/agency-registered/v1'
"""
# What recorded answers leave behind for the partner: its counter, and its own fact anew.
_SETTLE: Final[tuple[LiteralString, ...]] = (
    """INSERT INTO ledger.partner_counter SELECT partner, max(pseq) FROM ledger.header
        WHERE partner IS NOT NULL GROUP BY partner
        ON CONFLICT (partner) DO UPDATE SET pseq = excluded.pseq""",
    """CREATE TEMPORARY TABLE last AS SELECT 's:' || subject AS key, max(position) AS position
        FROM ledger.header WHERE partner IS NOT NULL GROUP BY subject""",
    """UPDATE ledger.fact_current c SET position = last.position FROM last
        WHERE c.key = last.key AND c.fact = 'subject_kind'""",
    "UPDATE ledger.fact_scope c SET position = last.position FROM last WHERE c.key = last.key",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written, and how long each part took."""

    rows: int
    seconds: float
    """From the first row until all can be measured: indexed, counted, known to the planner."""
    index_s: float
    """Of these, how long all that took which comes after the last row."""
    cpu_s: float
    """Processor time of the processes that forged."""
    postgres_s: float
    """The same of PostgreSQL, where it is the bench's own; else 0."""
    seeds: dict[str, bytes] = field(repr=False)
    """The agencies' keys, by which they can be played."""

    @property
    def rate(self) -> float:
        """Return rows a second."""
        return self.rows / self.seconds


def load(
    settings: Settings,
    folder: Path,
    *,
    events: int,
    reads: float = 0.0,
    clock: Clock | None = None,
    processes: int = PROCESSES,
    kept: bool = False,
) -> Loaded:
    """Enrol an area in an empty ledger, and fill it.

    Args:
        settings: of a hub whose database is the bench's own, with its vault running.
        folder: for logs; the stage's, where PostgreSQL is.
        events: how many events agencies post.
        reads: how many answers are recorded for each.
        clock: the time; the year ends now.
        processes: how many forge side by side.
        kept: the ledger is not thrown away, so keys sign as keys do that are kept secret.

    Raises:
        BenchError: the ledger is not empty, or a process stopped.
    """
    now_ms = (clock or SystemClock()).now_ms()
    with psycopg.connect(settings.owner) as connection:
        if connection.execute("SELECT 1 FROM ledger.events LIMIT 1").fetchone() is not None:
            raise BenchError("the ledger to fill is not empty")
    start_ms = now_ms - YEAR_MS
    keys = asyncio.run(_enrolled(settings, FixedClock(start_ms - 1000)))
    rows = events + int(events * reads)
    # A chunk is held in memory: where each event is read often, it has fewer of them.
    chunk = max(100, int(CHUNK / (1 + reads)))
    with psycopg.connect(settings.owner, autocommit=True) as connection:
        first, agencies = _standing(connection, keys)
        whole = Job(
            settings={**settings.model_dump(mode="json"), "owner_url": settings.owner},
            agencies=agencies,
            chunks=list(range(-(-events // chunk))),
            chunk=chunk,
            events=events,
            reads=reads,
            first=first,
            start_ms=start_ms,
            step_us=YEAR_MS * 1000 // rows,
            kept=kept,
        )
        jobs = [replace(whole, chunks=whole.chunks[n::processes]) for n in range(processes)]
        made = _written(connection, [job for job in jobs if job.chunks], rows, folder)
    return replace(made, seeds=keys)


def _written(connection: Connection[Any], jobs: list[Job], rows: int, folder: Path) -> Loaded:
    """Have the jobs done side by side, the indexes built, and the counters set."""
    started, used = time.perf_counter(), of_postgres(folder)
    with unindexed(jobs[0].settings["owner_url"], _TABLES):
        found = together("hub.bench.forging", map(asdict, jobs), folder=folder)
        copied = time.perf_counter()
    for statement in _SETTLE if jobs[0].reads else ():
        connection.execute(statement)
    connection.execute("VACUUM (ANALYZE)")
    if not jobs[0].kept:
        # What is measured next is not to wait for these rows' way to the disk.
        connection.execute("CHECKPOINT")
    ended = time.perf_counter()
    forged_s, used = sum(f["cpu_s"] for f in found), of_postgres(folder) - used
    return Loaded(rows, ended - started, ended - copied, forged_s, used, {})


async def _enrolled(settings: Settings, clock: Clock) -> dict[str, bytes]:
    """Register the area's agencies as its officers would; return the seed of each one's key."""
    hub, source = build(settings, clock=clock), SystemSource()
    await hub.open()
    seeds = {}
    try:
        for slug, kind in AREA.items():
            seeds[slug] = source.bytes(32)
            entry = AgencyRegistered(
                agency=slug,
                name=slug,
                kind=kind,
                prevent_specified="no",
                public_authority="no" if kind == "provider" else "yes",
                scopes=("events", "read", "ig"),
                approved_by=("officer-1", "officer-2"),
            )
            await enrol(hub, entry)
            members = {**Signer(seeds[slug]).public.jwk, "alg": "Ed25519", "use": "sig"}
            await register_key(hub, slug, Jwk.model_validate(members))
    finally:
        await hub.close()
    return seeds


def _standing(connection: Connection[Any], seeds: dict[str, bytes]) -> tuple[int, list[Agency]]:
    """Return the position that comes next, and the agencies with their subjects."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_AGENCIES).fetchall()
        last = cursor.execute("SELECT max(notification_id) FROM ledger.events").fetchone()
    agencies = [
        Agency(slug, AREA[slug], seeds[slug].hex(), Signer(seeds[slug]).kid, *rest)
        for slug, *rest in rows
        if slug in seeds
    ]
    return (last[0] if last else 0) + 1, agencies
