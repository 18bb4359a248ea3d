"""The words of the pages: dates, kinds of record, purposes, fields, agencies.

In: closed values and instants of an answer. Out: plain English. Never here: a person's own words
changed; markup.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from contracts.catalogue import EVENT_TYPES
from hub.clock import LONDON

PURPOSES: Final[Mapping[str, str]] = {
    "safeguarding_enquiry": "A safeguarding enquiry",
    "protect_from_harm": "Protecting somebody from harm",
    "crime_investigation": "Preventing or investigating crime",
    "regulate_provider": "Regulating a care provider",
    "regulate_professional": "Regulating a professional",
    "direct_care": "Giving direct care",
    "board_assurance": "The Board's assurance",
    "commissioning": "Commissioning care",
    "child_protection": "Protecting a child",
    "prevent": "Prevent",
    "emergency": "An emergency",
    "subject_rights": "The person's own rights",
    "audit": "Audit",
}
CATEGORIES: Final[Mapping[str, str]] = {
    "identity": "who they are",
    "contact": "where they are",
    "concern": "what is feared",
    "health": "health",
    "criminal": "crime",
    "professional": "a professional's work",
    "third_party": "other people",
    "whistleblower": "who spoke up",
    "outcome": "what was done",
    "existence": "that there is a record",
}
SUBJECTS: Final[Mapping[str, str]] = {
    "adult": "Adult",
    "child": "Child",
    "setting": "Care setting",
    "professional": "Professional",
    "alleged_perpetrator": "Alleged perpetrator",
    "agency": "Agency",
}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ACRONYMS: Final = {
    "s42": "Section 42", "s45": "Section 45", "s47": "Section 47", "sar": "SAR",
    "ftp": "Fitness to practise",
    "pipot": "Position of trust:", "dbs": "DBS", "marac": "MARAC", "dvds": "DVDS",
    "mappa": "MAPPA", "jtai": "Joint inspection", "msp": "What the person wanted:",
    "leder": "LeDeR review",
}  # fmt: skip


def kind(type_uri: str) -> str:
    """Return what a type of event is called: its own name, in words."""
    name = type_uri.split("/")[-2]
    first, *rest = name.split("-")
    return " ".join([_ACRONYMS.get(first, first.capitalize()), *rest])


def family(type_uri: str) -> str:
    """Return the family a type of event belongs to."""
    found = EVENT_TYPES.get(type_uri)
    return "other" if found is None else found.FAMILY


def value(said: object) -> str:
    """Return a field's value in words."""
    if isinstance(said, bool):
        return "Yes" if said else "No"
    if isinstance(said, list | tuple):
        return ", ".join(value(one) for one in said)
    text = str(said)
    if " " in text or not text.islower():
        return text  # somebody's own words, or a name
    return (text[:1].upper() + text[1:]).replace("_", " ")


def spoken(said: object, names: Mapping[str, str]) -> str:
    """Return a field's value in words, with agencies by name and days as people write them."""
    if isinstance(said, list | tuple):
        return ", ".join(spoken(one, names) for one in said)
    if isinstance(said, str) and said in names:
        return names[said]
    if isinstance(said, str) and _DAY.fullmatch(said):
        return day(said)
    return value(said)


def label(name: str) -> str:
    """Return a field's name in words."""
    text = name.replace("_", " ").lower()
    return text[:1].upper() + text[1:]


def day(instant: str) -> str:
    """Return the London day of an RFC 3339 instant, or of a plain day: `18 March 2026`."""
    return _day(_london(instant))


def when(instant: str) -> str:
    """Return an instant as people write it: `18 March 2026 at 4:05pm`, London time."""
    at = _london(instant)
    hour = at.hour % 12 or 12
    return f"{_day(at)} at {hour}:{at:%M}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def purpose(code: str) -> str:
    """Return a purpose in words."""
    return PURPOSES.get(code, label(code))


def category(code: str) -> str:
    """Return a category of information in words."""
    return CATEGORIES.get(code, label(code))


def cited(address: str) -> str:
    """Return what a citation's address points to, short enough to read."""
    place = address.split("//", 1)[-1].removeprefix("www.")
    if not place.startswith("legislation.gov.uk/"):
        return place.split("/", 1)[0]
    return " ".join(place.split("/")[1:]).replace("ukpga ", "Act ").replace("section ", "s")


def _london(instant: str) -> datetime:
    if len(instant) == len("2026-03-18"):
        return datetime.fromisoformat(instant).replace(tzinfo=LONDON)
    return datetime.fromisoformat(instant).astimezone(LONDON)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B} {at.year}"


def instant(at_s: int) -> str:
    """Return seconds since 1970 as an RFC 3339 instant."""
    return datetime.fromtimestamp(at_s, tz=UTC).isoformat()


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "kind": kind,
    "value": value,
    "spoken": spoken,
    "label": label,
    "day": day,
    "when": when,
    "purpose": purpose,
    "category": category,
    "cited": cited,
}
