"""Writes register entries as officers read them.

In: rows of the register view. Out: JSON-ready entries. Never here: a query, a payload.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Category
from contracts.labels import unmask
from hub.audit.reviews import Review
from hub.clock import utc_text
from hub.views.read_register import RegisterEntry


def entries(
    rows: Sequence[RegisterEntry], reviews: Mapping[str, Review], now: int
) -> list[dict[str, Any]]:
    """Return the entries of a page, as given, each with where it stands with its reviewers."""
    return [_entry(row, reviews.get(row.jti), now) for row in rows]


def _entry(row: RegisterEntry, review: Review | None, now: int) -> dict[str, Any]:
    shown = {c for _, mask in row.items for c in unmask(mask)}
    return {
        "position": row.position,
        "jti": row.jti,
        "partner": row.partner,
        "pseq": row.pseq,
        "user": row.user_ref,
        "subject": row.subject,
        "purpose": row.purpose,
        "legal_demand": row.legal_demand,
        "channel": row.channel,
        "outcome": row.outcome,
        "rules": list(row.rules),
        "day": row.day.isoformat(),
        "recorded": utc_text(row.recorded_at_ms // 1000),
        "request_id": row.request_id,
        "body_digest": row.body_digest,
        "rulebook": row.rulebook,
        "items": [position for position, _ in row.items],
        "categories": [c for c in Category if c in shown],
        "review": None if review is None else review.plain(now),
    }
