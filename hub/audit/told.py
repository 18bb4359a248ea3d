"""Says in plain words what a pack of evidence holds: its summary, for people.

In: what was selected. Out: sections of text. Never here: an agency's statement, whoever reads it.
"""

from collections.abc import Mapping

from contracts.disclosure import DisclosureMade
from hub.audit.pdf import Section
from hub.audit.selection import Row, Selection
from hub.clock import utc_text


def told(
    scope: Mapping[str, str],
    found: Selection,
    shown: frozenset[int],
    *,
    size: int,
    now: int,
) -> list[Section]:
    """Return the summary's sections. `size` in leaves, `now` in seconds."""
    unopened = found.statements - shown
    rows = {row["position"]: row for row in found.rows}
    agencies = sorted({row["agency"] for row in found.rows if row["position"] not in unopened})
    return [
        (
            "What this is about",
            [*(f"{name}: {value}" for name, value in scope.items()), f"made: {utc_text(now)}"],
        ),
        (
            "What it holds",
            [
                f"{len(found.answers)} answers of the hub, each with its signed record",
                f"{len(found.statements)} statements of agencies, {len(shown)} of them opened here",
                f"{len(found.rows)} leaves in a log of {size}, each with its proof",
                f"statements and keys of: {', '.join(agencies)}",
            ],
        ),
        ("Answers, in order", [_answer(rows[a["position"]]) for a in found.answers]),
        ("Acknowledgements and reviews", [_after(r) for r in found.rows if _is_after(r)]),
        (
            "How to check it",
            [
                "python3 verify.py PACK.zip, or node verify.mjs PACK.zip: see README.txt.",
                "This page is for people. What counts is what the two programs check.",
                "It shows that what is in it is as it was recorded.",
                "It cannot show that nothing was left out: the receipts that partners hold.",
            ],
        ),
    ]


def _answer(row: Row) -> str:
    said = row["routing"]
    outcome = "released" if row["type"] == DisclosureMade.TYPE else "refused"
    asked = [said["purpose"], said["channel"]]
    if said["legal_demand"] != "none":
        asked.append(said["legal_demand"])
    items = said.get("items", ())
    shown = sorted({c for item in items for c in item["categories"]})
    rules = sorted({r for item in items for r in item.get("rules", ())} | {*said.get("rules", ())})
    words = [
        f"{utc_text(row['recorded_at'] // 1000)} {outcome} to {row['partner']}",
        f"number {row['pseq']}, position {row['position']}, {row['jti']}",
        f"user {said.get('user') or 'not named'}; {', '.join(asked)}",
        f"{len(items)} items ({', '.join(shown)})" if items else "no items",
    ]
    if rules:
        words.append(f"rules {', '.join(rules)}")
    return "; ".join(words)


def _is_after(row: Row) -> bool:
    return row["kind"] == "ack" or "of" in row["routing"]


def _after(row: Row) -> str:
    of = row["routing"].get("dis") or row["routing"].get("of")
    what = "acknowledged" if row["kind"] == "ack" else "reviewed"
    return f"{utc_text(row['recorded_at'] // 1000)} {what} by {row['agency']}: {of}"
