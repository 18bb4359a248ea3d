"""Checks of the ledger's own rows, one at a time and as a whole.

In: rows in order. Out: faults, and the leaf each row should have.
Never here: the tree (verify_log), a row opened (verify_opened).

  position    no hole; header and envelope of one subject and type; the hub's time never runs back
  pseq        each partner's answers are numbered 1..n, and the counter says n
  fact        the facts on record are what the headers' assertions make of them
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from hub.audit.faults import Faults
from hub.ledger.leaf import Leaf, LeafError

_ROWS = (
    "SELECT coalesce(h.position, e.notification_id) AS place, h.*, e.state, e.originator_id,"
    " e.topic, k.state AS key_state FROM ledger.header h"
    " FULL JOIN ledger.events e ON e.notification_id = h.position"
    " LEFT JOIN ledger.subject_key k ON k.key_id = h.key_id ORDER BY 1"
)
_FINAL = ("item_status", "retracted")
"""The one fact that nothing said later changes (schema.sql)."""


def in_order(connection: Connection[Any], faults: Faults) -> Iterator[dict[str, Any]]:
    """Yield whole rows by position; tell of holes and halves."""
    expected, recorded = 1, 0
    with connection.cursor("rows", row_factory=dict_row) as cursor:
        cursor.itersize = 1_000
        cursor.execute(_ROWS)
        for row in cursor:
            if row["place"] != expected:
                faults.add("position", expected, "a row is missing, or is there twice")
            expected = row["place"] + 1
            if row["position"] is None or row["state"] is None:
                faults.add("position", row["place"], "has no header, or no envelope")
                continue
            if (row["originator_id"], row["topic"]) != (row["subject"], row["type"]):
                faults.add("position", row["place"], "header and envelope are of different events")
            if row["recorded_at"] < recorded:
                faults.add("position", row["place"], "was recorded before the row before it")
            recorded = row["recorded_at"]
            yield row


class RowChecks:
    """What one pass over the rows gathers."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._numbers: dict[str, int] = {}
        self._facts: dict[tuple[str, str], tuple[str, int, int | None]] = {}
        self._scopes: dict[str, int] = {}
        self.count = 0

    def check(self, row: Mapping[str, Any]) -> bytes:
        """Check a row by itself, and return the leaf it must have."""
        self.count += 1
        self._number(row)
        self._fold(row)
        leaf = Leaf(
            row["kind"],
            hashlib.sha256(row["state"]).digest(),
            bytes(row["commitment"]),
            row["partner"],
            row["pseq"],
        )
        try:
            return leaf.entry()
        except LeafError as broken:
            self._faults.add("leaf", row["position"], str(broken))
            return b""

    def finish(self, connection: Connection[Any]) -> None:
        """Compare what was gathered with the tables that hold it."""
        with connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute("SELECT partner, pseq FROM ledger.partner_counter")
            counters = {partner: pseq for partner, pseq in cursor}  # noqa: C416 - typed by this
        if counters != self._numbers:
            self._faults.add("pseq", 0, "a partner's counter is not the number of its answers")
        self._compare(
            connection,
            "SELECT key, fact, value, position, expires_at FROM ledger.fact_current",
            dict[Any, tuple[Any, ...]](self._facts),
            2,
        )
        # Keys' and agencies' events are news without a fact; their keys are not folded here.
        self._compare(
            connection,
            "SELECT key, position FROM ledger.fact_scope WHERE left(key, 2) <> 'k:'",
            {(k,): (v,) for k, v in self._scopes.items() if not k.startswith("k:")},
            1,
        )

    def _number(self, row: Mapping[str, Any]) -> None:
        partner = row["partner"]
        if partner is None:
            return
        expected = self._numbers.get(partner, 0) + 1
        if row["pseq"] != expected:
            self._faults.add("pseq", row["position"], "a partner's answers are not numbered 1..n")
        self._numbers[partner] = expected

    def _fold(self, row: Mapping[str, Any]) -> None:
        for key, fact, value, expires in row["facts"]:
            self._scopes[key] = row["position"]
            known = self._facts.get((key, fact))
            if known is None or (fact, known[0]) != _FINAL:
                self._facts[key, fact] = (value, row["position"], expires)
        if row["kind"] == "shred":
            # News about whoever was erased, though it puts no fact on record.
            self._scopes[f"s:{row['routing'].get('key_id')}"] = row["position"]

    def _compare(
        self,
        connection: Connection[Any],
        query: str,
        expected: dict[Any, tuple[Any, ...]],
        width: int,
    ) -> None:
        with connection.cursor("compared", row_factory=tuple_row) as cursor:
            cursor.execute(query.encode())
            for row in cursor:
                if expected.pop(row[:width], None) != row[width:]:
                    self._faults.add("fact", row[-1] or 0, "is not what the headers make of it")
        for _ in expected:
            self._faults.add("fact", 0, "is missing")
