"""Small made-up histories: what happens to a few subjects among a few agencies.

In: steps, each a few numbers (drawn by hypothesis, or written out). Out: a ledger of their events.
Never here: views. The story says what was posted; the tests say what must follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection

from contracts.base import Category, Payload
from contracts.concern import ConcernRaised
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.disclosure import DisclosureMade, DisclosureRefused
from contracts.enquiry import EvidenceAdded
from contracts.integrity import (
    ClearedForRelease,
    Corrected,
    Disputed,
    RedactedByKeyShred,
    Retracted,
)
from contracts.police import Hold, HoldLifted
from contracts.setting import ProviderConcernOpened
from contracts.triage import RoleAssigned, S42Decision
from tests.support.ledger_rows import DAY_S, START_S, Posted, append, event, registered, uid

KINDS = {
    "council-a": "council",
    "police-a": "police",
    "cqc": "cqc",
    "trust-a": "nhs_trust",
    "home-a": "provider",
    "board-a": "sab",
}
AGENCIES = tuple(KINDS)
ALL_YES = dict.fromkeys(("care_and_support_needs", "abuse_or_risk", "cannot_protect_self"), "yes")
DIGEST = "0" * 64
TURN = date(2026, 9, 23)
"""A day on which the law of some tests changes, two days after a story begins."""


class Step(NamedTuple):
    """One thing that happens: what, about whom, by whom, and how much later."""

    what: int
    who: int = 0
    subject: int = 0
    target: int = 0
    later_s: int = 60


@dataclass(slots=True)
class Story:
    """Writes events to a ledger, one second at a time."""

    connection: Connection[Any]
    now_s: int = START_S
    posted: list[tuple[str, Posted]] = field(default_factory=list)
    """Every item so far: its agency's slug and the event; `position` is its place plus one."""
    places: dict[str, int] = field(default_factory=dict)

    def agencies(self, *slugs: str) -> None:
        """Register agencies."""
        self._store([registered(slug, KINDS[slug]) for slug in slugs or AGENCIES])

    def post(
        self,
        agency: str,
        kind: type[Payload],
        subject: str = "anna",
        /,
        **fields: object,
    ) -> str:
        """Post an event about a subject, by default an adult and just now; return its jti."""
        jti = uid(f"{agency} {len(self.places)}")
        at = fields.pop("occurred_at", self.now_s)
        payload = kind.model_validate({"about": "adult", **fields})
        assert isinstance(at, int)
        row = event(agency, payload, uid(subject), jti=jti, occurred_at=at, lasts_from=self.now_s)
        self._store([row])
        self.posted.append((agency, row))
        return jti

    def disclose(self, partner: str, jtis: Iterable[str], subject: str = "anna") -> None:
        """Record that an answer to a partner held these items."""
        items = tuple(
            {"position": self.places[jti], "categories": (Category.EXISTENCE, Category.CONCERN),
             "decision": DIGEST, "rules": ("s42-enquiry@1",)}
            for jti in jtis
        )  # fmt: skip
        self._answer(DisclosureMade, partner, subject, items=items)

    def refuse(self, partner: str, subject: str = "anna") -> None:
        """Record that a partner was answered no."""
        self._answer(
            DisclosureRefused, partner, subject, reason_code="no_gateway", rules=("sab-s45@1",)
        )

    def erase(self, subject: str = "anna") -> None:
        """Record that a subject's key was destroyed."""
        payload = RedactedByKeyShred.model_validate(
            {
                "about": "agency",
                "key_id": uid(subject),
                "items": 1,
                "certificate": DIGEST,
                "reason": "erasure_request",
                "approved_by": ("one", "two"),
            }
        )
        jti = uid(f"erased {subject}")
        self._store([event("hub", payload, uid("agency hub"), jti=jti, occurred_at=self.now_s)])

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now_s += seconds

    def play(self, steps: Iterable[Step]) -> None:
        """Let each step happen; one that needs an earlier item is left out while there is none."""
        for step in steps:
            self.wait(step.later_s)
            _STEPS[step.what % len(_STEPS)](self, step)

    def _answer(self, kind: type[Payload], partner: str, subject: str, **fields: object) -> None:
        payload = kind.model_validate(
            {
                "about": "agency",
                "partner": partner,
                "user": "officer.1",
                "subject": uid(subject),
                "purpose": "safeguarding_enquiry",
                "channel": "timeline",
                "rulebook": DIGEST,
                "fact_position": 1,
                "body_digest": "A" * 43,
                **fields,
            }
        )
        jti = uid(f"answer {len(self.places)}")
        self._store(
            [event("hub", payload, uid(f"agency {partner}"), jti=jti, occurred_at=self.now_s)]
        )

    def _store(self, rows: list[Posted]) -> None:
        self.now_s += 1
        places = append(self.connection, rows, at_ms=self.now_s * 1000)
        self.places.update(zip((row.jti for row in rows), places, strict=True))


