"""Reads the concern and referral forms: what somebody typed, into statements, or what is wrong.

In: a form's fields. Out: Filled: payloads about one subject, and errors by field.
Never here: I/O, a signature; a Yes or No that nobody said. What is left out stays unknown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, cast

from contracts.base import Payload
from contracts.codes import AbuseType, RiskLocation
from contracts.concern import ConcernRaised, ReferralMade
from contracts.consent import CapacityAssessed, ConsentGiven
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease
from contracts.stated import FactStated
from contracts.triage import RiskAssessed
from hub.intake.identifiers import IdentifierRefusedError, identifier, urn
from hub.web.forms import chosen
from hub.web.typed import born, day, line, text

ABOUT: Final[Mapping[str, str]] = {
    "adult": "An adult",
    "child": "A child",
    "setting": "A care setting, such as a care home",
}
SOURCE: Final[Mapping[str, str]] = {
    "fact": "I or a colleague saw or heard it",
    "hearsay": "Somebody told us",
    "opinion": "It is our professional opinion",
}
KNOWN: Final[Mapping[str, str]] = {
    "at_risk": "They are at risk of abuse or neglect, or experience it",
    "care_needs": "They need care and support",
    "immediate_risk": "They are in danger now",
    "others_at_risk": "Other people are at risk too",
    "child_at_risk": "A child is at risk",
    "serious_crime": "It may be a serious crime",
    "from_whistleblower": "Somebody who works there told us, and must not be named",
}
CONSENT: Final[Mapping[str, str]] = {
    "given": "Yes, they agree",
    "refused": "No, they do not want it",
    "not_sought": "We have not asked them",
}
GROUND: Final[Mapping[str, str]] = {
    "consent": "They agree to this agency being told, and are able to decide it",
    "care": "It is for their own care, is in their best interests, and they do not object",
    "risk": "They are at risk of abuse or neglect",
}
NAMES: Final[Mapping[str, str]] = {
    "nobody": "No: it names nobody else, and not who told us",
    "others": "Yes, or we are not sure",
}
LEVEL: Final[Mapping[str, str]] = {"low": "Low", "medium": "Medium", "high": "High"}
TYPES: Final[Mapping[str, str]] = {f"type-{n}": kind.value for n, kind in enumerate(AbuseType)}
LOCATIONS: Final[Mapping[str, str]] = {place.name.lower(): place.value for place in RiskLocation}
ACT: Final = "act-"
"""What the name of a box for an agency that should act begins with."""
_SPACE: Final = re.compile(r"\s")
_About = Literal["adult", "child", "setting"]


@dataclass(slots=True)
class Filled:
    """A form as it was understood: statements about one subject, and what is wrong, by field."""

    before: tuple[Payload, ...] = ()
    """What the main statement rests on: on which ground it is made, whom it is about."""
    said: Payload | None = None
    after: tuple[Payload, ...] = ()
    """What is said of it: that its words may go where it goes."""
    sub_id: Mapping[str, Any] = field(default_factory=dict)
    happened: date | None = None
    errors: dict[str, str] = field(default_factory=dict)


def concern(
    sent: Mapping[str, str], agencies: Mapping[str, str], *, slug: str, jti: str, today: date
) -> Filled:
    """Return a concern as it was filled in.

    Args:
        sent: the form.
        agencies: the agencies it may name, by slug.
        slug: the agency that says it.
        jti: the id of what it says; the agency's own reference for a subject without a number.
        today: the London day.
    """
    filled = Filled()
    about = _about(sent, filled, slug, jti)
    filled.happened = day(sent, "when", today, filled.errors) or today
    kinds = tuple(AbuseType(TYPES[n]) for n in TYPES if sent.get(n) == "yes")
    if not kinds:
        filled.errors["type-0"] = "Select at least one kind of abuse or neglect"
    texts = {
        "harm": text(sent, "harm", filled.errors, "Say what happened, or what you saw"),
        "injuries": text(sent, "injuries", filled.errors),
        "wishes": text(sent, "wishes", filled.errors),
    }
    _names(sent, filled.errors)
    source = chosen(sent, "source", SOURCE)
    if source is None:
        filled.errors["source"] = "Select how you know"
    told = _addressed(sent, agencies, filled.errors)
    if filled.errors:
        return filled
    place = chosen(sent, "location", LOCATIONS)
    fields = {
        "about": about,
        "source": source,
        "addressed_to": told,
        "types": kinds,
        "location": None if place is None else RiskLocation(LOCATIONS[place]),
        "consent": chosen(sent, "consent", CONSENT),
        "alleged_perpetrator": line(sent, "perpetrator"),
        "implicated": tuple(a for a in (chosen(sent, "implicated", agencies),) if a),
        **texts,
        **{fact: "yes" for fact in KNOWN if sent.get(f"know-{fact}") == "yes"},
    }
    said = ConcernRaised.model_validate(fields, strict=True)
    return _done(filled, sent, about, said, jti)


def referral(
    sent: Mapping[str, str], agencies: Mapping[str, str], *, slug: str, jti: str, today: date
) -> Filled:
    """Return a referral as it was filled in; see `concern`."""
    filled = Filled()
    about = _about(sent, filled, slug, jti)
    to = chosen(sent, "to", agencies)
    if to is None:
        filled.errors["to"] = "Select whom you ask to take it on"
    why = text(sent, "why", filled.errors, "Say what you ask them to do, and why")
    _names(sent, filled.errors)
    ground, level = chosen(sent, "ground", GROUND), chosen(sent, "level", LEVEL)
    if ground is None:
        filled.errors["ground"] = "Select on what ground you refer them"
    elif ground == "risk" and level is None:
        filled.errors["level"] = "Select how great the risk is"
    by = day(sent, "by", None, filled.errors)
    if by is not None and by < today:
        filled.errors["by-day"] = "The day by which you need an answer must not be past"
    if filled.errors:
        return filled
    last = None if by is None else by.isoformat()
    said = ReferralMade(about=about, to=str(to), why=why, respond_by=last)
    filled = _done(filled, sent, about, said, jti)
    filled.before = (*_grounds(str(ground), level, about, str(to)), *filled.before)
    return filled


def _grounds(ground: str, level: str | None, about: _About, to: str) -> tuple[Payload, ...]:
    """Return what puts on record the ground on which somebody is referred."""
    if ground == "consent":
        able = CapacityAssessed(about=about, decision="information_sharing", result="has")
        return (ConsentGiven(about=about, recipients=(to,)), able)
    if ground == "care":
        return (
            FactStated(about=about, says="care_objection=none"),
            FactStated(about=about, says="best_interests=yes"),
        )
    return (RiskAssessed(about=about, level=cast("Any", level), at_risk="yes"),)


def _done(
    filled: Filled, sent: Mapping[str, str], about: _About, said: Payload, jti: str
) -> Filled:
    """Put the description, where there is one, before what is said, and its clearance after it."""
    described = _described(sent, about, said.addressees())
    filled.before = () if described is None else (described,)
    filled.said = said
    if sent.get("names") == "nobody":
        filled.after = (ClearedForRelease(about=about, item=jti),)
    return filled


def _about(sent: Mapping[str, str], filled: Filled, slug: str, jti: str) -> _About:
    about = chosen(sent, "about", ABOUT)
    if about is None:
        filled.errors["about"] = "Select whom or what it is about"
        return "adult"
    kind, name = ("cqc_location", "location-id") if about == "setting" else ("nhs_number", "nhs")
    named = []
    typed = _SPACE.sub("", sent.get(name, ""))
    if typed:
        try:
            named.append(urn(identifier(kind, typed)))
        except IdentifierRefusedError:
            filled.errors[name] = (
                "Enter a CQC location ID, like 1-1234567"
                if about == "setting"
                else "This is not a valid NHS number"
            )
    elif about == "setting":
        filled.errors[name] = "Enter the CQC location ID: the CQC shows it with the setting"
    elif not (sent.get("family") and sent.get("given")):
        filled.errors["nhs"] = "Enter an NHS number, or a full name and a date of birth"
    else:
        named.append(f"urn:hub:ref:{slug}:{jti}")
        if not any(sent.get(f"born-{part}") for part in ("day", "month", "year")):
            filled.errors["born-day"] = "Enter a date of birth, or an NHS number"
    born(sent, filled.errors)
    filled.sub_id = {"format": "uri", "uri": named[0]} if named else {}
    return cast("_About", about)


def _described(
    sent: Mapping[str, str], about: _About, told: Sequence[str]
) -> SubjectDescribed | None:
    """Return who the subject is, where the form says more than a number."""
    if about == "setting":
        name = line(sent, "setting-name")
        if name is None:
            return None
        return SubjectDescribed(about=about, name=name, addressed_to=tuple(told))
    birth = born(sent, {})
    said = {
        "family_name": line(sent, "family"),
        "given_name": line(sent, "given"),
        "birth_date": None if birth is None else birth.isoformat(),
        "address": line(sent, "address"),
        "postcode": line(sent, "postcode"),
        "phone": line(sent, "phone"),
    }
    if not any(said.values()):
        return None
    return SubjectDescribed.model_validate(
        {"about": about, "addressed_to": tuple(told), **said}, strict=True
    )


def _addressed(
    sent: Mapping[str, str], agencies: Mapping[str, str], errors: dict[str, str]
) -> tuple[str, ...]:
    told = tuple(slug for slug in agencies if sent.get(f"{ACT}{slug}") == "yes")
    if not told:
        errors["act"] = "Select at least one agency that should act on it"
    return told[:40]


def _names(sent: Mapping[str, str], errors: dict[str, str]) -> None:
    if chosen(sent, "names", NAMES) is None:
        errors["names"] = "Select whether what you wrote names anybody else"
