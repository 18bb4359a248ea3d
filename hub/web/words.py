"""The words of the pages: dates, kinds of record, purposes, fields, agencies.

In: closed values and instants of an answer. Out: plain English. Never here: a person's own words
changed; markup.
"""

import re
from calendar import month_name
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from contracts.catalogue import EVENT_TYPES
from hub.clock import LONDON

_kept: Final = lru_cache(maxsize=4_096)
"""A long page says the same few hundred words thousands of times. Never of a person's own words."""

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
CHANNELS: Final[Mapping[str, str]] = {
    "timeline": "read the timeline",
    "find": "searched",
    "disclosure": "made a stated request",
    "poll": "fetched notices",
    "stream": "was sent notices",
    "subject_disclosures": "read who saw what",
    "register": "read the register",
    "receipt": "read a receipt",
    "review": "reviewed an answer",
    "known": "read what an agency knew",
    "bundle": "took a bundle of evidence",
    "dashboard": "read the dashboard",
    "order": "put a court order on record",
    "separation": "separated two people who had been taken for one",
    "oversight": "read the pages of oversight",
    "export": "took the register as a file",
}
REFUSED: Final[Mapping[str, str]] = {
    "no_gateway": "no rule permits it on what is on record",
    "bar": "a rule forbids it",
    "disproportionate": "it asked for more than it needs",
    "consent_refused_no_override": "the person refused, and nothing overrides that",
    "recipient_not_verified": "it is not sure who would receive it",
    "held_elsewhere": "another body holds it",
    "nothing_to_show": "there was nothing to show",
    "person_must_decide": "a person at the agency that holds it must decide first",
    "purpose_not_open": "its agency may not ask for that purpose",
    "own_conflict": "the officer has an interest of their own",
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


@_kept
def kind(type_uri: str) -> str:
    """Return what a type of event is called: its own name, in words."""
    name = type_uri.split("/")[-2]
    first, *rest = name.split("-")
    return " ".join([_ACRONYMS.get(first, first.capitalize()), *rest])


@_kept
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
        return _day(_london(said))  # somebody's birthday, perhaps: not to be kept
    return value(said)


def sentence(said: object) -> str:
    """Return a refusal's words as a sentence begins."""
    text = str(said)
    return text[:1].upper() + text[1:]


def a_subject(code: str) -> str:
    """Return a kind of subject as a sentence goes on with it: `an adult`."""
    named = SUBJECTS.get(code, "somebody").lower()
    return named if named == "somebody" else f"{'an' if named[0] in 'aeiou' else 'a'} {named}"


@_kept
def label(name: str) -> str:
    """Return a field's name in words."""
    text = name.replace("_", " ").lower()
    return text[:1].upper() + text[1:]


@_kept
def day(instant: str) -> str:
    """Return the London day of an RFC 3339 instant, or of a plain day: `18 March 2026`."""
    return _day(_london(instant))


def month(code: str) -> str:
    """Return what a month is called: `March 2026` for `2026-03`."""
    return f"{date.fromisoformat(code + '-01'):%B %Y}"


def quarter(first: str) -> str:
    """Return what the quarter that begins on a day is called: `January to March 2026`."""
    begin = date.fromisoformat(first)
    return f"{begin:%B} to {begin.replace(month=begin.month + 2):%B} {begin.year}"


@_kept
def when(instant: str) -> str:
    """Return an instant as people write it: `18 March 2026 at 4:05pm`, London time."""
    at = _london(instant)
    hour = at.hour % 12 or 12
    return f"{_day(at)} at {hour}:{at:%M}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


NOTICES: Final[Mapping[str, str]] = {
    "item": "New: {kind}",
    "entitlement": "Older records may now be shown to you",
    "correction": "A record you were shown does not stand as it was: {kind}",
    "alarm": "Reports about a care setting add up",
    "request": "Another agency asks for what you hold",
    "due": "Soon due: {duty}",
    "overdue": "Overdue: {duty}",
}
DUTIES: Final[Mapping[str, str]] = {
    "full_record": "the full record of an emergency opening",
    "decide": "a decision that another agency waits for",
    "respond": "an answer to a request or a referral",
    "review": "a second look at a decision",
}


def notice(told: Mapping[str, Any]) -> str:
    """Return what a notice says, in words: its cause, and the kind of record where it names one."""
    type_uri = told.get("type")
    named = kind(type_uri) if type_uri else "a record"
    duty = DUTIES.get(str(told.get("duty")), "something")
    return NOTICES[told["cause"]].format(kind=named, duty=duty)


def channel(code: str) -> str:
    """Return what somebody did who was answered through a channel."""
    return CHANNELS.get(code, label(code).lower())


def refused_why(code: str) -> str:
    """Return why an answer was refused, in words."""
    return REFUSED.get(code, label(code).lower())


def purpose(code: str) -> str:
    """Return a purpose in words."""
    return PURPOSES.get(code, label(code))


def category(code: str) -> str:
    """Return a category of information in words."""
    return CATEGORIES.get(code, label(code))


def categories(codes: Iterable[str]) -> str:
    """Return categories of information in words, one after the other."""
    return ", ".join(category(code) for code in codes)


_ACTS: Final[Mapping[str, str]] = {
    "ukpga/2014/23": "Care Act 2014",
    "ukpga/2018/12": "Data Protection Act 2018",
    "eur/2016/679": "UK GDPR",
    "ukpga/2008/14": "Health and Social Care Act 2008",
    "ukpga/2015/6": "Counter-Terrorism and Security Act 2015",
    "ukpga/2005/9": "Mental Capacity Act 2005",
    "ukpga/2006/47": "Safeguarding Vulnerable Groups Act 2006",
    "ukpga/1996/18": "Employment Rights Act 1996",
    "ukpga/2000/11": "Terrorism Act 2000",
    "ukpga/2022/32": "Police, Crime, Sentencing and Courts Act 2022",
    "ukpga/2015/30": "Modern Slavery Act 2015",
    "ukpga/2004/31": "Children Act 2004",
    "ukpga/1998/37": "Crime and Disorder Act 1998",
    "ukpga/2003/44": "Criminal Justice Act 2003",
    "ukpga/2012/7": "Health and Social Care Act 2012",
    "ukpga/1989/41": "Children Act 1989",
}


@_kept
def cited(address: str) -> str:
    """Return what a citation's address points to, short enough to read."""
    place = address.split("//", 1)[-1].removeprefix("www.")
    if not place.startswith("legislation.gov.uk/"):
        return place.split("/", 1)[0]
    parts = place.split("/")[1:]
    act = _ACTS.get("/".join(parts[:3])) or _ACTS.get("/".join(parts[:2]))
    named = act or " ".join(parts[:3])
    return " ".join((named, *parts[3:])).replace(" section ", " s")


def _london(instant: str) -> datetime:
    if len(instant) == len("2026-03-18"):
        return datetime.fromisoformat(instant).replace(tzinfo=LONDON)
    return datetime.fromisoformat(instant).astimezone(LONDON)


def _day(at: datetime) -> str:
    return f"{at.day} {month_name[at.month]} {at.year}"


def instant(at_s: int) -> str:
    """Return seconds since 1970 as an RFC 3339 instant."""
    return datetime.fromtimestamp(at_s, tz=UTC).isoformat()


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "kind": kind,
    "value": value,
    "spoken": spoken,
    "label": label,
    "a_subject": a_subject,
    "day": day,
    "month": month,
    "when": when,
    "purpose": purpose,
    "category": category,
    "categories": categories,
    "cited": cited,
    "channel": channel,
    "refused_why": refused_why,
}
