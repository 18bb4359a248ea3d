"""An officer breaks the glass for a woman in danger, and answers for it the same day.

In: the police's client, the information-governance office's, and her hub id.
Out: what it opened, what waited for review, and what became of that.
Never here: who raised the alarm, or any other field of what was opened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.disclosure import DisclosureDecided
from hub.demo.partner import Answer, Partner
from hub.demo.people import EVE
from hub.demo.said import Said, fixed_id

OFFICER: Final = "sergeant-12"
REVIEWER: Final = "ig-1"
MINUTES: Final = 30
_ASKED: Final[Mapping[str, Any]] = {
    "purpose": "emergency",
    "necessary": True,
    "emergency": True,
    "reason": "Missing, may be about to die",
    "user": OFFICER,
}
_GLASS: Final[Mapping[str, Any]] = {
    "officer": OFFICER,
    "minutes": MINUTES,
    "reason": "Who raised the alarm may know where she is; nobody on the ward can be reached",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """One break-glass from its start to its end."""

    plain: Answer
    answer: Answer
    opened: tuple[str, ...]
    """The categories shown only because the glass was broken."""
    waiting: tuple[Mapping[str, Any], ...]
    """What then waited for an officer's review, as the register tells it."""
    completed: bool
    verdict: str | None
    left: int
    """How many still wait after the review."""


def broken(police: Partner, office: Partner, subject: str, settle: Callable[[], None]) -> Broken:
    """Ask plainly, break the glass, complete the record, and have another officer look at it."""
    plain = police.request(EVE.label, "as an emergency", subject, **_ASKED)
    answer = police.request(
        EVE.label, "through broken glass", subject, **_ASKED, break_glass=_GLASS
    )
    dis = police.last_receipt()
    settle()
    waiting = tuple(_queue(office))
    police.post([_full_record(dis)])
    settle()
    (entry,) = (e for e in _queue(office) if e["jti"] == dis)
    office.hub.review(dis, verdict="upheld", user=REVIEWER, note="There was no time to ask.")
    settle()
    told = (answer.data.get("break_glass") or {}).get("opened", ())
    reviewed = office.hub.who_saw(subject, user=REVIEWER).data["disclosures"]
    (after,) = (e["review"] for e in reviewed if e["jti"] == dis)
    return Broken(
        plain=plain,
        answer=answer,
        opened=tuple(dict.fromkeys(c for one in told for c in one["categories"])),
        waiting=waiting,
        completed=entry["review"]["completed"],
        verdict=after["verdict"],
        left=len(_queue(office)),
    )


def _queue(office: Partner) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = office.hub.register(review="open", user=REVIEWER).data[
        "entries"
    ]
    return found


def _full_record(dis: str) -> Said:
    """Return the record that is due within a day of breaking the glass."""
    payload = DisclosureDecided(
        about=EVE.about,
        request=dis,
        decision="share",
        grounds=("emergency-life@1",),
        necessary_because="She could not be found without asking whoever raised the alarm",
        proportionate_because="Who that was, and nothing else of them",
    )
    jti = fixed_id("story", "the full record of a break-glass")
    return Said(by="police", about=EVE.sub_id, payload=payload, jti=jti)