def _subject(step: Step) -> str:
    return ("anna", "bert", "home")[step.subject % 3]


def _poster(step: Step) -> str:
    return AGENCIES[step.who % len(AGENCIES)]


def _other(step: Step) -> str:
    return AGENCIES[step.target % len(AGENCIES)]


def _about(step: Step) -> dict[str, Any]:
    about = "setting" if _subject(step) == "home" else "adult"
    return {"about": about, "setting": f"1-{step.target % 2 + 1}"}


def _concern(story: Story, step: Step) -> None:
    fields: dict[str, Any] = {
        "at_risk": "yes",
        "care_needs": "yes",
        "addressed_to": (_other(step),),
    }
    if step.target % 3 == 0:
        fields["from_whistleblower"] = "yes"
    at = story.now_s - step.target * 40 * DAY_S
    story.post(
        _poster(step), ConcernRaised, _subject(step), occurred_at=at, **_about(step), **fields
    )


def _evidence(story: Story, step: Step) -> None:
    story.post(_poster(step), EvidenceAdded, _subject(step), **_about(step))


def _provider_concern(story: Story, _: Step) -> None:
    story.post(
        "council-a", ProviderConcernOpened, "home", about="setting", setting="1-1", level="watch"
    )


def _role(story: Story, step: Step) -> None:
    role = ("partner", "none", "lead")[step.who % 3]
    story.post("council-a", RoleAssigned, _subject(step), agency=_other(step), role=role)


def _consent(story: Story, step: Step) -> None:
    days = step.who % 3 + 1
    story.post("trust-a", ConsentGiven, _subject(step), recipients=(_other(step),), lasts_days=days)


def _withdrawn(story: Story, step: Step) -> None:
    story.post("trust-a", ConsentWithdrawn, _subject(step))


def _s42(story: Story, step: Step) -> None:
    story.post("council-a", S42Decision, _subject(step), decision="s42_enquiry", **ALL_YES)


def _hold(story: Story, step: Step) -> None:
    story.post("police-a", Hold, _subject(step), implicated=(_other(step),), until="2027-01-01")


def _lifted(story: Story, step: Step) -> None:
    story.post("police-a", HoldLifted, _subject(step))


def _integrity(story: Story, step: Step) -> None:
    if not story.posted:
        return
    agency, row = story.posted[step.target % len(story.posted)]
    kind, fields = (
        (Retracted, {"reason": "mistaken"}),
        (ClearedForRelease, {}),
        (Corrected, {}),
        (Disputed, {"by": "family"}),
    )[step.who % 4]
    story.post(agency, kind, _subject(step), item=row.jti, **fields)


def _disclosed(story: Story, step: Step) -> None:
    jtis = [row.jti for _, row in story.posted[step.target % 7 :: 7]]
    story.disclose(_poster(step), jtis, _subject(step))


def _refused(story: Story, step: Step) -> None:
    story.refuse(_poster(step), _subject(step))


def _registered(story: Story, step: Step) -> None:
    kind = ("gp", "council", "provider")[step.target % 3]
    row = registered(f"late-{step.who % 2}", kind)
    if row.jti not in story.places:
        story._store([row])


_STEPS = (
    _concern,
    _evidence,
    _provider_concern,
    _role,
    _consent,
    _withdrawn,
    _s42,
    _hold,
    _lifted,
    _integrity,
    _disclosed,
    _refused,
    _registered,
)
