"""The one JSON object that a program reads of a try-out.

In: what the try-out heard. Out: counts and booleans, from the hub's own answers.
Never here: anybody's name, or a field of an item.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from hub.demo.partner import Answer
from hub.demo.tryout import Told


def summary(told: Told, *, took_s: float) -> dict[str, Any]:
    """Return the counts of a try-out."""
    account = told.account
    return {
        "agencies": len(told.agencies),
        "events_posted": told.posted.total(),
        "events_by_kind": dict(sorted(told.posted.items())),
        "disclosures": 0 if account is None else account.count("released"),
        "refusals": 0 if account is None else account.count("refused"),
        "views": {
            slug: view([a for a in (*told.last, *told.review) if a.by == slug])
            for slug in told.names
            if any(a.by == slug for a in (*told.last, *told.review))
        },
        "hidden_existence_identical": None if told.hidden is None else told.hidden.identical,
        "register_complete": account is not None and account.complete,
        "recalled": {
            slug: sum(body["cause"] == "correction" for body in heard)
            for slug, heard in told.recalls.items()
            if any(body["cause"] == "correction" for body in heard)
        },
        "advice": _advice(told),
        "break_glass": _glass(told),
        "what_if": _what_if(told),
        "alarms": alarms((*told.last, *told.review)),
        "seconds": round(took_s, 1),
    }


def _advice(told: Told) -> dict[str, Any] | None:
    said = told.counsel
    if said is None:
        return None
    return {
        "asked": [step.fact for step in said.steps],
        "settled": said.settled,
        "verdicts": dict(said.verdicts),
    }


def _glass(told: Told) -> dict[str, Any] | None:
    said = told.broken
    if said is None:
        return None
    return {
        "opened": list(said.opened),
        "waited_for_review": len(said.waiting),
        "completed": said.completed,
        "verdict": said.verdict,
        "still_waiting": said.left,
    }


def _what_if(told: Told) -> dict[str, Any] | None:
    said = told.commenced
    if said is None:
        return None
    return {
        "rule": said.rule,
        "refusals_looked_at": said.looked_at,
        "would_have_shown": [asdict(one) for one in said.would_have],
    }


def view(answers: Iterable[Answer]) -> dict[str, Any]:
    """Return how much one partner was shown: items, categories, and those that others posted."""
    items = [(answer.by, item) for answer in answers for item in answer.items]
    others = [item for by, item in items if item["posted_by"] != by]
    return {
        "items": len(items),
        "of_others": len(others),
        "categories": categories(item for _, item in items),
        "categories_of_others": categories(others),
        "types": dict(sorted(Counter(type_name(item) for _, item in items).items())),
    }


def categories(items: Iterable[dict[str, Any]]) -> list[str]:
    """Return the categories shown of some items."""
    return sorted({str(shown) for item in items for shown in item["shown"]})


def type_name(item: dict[str, Any]) -> str:
    """Return an item's type, without the hub's address and the version."""
    return str(item["type"]).rsplit("/", 2)[1]


def alarms(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Return each pattern alarm the hub showed, and to whom."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for answer in answers:
        for alarm in (answer.pattern or {}).get("alarms", []):
            key = (answer.about, alarm["rule"], alarm["raised_on"])
            found.setdefault(key, []).append(answer.by)
    return [
        {"about": about, "rule": rule, "raised_on": day, "to": sorted(set(to))}
        for (about, rule, day), to in sorted(found.items())
    ]
