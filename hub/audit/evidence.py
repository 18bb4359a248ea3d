"""Makes evidence that outsiders verify offline, and records that it was handed over.

In: a scope, who asks, and for content the order it rests on. Out: a recorded Answer whose body is
the pack. Never here: an agency's statement opened without an order, or a pack that leaves no trace.

What is in a pack: for every answer, acknowledgement, review and key, the leaf, its proof and the
signed statement, which hold ids and closed values only. For what agencies said, the leaf and its
proof; the statement itself only where somebody with the right to it demands it: then each is an
item of the recorded disclosure, like any other that is shown.
"""

import hashlib
from binascii import b2a_base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from contracts.base import Category
from contracts.disclosure import DisclosedItem, DisclosureMade
from contracts.labels import unmask
from contracts.subject import LegalDemand
from hub.audit.pack import Contents, Entry, packed
from hub.audit.selection import Row, Scope, ScopeError, Selection, selected
from hub.audit.stamp import stamped
from hub.audit.told import told
from hub.clock import Clock, seconds
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.interest import barred
from hub.disclosure.receipt import digest
from hub.ids import Source
from hub.intake.signing import Signer
from hub.ledger.checkpoint import Verifier
from hub.ledger.leaf import Leaf
from hub.ledger.read import Pool, facts
from hub.ledger.record import relation_key
from hub.ledger.tiles import LogReader

OPEN: Final = frozenset({"disclosure", "ack", "key", "policy"})
"""Leaf kinds whose statements hold ids and closed values only."""
MOST_CONTENT: Final = 100
"""The record of a disclosure names each item and must itself fit in one event."""


Opens: TypeAlias = Callable[[Sequence[Row]], Awaitable[Mapping[int, tuple[bytes, bytes]]]]
"""Opens rows whose keys are live, for an audit: the token of each, and its blinding bytes."""


