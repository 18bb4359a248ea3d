"""A case told otherwise: its independent posts in another order, or one of them left out.

In: a case. Out: orders that must not matter, and posts whose absence must not widen anything.
Never here: an answer.
"""

import json
import random
from collections.abc import Iterator, Sequence

from hub.ledger.draft import whose_word
from hub.rulebook import Rulebook
from tests.cases.case_file import Case, Post
from tests.cases.simulate import Key, counts, key_of, named


def shuffled(case: Case, posts: Sequence[Post], law: Rulebook, seed: int) -> list[Post]:
    """Return posts in another order that keeps each after what it depends on."""
    chance = random.Random(seed)  # noqa: S311 - which order is tried is no secret
    stated = _stated(case, law)
    left, order = list(posts), []
    while left:
        free = [
            post
            for place, post in enumerate(left)
            if not any(_depends(post, before, stated) for before in left[:place])
        ]
        chosen = chance.choice(free)
        left.remove(chosen)
        order.append(chosen)
    return order


def droppable(case: Case, law: Rulebook) -> Iterator[Post]:
    """Yield each post without which nothing more may be shown.

    Not one that takes something back, and none of whose facts a forbid excuses from being recorded:
    there the law itself says that silence is not a bar.
    """
    stated = _stated(case, law)
    excused = _excused(law)
    for post in case.post:
        mine = stated[post.id]
        others = [stated[other.id] for other in case.post if other is not post]
        restated = any(key in other for key in mine for other in others)
        if not restated and not {name for _, _, name in mine} & excused:
            yield post


def _stated(case: Case, law: Rulebook) -> dict[str, dict[Key, str]]:
    names = named(case)
    stated: dict[str, dict[Key, str]] = {}
    for post in case.post:
        found: dict[Key, str] = {}
        facts = names.payload(post).facts() if post.taken else ()
        for fact in (whose_word(fact, post.by) for fact in facts):
            if fact.name != "subject_kind" and counts(fact, case.agencies.get(post.by, "hub"), law):
                found[key_of(fact, post)] = fact.value
        stated[post.id] = found
    return stated


def _depends(post: Post, before: Post, stated: dict[str, dict[Key, str]]) -> bool:
    if f"{{{before.id}}}" in json.dumps(post.fields):
        return True
    mine, theirs = stated[post.id], stated[before.id]
    return any(mine[key] != theirs[key] for key in mine.keys() & theirs.keys())


def _excused(law: Rulebook) -> frozenset[str]:
    """Return the facts that some forbid lets go unrecorded."""
    return frozenset(
        clause.fact
        for rule in law.rules
        if rule.effect == "forbid"
        for clause in rule.file.when
        if clause.if_not_recorded == "ignore"
    )
