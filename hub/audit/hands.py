"""Reads the past of a large ledger by several processes, each a share of its answers.

In: a URL of a role that may read, how many processes. Out: a Past.
Never here: what a fact is or an answer rested on (history); a process for a small ledger.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from hub.audit.history import Past, decided_by_one, joined
from hub.collector import settle_down
from hub.views.runner import connect

WORTH_IT: Final = 100_000
"""Rows below which starting processes takes longer than reading."""


def past_of(url: str, processes: int, *, worth_it: int = WORTH_IT) -> Past:
    """Return what was decided in the whole ledger, and on which facts.

    Args:
        url: of a role that may read the ledger.
        processes: how many read side by side, where it is large.
        worth_it: from how many rows on it counts as large.
    """
    with connect(url) as connection:
        row = connection.execute("SELECT max(position) FROM ledger.header").fetchone()
    upto = 0 if row is None or row[0] is None else int(row[0])
    hands = processes if upto >= worth_it else 1
    if hands == 1:
        return _one(url, 0, 1, upto)
    # Spawned, not forked: a connection must not be in two processes.
    start = get_context("spawn")
    with ProcessPoolExecutor(hands, mp_context=start, initializer=settle_down) as pool:
        shares = [pool.submit(_one, url, hand, hands, upto) for hand in range(hands)]
        return joined(share.result() for share in shares)


def _one(url: str, hand: int, hands: int, upto: int) -> Past:
    with connect(url) as connection:
        return decided_by_one(connection, hand, hands, upto)
