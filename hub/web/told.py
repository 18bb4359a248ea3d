"""Reads a timeline for a page: the desk's recorded answers, one after another, as one view.

In: an errand and a subject. Out: what was released, in order, and what stands out in it.
Never here: an item beyond those answers. Each page of fifty is a recorded disclosure of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from json import loads
from typing import Any, Final
from uuid import UUID

from hub.disclosure.ask import PAGE, Ask
from hub.web import mishaps, words
from hub.web.errands import Errand
from hub.web.parts import Web
from hub.web.shapes import kind_of
from hub.web.who import Officer

PAGES: Final = 6
"""The most answers one page asks for: 300 items."""


@dataclass(slots=True, kw_only=True)
class Told:
    """What was released of a subject."""

    items: list[dict[str, Any]] = field(default_factory=list)
    wishes: Mapping[str, Any] | None = None
    pattern: Mapping[str, Any] | None = None
    records: list[str] = field(default_factory=list)
    """The jtis of the answers, as the register has them."""
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which part is asked for."""

    since: date | None = None
    until: date | None = None
    as_known_on: date | None = None


async def read(
    web: Web, officer: Officer, errand: Errand, subject: UUID, period: Period
) -> Told | None:
    """Ask the desk for all of a timeline; None where there is nothing to show at any time.

    Of a part of it an empty one is returned: the search that led here found somebody, and a month
    without records is no reason to say that there is nobody.

    Raises:
        PageError: it was erased, or the purpose may not be stated any more.
    """
    ask = Ask(
        partner=officer.agency.slug,
        user=officer.user,
        purpose=errand.purpose,
        reason=errand.reason,
        channel="timeline",
        subject=subject,
        emergency=errand.emergency,
        since=period.since,
        until=period.until,
        as_known_on=period.as_known_on,
        limit=PAGE,
    )
    told = Told()
    for _ in range(PAGES):
        answer = await web.hub.desk.timeline(ask)
        if answer.reason == "erased":
            raise mishaps.erased()
        if answer.reason == "purpose_not_open":
            raise mishaps.purpose_closed()
        if answer.outcome != "released":
            if period == Period():
                return None
            told.records.append(str(answer.jti))
            return told
        said = loads(answer.body)
        told.items += said["items"]
        told.wishes = told.wishes or said["wishes"]
        told.pattern = told.pattern or said["setting_risk"]
        told.records.append(str(answer.jti))
        if said["next"] is None:
            return told
        place = web.hub.cursors.read(officer.agency.slug, subject, said["next"])
        ask = replace(ask, after=place)
    told.more = True
    return told


def name_of(items: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what the person is called, as last described in what was released."""
    for item in reversed(items):
        said = item["fields"]
        if item["type"].endswith("/subject-described/v1") and said.get("family_name"):
            return " ".join(part for part in (said.get("given_name"), said["family_name"]) if part)
    return None


def alerts(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what nobody may miss, from what was released."""
    found: list[str] = []
    types = {item["type"].split("/")[-2]: item for item in items if item["status"] == "live"}
    hold = types.get("hold")
    if hold is not None and "hold-lifted" not in types:
        until = hold["fields"].get("until")
        found.append(
            "The police ask that nobody who is implicated is told anything"
            + (f", until {words.day(until)} at the earliest." if until else ".")
        )
    if "safe-address-set" in types:
        found.append("The person's address is to be kept safe. Use only the contact given here.")
    if "coercion-suspected" in types:
        found.append("Somebody may be speaking for the person. A refusal may not be their own.")
    taken_back = sum(item["status"] == "retracted" for item in items)
    if taken_back:
        found.append(f"{taken_back} of these records were taken back. Do not rely on them.")
    return found


def narrowed(
    items: Sequence[Mapping[str, Any]], agencies: Sequence[str], kinds: Sequence[str]
) -> list[Mapping[str, Any]]:
    """Return the items of certain agencies and kinds; of all where none is named."""
    return [
        item
        for item in items
        if (not agencies or item["posted_by"] in agencies)
        and (not kinds or kind_of(item["type"]) in kinds)
    ]
