"""What somebody filled in, as the list of a "check your answers" page.

In: a form's fields as they were sent. Out: pairs of question and answer, in the form's order.
Never here: judging an answer; a question that was not answered.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from hub.web import words
from hub.web.saying import (
    ABOUT,
    ACT,
    CONSENT,
    GROUND,
    KNOWN,
    LEVEL,
    LOCATIONS,
    NAMES,
    SOURCE,
    TYPES,
)

Rows = list[tuple[str, str]]
_PERSON: Final = {
    "nhs": "NHS number",
    "given": "Given name",
    "family": "Family name",
    "address": "Address",
    "postcode": "Postcode",
    "phone": "Telephone",
}
_SETTING: Final = {"location-id": "CQC location ID", "setting-name": "Name of the setting"}


def of_concern(sent: Mapping[str, str], agencies: Mapping[str, str]) -> Rows:
    """Return a concern's answers."""
    told = [name for slug, name in agencies.items() if sent.get(f"{ACT}{slug}") == "yes"]
    known = [text for fact, text in KNOWN.items() if sent.get(f"know-{fact}") == "yes"]
    return _given(
        [
            *_subject(sent),
            ("Kind of abuse or neglect", "; ".join(t for n, t in TYPES.items() if n in sent)),
            ("What happened", sent.get("harm", "")),
            ("When", _day(sent, "when")),
            ("Where", LOCATIONS.get(sent.get("location", ""), "")),
            ("Injuries", sent.get("injuries", "")),
            ("How you know", SOURCE.get(sent.get("source", ""), "")),
            ("What you know", "; ".join(known)),
            ("Who may have caused it", sent.get("perpetrator", "")),
            ("Their organisation", agencies.get(sent.get("implicated", ""), "")),
            ("Do they agree to your sharing it?", CONSENT.get(sent.get("consent", ""), "")),
            ("What they want, in their words", sent.get("wishes", "")),
            ("Does it name anybody else?", NAMES.get(sent.get("names", ""), "")),
            ("Who should act on it", ", ".join(told)),
        ]
    )


def of_referral(sent: Mapping[str, str], agencies: Mapping[str, str]) -> Rows:
    """Return a referral's answers."""
    return _given(
        [
            *_subject(sent),
            ("Whom you ask", agencies.get(sent.get("to", ""), "")),
            ("What you ask them to do, and why", sent.get("why", "")),
            ("Does it name anybody else?", NAMES.get(sent.get("names", ""), "")),
            ("On what ground", GROUND.get(sent.get("ground", ""), "")),
            ("How great the risk is", LEVEL.get(sent.get("level", ""), "")),
            ("Answer needed by", _day(sent, "by")),
        ]
    )


def _subject(sent: Mapping[str, str]) -> Rows:
    about = sent.get("about", "")
    fields = _SETTING if about == "setting" else _PERSON
    rows = [("About", ABOUT.get(about, "")), *((t, sent.get(n, "")) for n, t in fields.items())]
    return rows if about == "setting" else [*rows, ("Date of birth", _day(sent, "born"))]


def _day(sent: Mapping[str, str], name: str) -> str:
    try:
        found = date(*(int(sent.get(f"{name}-{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        return ""
    return words.day(found.isoformat())


def _given(rows: Rows) -> Rows:
    return [(question, answer) for question, answer in rows if answer]
