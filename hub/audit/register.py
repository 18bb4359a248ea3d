"""Writes register entries as officers read them.

In: rows of the register view. Out: JSON-ready entries. Never here: a query, a payload.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.labels import ordered, unmask
from hub.audit.flags import Flag
from hub.audit.reviews import Review
from hub.clock import utc_text
from hub.views.read_known import Correction, KnownItem
from hub.views.read_register import RegisterEntry


def entries(
    rows: Sequence[RegisterEntry],
    reviews: Mapping[str, Review],
    flags: Mapping[str, Sequence[Flag]],
    now: int,
) -> list[dict[str, Any]]:
    """Return the entries of a page, as given, with where each stands with its reviewers.

    `flags` say what it rested on that was wrong.
    """
    return [
        {
            **_entry(row, reviews.get(row.jti), now),
            "flags": [flag.plain() for flag in flags.get(row.jti, ())],
        }
        for row in rows
    ]


def known_items(
    items: Sequence[KnownItem],
    since: Mapping[tuple[str, str], Sequence[Correction]],
    by: str,
) -> list[dict[str, Any]]:
    """Return what an agency knew: items, the categories it had seen, and what came since."""
    return [
        {
            "position": item.position,
            "jti": item.jti,
            "type": item.type_uri,
            "posted_by": item.posted_by,
            "occurred": utc_text(item.occurred_at),
            "how": "posted" if item.posted_by == by else "shown",
            "first_shown": _instant(item.first_shown_ms),
            "last_shown": _instant(item.last_shown_ms),
            "categories": ordered(unmask(item.mask)),
            "since": [
                {
                    "type": correction.type_uri,
                    "posted_by": correction.posted_by,
                    "position": correction.position,
                    "recorded": utc_text(correction.recorded_at_ms // 1000),
                }
                for correction in since.get((item.posted_by, item.jti), ())
            ],
        }
        for item in items
    ]


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else utc_text(at_ms // 1000)


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
        "categories": ordered(shown),
        "review": None if review is None else review.plain(now),
    }
