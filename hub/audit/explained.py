"""Explains an answer of the register in full, by the release under which it was given.

In: a connection that may read, an answer's jti. Out: its release, and for each item the decision
found again with its reasons in words. Never here: a payload; or the law of today in the place of
the law of then.
"""

from typing import Any

from psycopg import Connection

from hub.audit.history import Decided, answer, every_row
from hub.clock import utc_text
from hub.ledger.releases import releases
from hub.rulebook import Rulebook, explain


def explained(connection: Connection[Any], jti: str) -> dict[str, Any]:
    """Return an answer with its reasons, as plain values.

    An item whose decision cannot be found again is told by its decision's id alone.

    Raises:
        KeyError: the register has no such answer.
        RulebookError: this software cannot read the release it was given under.
    """
    known = releases(connection)
    entry, items = answer(every_row(connection), jti, known)
    law = known.named(str(entry.routing["rulebook"]), entry.recorded_at)
    named = entry.routing.get("rules", ())
    return {
        "jti": jti,
        "position": entry.position,
        "recorded": utc_text(entry.recorded_at),
        "partner": entry.partner,
        "purpose": entry.routing["purpose"],
        "rulebook": entry.routing["rulebook"],
        "release": None if law is None else law.release,
        "rules": [_titled(law, name) for name in named],
        "items": [_item(one, law) for one in items],
    }


def _item(one: Decided, law: Rulebook | None) -> dict[str, Any]:
    decision = one.decision
    told: dict[str, Any] = {"position": one.position, "decision": one.decision_id}
    if decision is None or law is None:
        return {**told, "found_again": False}
    return {
        **told,
        "found_again": True,
        "facts": dict(sorted(decision.facts.items())),
        "outcomes": dict(decision.outcomes),
        "because": [
            {"rule": s.rule, "words": s.words, "cite": list(s.cite), "strength": s.strength}
            for s in explain(decision, law, audience="full")
            if s.kind != "would_apply"
        ],
    }


def _titled(law: Rulebook | None, name: str) -> dict[str, Any]:
    try:
        return {"rule": name, "title": None if law is None else law.rule(name).file.title}
    except KeyError:
        return {"rule": name, "title": None}
