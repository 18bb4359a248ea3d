"""Post what agencies say, each through its own client, in the order in which it is said.

In: Said things and partners. Out: how many events of which kind the hub holds receipts for.
Never here: two agencies sharing a client; a thing said before one it rests on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby

from hub.demo.partner import Partner
from hub.demo.said import Said


def post(partners: Mapping[str, Partner], said: Iterable[Said]) -> Counter[str]:
    """Post things in order; a run of one agency's goes out as one batch.

    Raises:
        RefusedEventError: the hub did not take one.
    """
    posted: Counter[str] = Counter()
    for slug, run in groupby(said, key=lambda one: one.by):
        together = list(run)
        partners[slug].post(together)
        posted.update(type(one.payload).__name__ for one in together)
    return posted