class EvidenceError(Exception):
    """The asker may not have this, or it cannot be proved yet. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for evidence. `reason` names the order that opens content; None opens none."""

    agency: str
    officer: str
    scope: Scope
    demand: LegalDemand = "none"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a pack is verified with, and how its checkpoint is stamped: None where it is not."""

    log: Verifier
    witnesses: tuple[Verifier, ...] = ()
    stamp: Callable[[bytes], bytes] | None = None
    tsa_ca: bytes = b""


class Evidence:
    """Makes packs. Each is one recorded answer to an information-governance office."""

    def __init__(
        self,
        *,
        desk: Desk,
        pool: Pool,
        log: LogReader,
        opened: Opens,
        signer: Signer,
        keys: Keys,
        clock: Clock,
        source: Source,
        hub_uri: str,
    ) -> None:
        self._desk = desk
        self._pool = pool
        self._log = log
        self._opened = opened
        self._signer = signer
        self._keys = keys
        self._clock = clock
        self._source = source
        self._hub_uri = hub_uri

    async def export(self, asked: Asked) -> Answer:
        """Return the pack, recorded as a disclosure to who asked.

        Raises:
            EvidenceError: the asker may not have it, or the log does not cover it yet.
            ScopeError: the scope is empty, or too large.
            StampError, OSError: there is a time authority, and it does not stamp.
            LedgerError: it could not be recorded; nothing may be handed over.
        """
        await self._permit(asked)
        async with self._pool.connection() as connection:
            found = await selected(connection, asked.scope)
        shown = found.statements if asked.reason is not None else frozenset()
        if len(shown) > MOST_CONTENT:
            raise ScopeError(f"more than {MOST_CONTENT} statements: ask for less at a time")
        body = await self._pack(asked, found, shown)
        law = self._desk.law.now().rulebook
        entry = DisclosureMade(
            about="agency",
            partner=asked.agency,
            user=asked.officer,
            subject=None if asked.scope.subject is None else str(asked.scope.subject),
            purpose="audit",
            legal_demand=asked.demand,
            channel="bundle",
            rulebook=law.sha256,
            fact_position=0,
            body_digest=digest(body),
            reason=asked.reason,
            items=tuple(_item(row, asked) for row in found.rows if row["position"] in shown),
        )
        return await self._desk.record(entry, body, ())

    async def _permit(self, asked: Asked) -> None:
        asked.scope.plain()
        agency = self._desk.door.directory.now.agencies.find(asked.agency)
        if agency is None or "ig" not in agency.scopes:
            raise EvidenceError("evidence is handed to an information governance office (scope ig)")
        if (asked.reason is None) != (asked.demand == "none"):
            raise EvidenceError("content is opened on a legal demand, with the order it rests on")
        if asked.scope.subject is None:
            return
        key = relation_key(asked.scope.subject, asked.agency)
        async with self._pool.connection() as connection:
            known = await facts(connection, [key], seconds(self._clock))
        if barred(known.facts.get(key, {}), asked.officer):
            raise EvidenceError("the officer has an interest of their own in whom this is about")

    async def _pack(self, asked: Asked, found: Selection, shown: frozenset[int]) -> bytes:
        indexes = [row["position"] - 1 for row in found.rows]
        published, proofs = await self._log.proofs(indexes)
        if published is None or len(proofs) != len(found.rows):
            raise EvidenceError("the log does not cover all of it yet: ask again in a moment")
        first = await self._log.first_cosigned(indexes)
        now, keys = seconds(self._clock), self._keys
        opened = await self._opened(
            [
                row
                for row in found.rows
                if row["key_state"] == "live" and (row["kind"] in OPEN or row["position"] in shown)
            ]
        )
        entries = tuple(
            Entry(
                position=row["position"],
                said=_said(row, opened.get(row["position"])),
                proof=proofs[row["position"] - 1],
                first=first.get(row["position"] - 1, ""),
            )
            for row in found.rows
        )
        checkpoint = published.note
        stamp = b""
        if keys.stamp is not None:
            stamp = stamped(checkpoint.encode(), self._source.bytes(8), keys.stamp)
        scope = asked.scope.plain()
        return packed(
            Contents(
                hub_uri=self._hub_uri,
                made_s=now,
                scope=scope,
                checkpoint=checkpoint,
                log_vkey=keys.log.vkey,
                witnesses=[one.vkey for one in keys.witnesses],
                entries=entries,
                summary=told(scope, found, shown, size=published.size, now=now),
                stamp=stamp,
                tsa_ca=keys.tsa_ca if stamp else b"",
            ),
            self._signer,
        )


def _said(row: Row, opened: tuple[bytes, bytes] | None) -> Mapping[str, Any]:
    """Return what an entry says. Of what is not opened, no more than its leaf does."""
    leaf = Leaf(
        row["kind"], bytes(row["envelope"]), bytes(row["commitment"]), row["partner"], row["pseq"]
    )
    said = {
        "position": row["position"],
        "kind": row["kind"],
        "leaf": leaf.entry().decode(),
        "partner": row["partner"],
        "pseq": row["pseq"],
        "erased": row["key_state"] != "live",
        "token": None,
    }
    if opened is None:
        return said
    token, blind = opened
    return {
        **said,
        "agency": row["agency"],
        "jti": str(row["jti"]),
        "type": row["type"],
        "recorded_ms": row["recorded_at"],
        "token": token.decode(),
        "blind": b2a_base64(blind, newline=False).decode(),
    }


def _item(row: Row, asked: Asked) -> DisclosedItem:
    """Return what the record says of one opened statement: shown whole, on an order.

    No rule decided it, so the decision named is the order itself.
    """
    order = f"hub-order/v1\n{asked.demand}\n{asked.reason}\n{asked.officer}\n"
    carried = unmask(row["categories"])
    return DisclosedItem(
        position=row["position"],
        categories=tuple(c for c in Category if c in carried),
        decision=hashlib.sha256(order.encode()).hexdigest(),
    )
