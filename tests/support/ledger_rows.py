"""Puts events in a ledger without signing or sealing them, for tests of what comes after.

In: payloads and who posted them. Out: rows of ledger.header, through ledger.append itself.
Never here: a real token. The envelope is a few bytes that nothing here opens.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from contracts.base import Payload
from contracts.disclosure import RegisterEntry
from contracts.governance import AgencyRegistered
from contracts.labels import categories_in, mask, routing
from hub.ledger.draft import kind_of, whose_word
from hub.ledger.record import key_of, name_of

START_S = 1_790_000_000  # 2026-09-21
DAY_S = 86_400
_APPEND = (
    "SELECT status, at FROM ledger.append(%s, %s::text[], %s::uuid[], %s::bytea[], %s::uuid[],"
    " %s::text[], %s::text[], %s::bigint[], %s::int[], %s::jsonb[], %s::jsonb[], %s::bytea[],"
    " %s::bytea[], %s::text[], '{}', '{}', '{}', %s::int[], %s::text[], %s::text[], %s::text[],"
    " %s::bigint[], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')"
    " ORDER BY idx"
)


def uid(name: str) -> str:
    """Return the same version 4 UUID for the same name."""
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One event, ready to be stored."""

    agency: str
    subject: str
    jti: str
    type_uri: str
    occurred_at: int
    categories: int = 512
    routing: Mapping[str, Any] = field(default_factory=dict)
    facts: Sequence[tuple[str, str, str, int | None]] = ()
    partner: str | None = None
    kind: str = "event"


def event(
    agency: str,
    payload: Payload,
    subject: str,
    *,
    jti: str,
    occurred_at: int = START_S,
    lasts_from: int | None = None,
) -> Posted:
    """Return an agency's event about a subject, folded as the ledger's writer folds it.

    Facts that last some days do so from `lasts_from`, or from when the event occurred.
    """
    fields: dict[str, Any] = {**routing(payload)}
    if addressees := payload.addressees():
        fields["addressees"] = sorted(set(addressees))
    start = occurred_at if lasts_from is None else lasts_from
    stated = [
        (
            key_of(fact, subject=UUID(subject), poster=agency, jti=UUID(jti)),
            name_of(fact),
            fact.value,
            None if fact.lasts_days is None else start + fact.lasts_days * DAY_S,
        )
        for fact in (whose_word(stated, agency) for stated in payload.facts())
    ]
    return Posted(
        agency=agency,
        subject=subject,
        jti=jti,
        type_uri=type(payload).TYPE,
        occurred_at=occurred_at,
        categories=mask(categories_in(payload)),
        routing=fields,
        facts=stated,
        partner=payload.partner if isinstance(payload, RegisterEntry) else None,
        kind=kind_of(type(payload)),
    )


def registered(slug: str, kind: str, *, prevent: str = "no") -> Posted:
    """Return the hub's event that registers an agency."""
    payload = AgencyRegistered.model_validate(
        {
            "agency": slug,
            "name": slug,
            "kind": kind,
            "prevent_specified": prevent,
            "public_authority": "no" if kind == "provider" else "yes",
            "scopes": ("events", "read"),
            "approved_by": ("one", "two"),
        }
    )
    return event("hub", payload, uid(f"agency {slug}"), jti=uid(f"{slug} {kind} {prevent}"))


def append(connection: Connection[Any], events: Iterable[Posted], *, at_ms: int) -> list[int]:
    """Store events in one batch, recorded at `at_ms`; return their positions."""
    rows = list(events)
    stated = [(n, *fact) for n, row in enumerate(rows, 1) for fact in row.facts]
    digests = [hashlib.sha256(row.jti.encode()).digest() for row in rows]
    cursor = connection.execute(
        _APPEND,
        [
            at_ms,
            [row.agency for row in rows],
            [row.jti for row in rows],
            digests,
            [row.subject for row in rows],
            [row.type_uri for row in rows],
            [row.kind for row in rows],
            [row.occurred_at for row in rows],
            [row.categories for row in rows],
            [Jsonb(row.routing) for row in rows],
            [Jsonb(row.facts) for row in rows],
            digests,
            [b"sealed" for _ in rows],
            [row.partner for row in rows],
            [fact[0] for fact in stated],
            [fact[1] for fact in stated],
            [fact[2] for fact in stated],
            [fact[3] for fact in stated],
            [fact[4] for fact in stated],
        ],
    )
    placed = cursor.fetchall()
    assert all(status == "stored" for status, _ in placed), placed
    return [position for _, position in placed]
