"""Drafts and a writer without the front door: what a ledger test needs and no more.

In: a database with the ledger's schema. Out: Drafts, `writer`, and `check`, which derives the whole
ledger again and compares. Never here: a signature.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from contracts.base import Fact, Scope
from hub.clock import Clock, FixedClock
from hub.ids import Source, SystemSource
from hub.ledger.append import Appender
from hub.ledger.kek import FileKeys
from hub.ledger.record import Draft, Guard, Identifier, Record
from hub.ledger.resolve import Resolver
from hub.ledger.store import HubRecorder, open_recorder
from hub.vault.rows import Rows
from hub.vault.vault import Vault
from tests.support.ledger_rows import START_S, uid

KEK, INDEX_KEY = b"k" * 32, b"i" * 32
WAIT_S = 20.0


def nhs(number: int) -> Identifier:
    """Return the identifier of a person."""
    return Identifier("nhs_number", f"{number:010}")


def stated(name: str, value: str, *, lasts_days: int | None = None) -> Fact:
    """Return a fact about the subject."""
    return Fact(scope=Scope.SUBJECT, name=name, value=value, lasts_days=lasts_days)


def about_item(value: str, item: str, *, name: str = "item_status") -> Fact:
    """Return a fact about an item of the poster's own."""
    return Fact(scope=Scope.ITEM, name=name, value=value, item=item)


def made(
    jti: str,
    *,
    agency: str = "gp-c",
    content: str = "",
    subject: UUID | None = None,
    named: tuple[Identifier, ...] = (),
    facts: tuple[Fact, ...] = (),
    guards: tuple[Guard, ...] = (),
    touches: tuple[str, ...] = (),
    partner: str | None = None,
    kind: str = "event",
    routing: dict[str, Any] | None = None,
    type_uri: str = "https://hub.example/events/evidence-added/v1",
) -> Draft:
    """Return a draft about a person by default; `jti` may be any name."""
    token = f"{agency} {jti} {content}".encode()
    return Draft(
        agency=agency,
        jti=UUID(uid(jti)),
        type_uri=type_uri,
        kind=kind,
        token=token,
        digest=hashlib.sha256(token).digest(),
        occurred_at=START_S,
        categories=512,
        routing=routing or {"about": "adult"},
        subject=subject,
        identifiers=named or (() if subject else (nhs(1),)),
        facts=facts,
        guards=guards,
        touches=touches,
        partner=partner,
    )


@dataclass(slots=True)
class Writer:
    """One process's way to write, over a database."""

    url: str
    clock: Clock
    vault: Vault
    recorder: HubRecorder
    resolver: Resolver
    appender: Appender

    def put(self, *drafts: Draft) -> list[Record | BaseException]:
        """Store drafts in one batch as far as may be; return each one's record or its error."""
        return [f.exception(WAIT_S) or f.result() for f in self.appender.submit_many(drafts)]

    def one(self, draft: Draft) -> Record:
        """Store one draft, which must go well."""
        return self.appender.submit(draft).result(WAIT_S)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def fact(self, key: str, name: str) -> str | None:
        """Return a fact's folded value."""
        found = self.rows(
            "SELECT value FROM ledger.fact_current WHERE key = %s AND fact = %s", key, name
        )
        return found[0][0] if found else None


@contextmanager
def writer(
    url: str, *, clock: Clock | None = None, source: Source | None = None
) -> Iterator[Writer]:
    """Yield a writer that connects as the application's role."""
    source = source or SystemSource()
    clock = clock or FixedClock(START_S * 1000)
    recorder = open_recorder(url.replace("//postgres:@", "//hub_app@", 1))
    with vault_over(url, clock, source) as vault:
        resolver = Resolver(recorder.datastore, vault, source)
        appender = Appender(recorder, resolver, clock)
        try:
            yield Writer(url, clock, vault, recorder, resolver, appender)
        finally:
            appender.close()
            recorder.datastore.close()


@contextmanager
def vault_over(url: str, clock: Clock, source: Source) -> Iterator[Vault]:
    """Yield a vault in this process, which connects as the vault's role."""
    with ConnectionPool(
        url.replace("//postgres:@", "//hub_vault@", 1),
        min_size=1,
        max_size=4,
        kwargs={"autocommit": True},
    ) as pool:
        yield Vault(FileKeys({1: KEK}, INDEX_KEY, source), Rows(pool, clock), clock, source)


def check(url: str) -> int:
    """Derive the ledger's counters and facts from its events; return its head.

    Positions are 1..n, versions 1..k per subject, numbers 1..m per partner; every header has its
    event; time never runs back; `fact_current` and `fact_scope` are the fold of the headers' facts.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        headers = connection.execute(
            "SELECT h.position, h.subject, h.recorded_at, h.facts, h.partner, h.pseq,"
            " h.type, e.originator_id, e.originator_version, e.topic,"
            " substring(e.state from 5 for 16)"
            " FROM ledger.header h FULL JOIN ledger.events e ON e.notification_id = h.position"
            " ORDER BY h.position"
        ).fetchall()
        folded = connection.execute(
            "SELECT key, fact, value, position, expires_at FROM ledger.fact_current"
        ).fetchall()
        keys = {row[0] for row in connection.execute("SELECT key_id FROM ledger.subject_key")}
        counters: dict[str, int] = dict(
            connection.execute("SELECT partner, pseq FROM ledger.partner_counter").fetchall()
        )
    assert [row[0] for row in headers] == list(range(1, len(headers) + 1))
    versions: dict[UUID, int] = defaultdict(int)
    numbers: dict[str, int] = defaultdict(int)
    facts: dict[tuple[str, str], tuple[str, int, int | None]] = {}
    last_ms = 0
    for (
        position,
        subject,
        at_ms,
        stated,
        partner,
        pseq,
        kind,
        origin,
        version,
        topic,
        key,
    ) in headers:
        versions[subject] += 1
        assert (origin, version, topic) == (subject, versions[subject], kind)
        assert key in (subject.bytes, b"")
        assert key == b"" or subject in keys
        assert at_ms >= last_ms
        last_ms = at_ms
        if partner is None:
            assert pseq is None
        else:
            numbers[partner] += 1
            assert pseq == numbers[partner]
        for at, fact, value, expires in stated:
            if facts.get((at, fact), ("",))[0] != "retracted" or fact != "item_status":
                facts[at, fact] = (value, position, expires)
    assert {(k, f): (v, p, e) for k, f, v, p, e in folded} == facts
    assert counters == dict(numbers)
    return len(headers)
