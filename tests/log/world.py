"""What the log's tests begin with: rows to sequence, a key, an anchor, a story.

In: databases of the session's PostgreSQL. Out: `LogWorld`, `Story`. Never here: an expectation.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from shutil import copyfile
from typing import Any, LiteralString

import psycopg
from psycopg import Connection

from hub.assembly import jwk_of
from hub.audit.verify_log import Trust, verify
from hub.audit.verify_opened import Openings
from hub.audit.verify_said import Said
from hub.clock import SystemClock
from hub.ids import SystemSource
from hub.intake import encoding
from hub.intake.signing import Signer
from hub.ledger.anchor import Anchor
from hub.ledger.checkpoint import ED25519, NoteKey, Verifier
from hub.ledger.directory import hub_keyring
from hub.ledger.sequencer import Sequencer
from hub.ledger.sequencer import connect as connect_sequencer
from hub.settings import Settings
from hub.vault import parts as vault_parts
from tests.support.ledger_rows import Posted, uid
from tests.support.ledger_rows import append as append_rows
from tests.support.parts import Enrolled, concern, opened, person
from tests.support.postgres import Postgres

ORIGIN = "hub.example/log"
NOW_MS = 1_790_000_000_000
SEED = hashlib.sha256(b"the log's key").digest()
# As many rows as wanted, at once: positions go on, envelopes are small and all different.
_MANY: LiteralString = """
    WITH last AS (SELECT coalesce(max(position), 0) AS p, coalesce(max(recorded_at), 0) AS at
                  FROM ledger.header),
    stored AS (
        INSERT INTO ledger.events SELECT gen_random_uuid(), 1, 't',
            decode(md5(n::text) || repeat(md5((n + 7)::text), %(size)s), 'hex'), p + n
        FROM last, generate_series(1, %(count)s) AS n RETURNING originator_id, notification_id)
    INSERT INTO ledger.header
        SELECT notification_id, 'hub', originator_id, '\\x00', originator_id, 't', 'event',
            0, at, 0, '{}', '[]', sha256(notification_id::text::bytea), originator_id
        FROM stored, last
"""


def note_key(seed: bytes = SEED, origin: str = ORIGIN) -> NoteKey:
    """Return a log's key."""
    signer = Signer(seed)
    raw = encoding.decode(signer.public.jwk["x"].encode())
    return NoteKey(Verifier.of(origin, ED25519, raw), signer.raw)


@dataclass(slots=True)
class LogWorld:
    """A ledger, its log, and the sequencer's key and anchor."""

    url: str
    connection: Connection[Any]
    anchor: Anchor
    anchor_path: Path
    key: NoteKey = field(default_factory=note_key)

    @classmethod
    @contextmanager
    def opened(cls, url: str, anchor: Path) -> "Iterator[LogWorld]":
        """Yield the world of a database that has the ledger's schema."""
        script = files("hub.ledger").joinpath("log_schema.sql").read_bytes()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(script)
            yield cls(url, connection, Anchor(anchor), anchor)

    def sequencer(self, **changes: Any) -> Sequencer:  # noqa: ANN401 - its keywords
        """Return a sequencer."""
        return Sequencer(self.key, self.anchor, **{"now_ms": lambda: NOW_MS, **changes})

    def rows(self, count: int, size: int = 8) -> None:
        """Add rows to the ledger, past everything but its tables."""
        self.connection.execute(_MANY, {"count": count, "size": size})

    def answers(self, partner: str, count: int) -> None:
        """Add rows that are numbered for a partner, through the ledger's own door."""
        first = self.one("SELECT coalesce(max(position), 0) FROM ledger.header")
        entries = [
            Posted(
                agency="hub",
                subject=uid(partner),
                jti=uid(f"{partner} {first + n}"),
                type_uri="https://hub.example/events/disclosure-made/v1",
                occurred_at=NOW_MS // 1000,
                partner=partner,
            )
            for n in range(count)
        ]
        append_rows(self.connection, entries, at_ms=NOW_MS)

    def sequence(self, **changes: Any) -> Sequencer:  # noqa: ANN401 - its keywords
        """Sequence everything there is, as a fresh process would; return the sequencer."""
        one = self.sequencer(**changes)
        with connect_sequencer(self.url) as session:
            one.load(session)
            while one.step(session):
                pass
        return one

    def one(self, query: LiteralString, *values: object) -> Any:  # noqa: ANN401 - a column
        """Return the first column of the first row."""
        row = self.connection.execute(query, values or None).fetchone()
        return None if row is None else row[0]

    def verify(self, **trust: Any) -> dict[str, Any]:  # noqa: ANN401 - Trust's keywords
        """Return the report."""
        with connect_sequencer(self.url) as session:
            return verify(session, Trust(**{"log": self.key.verifier, **trust}))

    def found(self, **trust: Any) -> set[str]:  # noqa: ANN401 - Trust's keywords
        """Return the checks that find a fault."""
        return {fault["check"] for fault in self.verify(**trust)["faults"]}


@dataclass(frozen=True, slots=True)
class Story:
    """A database in which everything is right, the anchor that goes with it, and its keys."""

    postgres: Postgres
    name: str
    anchor: Path
    openings: Callable[[LogWorld], AbstractContextManager[Openings]]

    @contextmanager
    def copy(self, folder: Path) -> Iterator[LogWorld]:
        """Yield a world of its own, to be tampered with."""
        name = self.postgres.create(self.name)
        copyfile(self.anchor, folder / "anchor")
        try:
            with LogWorld.opened(self.postgres.url(name), folder / "anchor") as world:
                yield world
        finally:
            self.postgres.drop(name)


@contextmanager
def told(postgres: Postgres, enrolled: Enrolled, folder: Path) -> Iterator[Story]:
    """Yield the story: concerns by several agencies, reads of them, three checkpoints, a tail."""
    name = postgres.create(enrolled.template)
    url = postgres.url(name)
    try:
        with opened(url, enrolled.keys_dir) as parts:
            signer, keys_dir = parts.hub.signer, enrolled.keys_dir
            with LogWorld.opened(url, folder / "anchor") as world:
                for part in range(3):
                    for agency in ("home-e", "trust-d", "gp-c"):
                        parts.post(agency, concern(harm=f"seen {part}"), person())
                    subject = parts.rows("SELECT subject FROM ledger.header WHERE kind = 'event'")
                    parts.project()
                    parts.timeline("council-a", subject[0][0])
                    parts.timeline("police-b", subject[0][0])
                    world.sequence()
                parts.post("gp-c", concern(harm="not sequenced yet"), person())

        @contextmanager
        def openings(world: LogWorld) -> Iterator[Openings]:
            """Yield what opens a world's rows, with a sealer of its own each time."""
            settings = Settings(
                vault_dir=keys_dir / "vault",
                vault_database_url=world.url.replace("//postgres:@", "//hub_vault@", 1),
            )
            with vault_parts.opened(settings, SystemClock(), SystemSource()) as vault:

                def unsealed(row: Mapping[str, Any]) -> tuple[bytes, bytes]:
                    (whole,) = vault.rows.whole([row["position"]])
                    return vault.envelopes.unsealed(whole)

                yield Openings(unsealed, hub_keyring(jwk_of(signer)), Said())

        yield Story(postgres, name, folder / "anchor", openings)
    finally:
        postgres.drop(name)
