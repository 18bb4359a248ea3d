"""The counter that shows an agency it was handed every disclosure the hub has on record for it.

In: disclosure receipts, in any order, some twice. Out: the gaps, the conflicts, the alarms, and
what is still to be acknowledged.
Never here: what was disclosed; only ids, digests and the receipts, which are the evidence.

The hub numbers its disclosures to one agency 1, 2, 3 and on. A number that never comes is a
disclosure on record that did not arrive: an answer lost on its way, or one given to somebody else.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from adapters.kit.edge import Edge
from adapters.kit.store import Store

GAP_AGE_S = 600.0
"""A gap younger than this may be an answer that is still on its way."""


@dataclass(frozen=True, slots=True)
class Link:
    """One receipt's place in the chain."""

    pseq: int
    dis: str
    bd: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` that have not come, and when a later one showed it."""

    first: int
    last: int
    noticed_at: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something for the agency's information governance officer to take up with the hub.

    Args:
        kind: `gap`: disclosures on record that never came. `conflict`: two receipts of the hub
            contradict each other.
        first: the first number concerned.
        last: the last number concerned.
        since: when it was noticed, in seconds.
        lost_answers: for a gap, how many answers are known to have been lost on their way up to
            the time it was noticed; as many or more explain it, fewer do not.
    """

    kind: Literal["gap", "conflict"]
    first: int
    last: int
    since: float
    lost_answers: int = 0


class Chain:
    """The durable chain of one agency's disclosure receipts."""

    def __init__(self, store: Store, edge: Edge) -> None:
        self._store = store
        self._edge = edge

    def add(self, link: Link, receipt: str) -> bool:
        """Record a verified receipt; return False if it contradicts an earlier one.

        The same receipt again (an answer asked for twice under one request id) changes nothing.
        """
        now = self._edge.now()
        with self._store.transaction():
            known = self._store.rows(
                "SELECT pseq, dis, bd FROM chain WHERE pseq = ? OR dis = ?", link.pseq, link.dis
            )
            if not known:
                self._store.rows(
                    "INSERT INTO chain (pseq, dis, bd, seen_at, receipt) VALUES (?, ?, ?, ?, ?)",
                    link.pseq,
                    link.dis,
                    link.bd,
                    now,
                    receipt,
                )
                return True
            if known == [(link.pseq, link.dis, link.bd)]:
                return True
            self._store.rows(
                "INSERT OR IGNORE INTO conflict (receipt, pseq, seen_at) VALUES (?, ?, ?)",
                receipt,
                link.pseq,
                now,
            )
        return False

    def note_lost_answer(self) -> None:
        """Record that a request went out and no answer came: the hub may have numbered one."""
        self._store.rows("INSERT INTO lost_answer (at) VALUES (?)", self._edge.now())

    def add_elsewhere(self, link: Link, receipt: str) -> None:
        """Record the receipt of an answer that this system never got: it closes a gap, and is told.

        An officer of the agency read it on a page, it was lost on its way, or somebody else had it.
        """
        self._store.rows(
            "INSERT OR IGNORE INTO elsewhere VALUES (?, ?, ?, ?, ?)",
            link.pseq,
            link.dis,
            link.bd,
            self._edge.now(),
            receipt,
        )

    def elsewhere(self) -> list[Link]:
        """Return the answers on record for this agency that this system never got."""
        found = self._store.rows(
            "SELECT pseq, dis, bd FROM elsewhere WHERE pseq NOT IN (SELECT pseq FROM chain)"
            " ORDER BY pseq"
        )
        return [Link(*row) for row in found]

    def last(self) -> int:
        """Return the highest number seen; 0 before the first."""
        highest: int = self._store.rows("SELECT coalesce(max(pseq), 0) FROM chain")[0][0]
        return highest

    def gaps(self) -> list[Gap]:
        """Return every run of missing numbers below the highest seen."""
        # A gap was noticed when the first number above it came, whichever that was.
        found = self._store.rows(
            "SELECT before + 1, pseq - 1, first_above FROM (SELECT pseq,"
            " lag(pseq, 1, 0) OVER (ORDER BY pseq) AS before,"
            " min(seen_at) OVER (ORDER BY pseq ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
            " AS first_above FROM numbered) WHERE pseq > before + 1 ORDER BY pseq"
        )
        return [Gap(*row) for row in found]

    def alarms(self) -> list[Alarm]:
        """Return the conflicts, and the gaps older than ten minutes."""
        late = self._edge.now() - GAP_AGE_S
        gaps = [
            Alarm("gap", gap.first, gap.last, gap.noticed_at, self._lost_until(gap.noticed_at))
            for gap in self.gaps()
            if gap.noticed_at < late
        ]
        conflicts = self._store.rows("SELECT pseq, seen_at FROM conflict ORDER BY seen_at, pseq")
        return [*(Alarm("conflict", pseq, pseq, at) for pseq, at in conflicts), *gaps]

    def evidence(self, pseq: int) -> list[str]:
        """Return every receipt held for one number: the proof to hand to an auditor."""
        found = self._store.rows(
            "SELECT receipt FROM chain WHERE pseq = ? UNION SELECT receipt FROM conflict"
            " WHERE pseq = ?",
            pseq,
            pseq,
        )
        return [row[0] for row in found]

    def links(self) -> list[tuple[Link, str]]:
        """Return every receipt held, by its number: its place in the chain, and itself."""
        found = self._store.rows("SELECT pseq, dis, bd, receipt FROM numbered ORDER BY pseq")
        return [(Link(pseq, dis, bd), receipt) for pseq, dis, bd, receipt in found]

    def unacknowledged(self, limit: int = 1000) -> list[Link]:
        """Return the receipts for which no signed acknowledgement has been queued yet."""
        found = self._store.rows(
            "SELECT pseq, dis, bd FROM chain WHERE acknowledged = 0 ORDER BY pseq LIMIT ?", limit
        )
        return [Link(*row) for row in found]

    def mark_acknowledged(self, pseq: int) -> None:
        """Record that the acknowledgement is safe in the outbox."""
        self._store.rows("UPDATE chain SET acknowledged = 1 WHERE pseq = ?", pseq)

    def statement(self) -> tuple[int, str]:
        """Return the highest number and hex SHA-256 over the sorted receipt ids, one to a line."""
        ids = self._store.rows("SELECT dis FROM chain ORDER BY dis")
        digest = hashlib.sha256("".join(f"{row[0]}\n" for row in ids).encode())
        return self.last(), digest.hexdigest()

    def _lost_until(self, at: float) -> int:
        count: int = self._store.rows("SELECT count(*) FROM lost_answer WHERE at <= ?", at)[0][0]
        return count
