"""What is said in a case, step by step, by whom and to whom: the payloads of a made-up area.

In: a case. Out: payloads of the contracts, each made and checked once however often it is said.
Never here: how often cases begin (shape), a signature, a row.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from contracts.base import Payload
from contracts.child import S47, ChildReferral, Plan
from contracts.codes import AbuseType, RiskConclusion, RiskLocation, RiskSource
from contracts.concern import ConcernRaised, FeedbackGiven
from contracts.contact import ContactRecorded
from contracts.enquiry import EnquiryConcluded, EnquiryOpened, EvidenceAdded, StrategyMeeting
from contracts.police import CrimeReported
from contracts.regulation import NotificationReceived
from contracts.triage import RiskAssessed, S42Decision

_WORDS: Final = "Seen with a carer; what was said of the week before has changed since then. "
_SHORT, _LONG = _WORDS * 3, _WORDS * 9
"""Narratives that make tokens of about 1.0 and 1.7 KB."""

SETTING: Final = "1-999"
"""The place of a case of which only the words count. No place of the area is called so."""


class Case(NamedTuple):
    """What does not change while a case goes on."""

    abuse: AbuseType
    place: str | None
    home: str
    gp: str
    poster: str

    def told_by(self, steps: Sequence["Step"]) -> "Case":
        """Return the case as far as these steps tell of it, in `SETTING` if in any place.

        Two cases that return the same are told in the same words.
        """
        parts = {part for step in steps for part in (step.by, *step.to)}
        typed = any("types" in step.fields for step in steps)
        poster = "poster" in parts or any(step.kind is FeedbackGiven for step in steps)
        placed = self.place is not None and any(step.about == "adult" for step in steps)
        return Case(
            self.abuse if typed else AbuseType.NEGLECT,
            SETTING if placed else None,
            self.home if "home" in parts else "",
            self.gp if "gp" in parts else "",
            self.poster if poster else "",
        )


class Said(NamedTuple):
    """One event of a case before it is signed."""

    poster: str
    payload: Payload


class Step(NamedTuple):
    """One thing said: which type, by whom, what, and whom it asks to act.

    `by` and `to` name agencies, or a part in the case: `home`, `gp`, `poster`.
    """

    kind: type[Payload]
    by: str
    fields: Mapping[str, Any]
    to: tuple[str, ...] = ()
    about: str = "adult"

    def said(self, case: Case) -> Said:
        """Return the payload as this case has it."""
        parts = {"home": case.home, "gp": case.gp, "poster": case.poster}
        by = parts.get(self.by, self.by)
        more: dict[str, Any] = {}
        if self.about == "adult" and case.place is not None:
            more["setting"] = case.place
        if self.to:
            to = (parts.get(slug, slug) for slug in self.to)
            more["addressed_to"] = tuple(slug for slug in to if slug != by)
        if "types" in self.fields:
            more["types"] = (case.abuse,)
        if self.kind is FeedbackGiven:
            more["to"] = case.poster
        return _said(self, by, tuple(more.items()))


@cache
def _said(step: Step, by: str, more: tuple[tuple[str, Any], ...]) -> Said:
    fields = {"about": step.about, **step.fields, **dict(more)}
    return Said(by, step.kind(**fields))


class _Fields(dict[str, Any]):
    """Fields that may be a key of a cache: they are made once and never changed."""

    def __hash__(self) -> int:  # type: ignore[override] # a dict has none, for it may change
        return id(self)


def _step(
    kind: type[Payload],
    by: str,
    /,
    *,
    to: tuple[str, ...] = (),
    about: str = "adult",
    **fields: Any,  # noqa: ANN401 - the contract's fields
) -> Step:
    return Step(kind, by, _Fields(fields), to, about)


def _contact(by: str, about: str = "adult") -> Step:
    return _step(ContactRecorded, by, about=about, contact="visit", seen="yes", observation=_SHORT)


def _evidence(by: str) -> Step:
    return _step(EvidenceAdded, by, kind="record", description=_LONG, to=("area-council",))


_COUNCIL: Final = "area-council"
_MET: Final = _step(
    StrategyMeeting,
    _COUNCIL,
    attended=(_COUNCIL, "area-police", "area-trust"),
    decisions=_SHORT,
)
_RISK: Final = _step(RiskAssessed, _COUNCIL, level="high", at_risk="yes", because=_SHORT)
_TOLD: Final = _step(FeedbackGiven, _COUNCIL, stage="decided", reason=_SHORT)
CONCERN: Final[tuple[Step, ...]] = (
    _step(
        ConcernRaised,
        "poster",
        to=(_COUNCIL, "area-police", "gp", "home"),
        types=(),
        location=RiskLocation.OWN_HOME,
        risk_source=RiskSource.SERVICE_PROVIDER,
        at_risk="yes",
        care_needs="yes",
        narrative=_LONG,
    ),
    _contact("home"),
    _step(
        S42Decision,
        _COUNCIL,
        care_and_support_needs="yes",
        abuse_or_risk="yes",
        cannot_protect_self="yes",
        decision="s42_enquiry",
        reasons=_SHORT,
    ),
    _contact("gp"),
    _TOLD,
)
"""A concern and what follows within days: five events, five agencies told at its first."""
ENQUIRY: Final[tuple[Step, ...]] = (
    _step(EnquiryOpened, _COUNCIL, lead=_COUNCIL, types=()),
    _evidence("home"),
    _evidence("gp"),
    _MET,
    _step(CrimeReported, "area-police", serious="no", details=_LONG, to=(_COUNCIL,)),
    _evidence("area-police"),
    _RISK,
    *(_contact(by) for by in ("gp", "home", "area-trust", _COUNCIL) for _ in range(2)),
    _evidence("area-trust"),
    _MET,
    _RISK,
    _TOLD,
    _step(
        EnquiryConcluded,
        _COUNCIL,
        conclusion=RiskConclusion.IDENTIFIED_ACTION,
        types=(),
        summary=_SHORT,
    ),
)
"""An enquiry under section 42: twenty events."""
PURSUED: Final[tuple[Step, ...]] = (*CONCERN, *ENQUIRY)
"""A concern that goes on to an enquiry."""
REPORTED: Final[tuple[Step, ...]] = (
    _step(NotificationReceived, "area-cqc", limb="reg18_injury", details=_SHORT, to=(_COUNCIL,)),
    _contact("home"),
)
"""A notification, and a visit after it; of half of them there is none."""
NOTIFIED: Final[tuple[Step, ...]] = REPORTED[:1]
CHILD: Final[tuple[Step, ...]] = (
    _step(ChildReferral, "poster", about="child", to=("area-children",), why=_LONG),
    _contact("area-children", "child"),
    _step(S47, "area-children", about="child", stage="started", findings=_SHORT),
    _contact("gp", "child"),
    _contact("area-police", "child"),
    _step(Plan, "area-children", about="child", kind="child_protection", details=_SHORT),
    _contact("area-trust", "child"),
    _contact("area-children", "child"),
)
