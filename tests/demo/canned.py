"""Answers such as the hub gives, made by hand, to test what is done with answers."""

import json
from typing import Any

from hub.demo.partner import Answer

HEADERS = ("content-length", "content-type", "hub-receipt")


def item(
    posted_by: str, *shown: str, kind: str = "concern-raised", **more: object
) -> dict[str, Any]:
    """Return one item of an answer."""
    return {
        "jti": more.pop("jti", "00000000-0000-4000-8000-000000000000"),
        "type": f"https://hub.example/events/{kind}/v1",
        "posted_by": posted_by,
        "shown": [*shown, "existence"],
        "withheld": more.pop("withheld", []),
        "because": more.pop("because", [{"rule": "s42-enquiry", "title": "A section 42 enquiry"}]),
        **more,
    }


def alarm(rule: str, day: str, **more: object) -> dict[str, Any]:
    """Return one alarm of a pattern."""
    return {
        "rule": rule,
        "because": f"because of {rule}",
        "raised_on": day,
        "window_days": 365,
        "count": 3,
        "posters": 2,
        **more,
    }


def answer(
    by: str,
    about: str,
    *items: dict[str, Any],
    status: int = 200,
    alarms: list[dict[str, Any]] | None = None,
    **data: object,
) -> Answer:
    """Return an answer to a timeline."""
    said: dict[str, Any] = {"items": list(items), **data}
    if alarms is not None:
        said["setting_risk"] = {"alarms": alarms}
    return Answer(by, about, "timeline", status, HEADERS, json.dumps(said).encode(), said)
