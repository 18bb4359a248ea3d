"""Holds the register against the receipts that the agencies of a play were given.

In: every receipt, by who holds it. Out: what the register lacks, has otherwise, or numbers badly.
Never here: what an answer said.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.cases.asking import Received
from tests.support.hub_process import IG, RunningHub

PAGE = 500


def registers(hub: RunningHub, agencies: Iterable[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return what the register holds of the answers to each agency, in the ledger's order."""
    hub.settle()
    return {agency: list(_rows(hub, agency)) for agency in sorted(set(agencies))}


def unrecorded(
    received: Iterable[Received], held: Mapping[str, list[Mapping[str, Any]]]
) -> Iterator[str]:
    """Yield each answer that the register does not hold as its receipt says."""
    for one in received:
        wanted = one.receipt
        row = next((r for r in held[one.agency] if r["jti"] == wanted.dis), None)
        if row is None:
            yield f"{one.ask}: the register does not have the answer"
        elif _said(row) != (wanted.pseq, wanted.bd, wanted.outcome):
            yield f"{one.ask}: the register has the answer otherwise"


def gaps(hub: RunningHub, held: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[str]:
    """Yield each agency whose answers are not numbered one by one, there and in its own chain."""
    for agency, rows in held.items():
        chain = hub.client(agency).chain
        numbers = [row["pseq"] for row in rows]
        if numbers != list(range(1, chain.last() + 1)) or chain.gaps():
            yield f"{agency}: {len(numbers)} answers on record, {chain.last()} received"


def _rows(hub: RunningHub, agency: str) -> Iterator[Mapping[str, Any]]:
    after = 0
    while after is not None:
        page = hub.client(IG).register(partner=agency, limit=str(PAGE), after=str(after)).data
        yield from page["entries"]
        after = page["after"]


def _said(row: Mapping[str, Any]) -> tuple[int, str, str]:
    return row["pseq"], row["body_digest"], row["outcome"]
