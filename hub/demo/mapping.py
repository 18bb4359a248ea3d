"""Turn a chronology into events: one per dated fact, by the agency that held it, on its last day.

In: a Chronology. Out: Said things, in order, and the agencies that say them.
Never here: a bare figure (it has no days to be posted on), or a value that no source gives.

Where the words leave open a value that the event needs, they are posted as evidence instead.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import EVENT_TYPES, latest
from contracts.codes import RiskConclusion
from contracts.enquiry import EvidenceAdded
from contracts.integrity import Disputed
from contracts.subject import SubjectEvent, SubjectKind
from hub.demo.agencies import Agency, body, review_agencies
from hub.demo.chronology import Chronology, ChronologyError, Fact, SubjectWord
from hub.demo.people import Subject
from hub.demo.said import Said, at_noon, fixed_id
from hub.demo.words import BY_EVENT, value_in

HOLDER = "review-sab"
"""Whose numbering the people's pseudonyms are in, so that all agencies name the same person."""
TEXT_LIMIT = 8000

RENAMED = {"DisclosureMade": "SharedDirectly"}
"""Chronologies' own name for an agency telling another; the hub keeps that name for itself."""
WORDS_GO_IN = {
    "ChildReferral": "why",
    "Cancellation": "details",
    "ClosureRisk": "because",
    "ConcernRaised": "harm",
    "ContractAction": "details",
    "Coroner": "conclusion",
    "CrimeReported": "details",
    "EmployerAction": "details",
    "EnquiryConcluded": "summary",
    "EvidenceAdded": "description",
    "FeedbackGiven": "reason",
    "InspectionDone": "red_flags",
    "InspectionPublished": "summary",
    "InvestigationOpened": "details",
    "JTAI": "findings",
    "Outcome": "details",
    "PlacementResumed": "because",
    "Plan": "details",
    "PlanMade": "actions",
    "PlanReviewed": "findings",
    "ReferralMade": "why",
    "RegistrationChange": "details",
    "SARDecided": "reasons",
    "SARPublished": "summary",
    "SARReferred": "why",
    "ServiceEnded": "what",
    "SharedDirectly": "what",
    "StrategyMeeting": "decisions",
}
"""Where an event keeps a fact's words; any other keeps them in `narrative`."""
ALWAYS: dict[str, dict[str, Any]] = {
    "ContractAction": {"action": "other"},
    "EnquiryConcluded": {"conclusion": RiskConclusion.INCONCLUSIVE_NO_ACTION},
    "JTAI": {"stage": "published"},
}
"""What an event must say and no chronology's words ever say more closely."""
SUBJECTS: dict[SubjectWord, SubjectKind] = {
    "setting": "setting",
    "adult": "adult",
    "child": "child",
    "professional": "professional",
    "alleged-perpetrator": "alleged_perpetrator",
}
_CLASSES = {
    kind.__name__: kind
    for uri, kind in EVENT_TYPES.items()
    if issubclass(kind, SubjectEvent) and latest(uri) == uri
}


@dataclass(frozen=True, slots=True)
class Script:
    """A chronology, ready to be posted."""

    agencies: tuple[Agency, ...]
    said: tuple[Said, ...]
    centre: tuple[Subject, ...]
    """What the review is about: its settings, and whoever it says most of."""


def script(chronology: Chronology, name: str) -> Script:
    """Return what a chronology's agencies say, in the order of its days.

    Raises:
        ChronologyError: a fact is of an event that the catalogue does not have.
    """
    unknown = tuple(
        (f"fact.{number}.event", "not an event of the catalogue")
        for number, fact in enumerate(chronology.fact, 1)
        if RENAMED.get(fact.event, fact.event) not in _CLASSES
    )
    if unknown:
        raise ChronologyError(name, unknown)
    mapped = _Mapped(chronology, name)
    return Script(
        tuple(mapped.agencies.values()),
        tuple(said for fact in chronology.in_order() for said in mapped.say(fact)),
        mapped.centre(),
    )


class _Mapped:
    def __init__(self, chronology: Chronology, name: str) -> None:
        self._name = name
        self._facts = chronology.in_order()
        self.agencies = review_agencies([*((f.agency, f.org) for f in self._facts), ("sab", "")])
        places = {f.pseudonym for f in chronology.fact if f.subject == "setting"}
        # Only a review of one setting places its people there: elsewhere a visit to the GP would
        # count against the home-care agency.
        reviewed = chronology.review.subject_kinds[0] == "setting" and len(places) == 1
        self._location = location_id(name, places.pop()) if reviewed else None

    def centre(self) -> tuple[Subject, ...]:
        """Return the settings, and the one that most facts are about."""
        counted = Counter((fact.subject, fact.pseudonym) for fact in self._facts)
        most = counted.most_common(1)
        places = [who for who in counted if who[0] == "setting"]
        chosen = dict.fromkeys([*places, *(who for who, _ in most)])
        return tuple(self._named(word, pseudonym) for word, pseudonym in chosen)

    def say(self, fact: Fact) -> Iterator[Said]:
        """Yield the event of a fact, and what is known to be wrong with it."""
        about = self._named(fact.subject, fact.pseudonym).sub_id
        by = self._poster(fact)
        jti = fixed_id(self._name, fact.id)
        toe = at_noon(fact.day)
        yield Said(by=by, about=about, payload=self._payload(fact), jti=jti, toe=toe)
        if fact.disputed:
            dispute = Disputed(about=SUBJECTS[fact.subject], item=jti, by="agency")
            again = fixed_id(self._name, fact.id, "disputed")
            yield Said(by=by, about=about, payload=dispute, jti=again, toe=toe)

    def _payload(self, fact: Fact) -> SubjectEvent:
        name = RENAMED.get(fact.event, fact.event)
        head: dict[str, Any] = {
            "about": SUBJECTS[fact.subject],
            "setting": self._location,
            "addressed_to": self._told(fact),
        }
        particulars = self._particulars(name, fact)
        if particulars is None:
            return EvidenceAdded(kind="record", description=fact.what, **head)
        kind = _CLASSES[name]
        field = WORDS_GO_IN.get(name, "narrative")
        return kind(**{field: fact.what[:TEXT_LIMIT], **head, **particulars})

    def _particulars(self, name: str, fact: Fact) -> Mapping[str, Any] | None:
        """Return what the event needs besides the words; None where the fact does not give it."""
        told = self._told(fact)
        by_regulator = "by_regulator" if fact.agency == "cqc" else "by_commissioner"
        known: dict[str, Mapping[str, Any] | None] = {
            "ConcernRaised": _concern(fact),
            "ReferralMade": {"to": told[0]} if told else None,
            "FeedbackGiven": {"stage": "decided", "to": told[0] if told else None},
            "SharedDirectly": {"to": told, "to_others": None if told else "not stated"},
            "PlacementSuspended": {"kind": by_regulator},
            "RiskAssessed": None,  # no chronology gives a level
        }
        if name in BY_EVENT:
            field, phrases = BY_EVENT[name]
            value = value_in(fact.what, phrases)
            known[name] = None if value is None else {field: value}
        return known[name] if name in known else ALWAYS.get(name, {})

    def _poster(self, fact: Fact) -> str:
        return self.agencies[body(fact.agency, fact.org)].slug

    def _told(self, fact: Fact) -> tuple[str, ...]:
        """Return the agencies that a source says were told, where they are part of the replay."""
        own = self._poster(fact)
        return tuple(
            dict.fromkeys(
                agency.slug
                for kind in fact.shared_with
                for (of_kind, _), agency in self.agencies.items()
                if of_kind == kind and agency.slug != own
            )
        )

    def _named(self, word: SubjectWord, pseudonym: str) -> Subject:
        about = SUBJECTS[word]
        if word == "setting":
            place = location_id(self._name, pseudonym)
            return Subject(pseudonym, about, "cqc_location", place, "urn:cqc:location:")
        ref = f"{HOLDER}:{_ref(self._name, pseudonym)}"
        return Subject(pseudonym, about, "agency_ref", ref, "urn:hub:ref:")


def _concern(fact: Fact) -> dict[str, Any]:
    """Return what a concern says by its own nature, and how it was come by."""
    stated: dict[str, Any] = {}
    if fact.subject in ("adult", "child"):
        stated["at_risk"] = "yes"
    if fact.source_kind == "worker-speak-up":
        stated["from_whistleblower"] = "yes"
    if fact.agency == "provider" and fact.subject == "adult":
        stated["notifiable"] = "yes"  # an allegation of abuse in a regulated service: reg 18(2)(e)
    return stated


def _ref(name: str, pseudonym: str) -> str:
    whole = f"{name}-{pseudonym}"
    short = hashlib.sha256(whole.encode()).hexdigest()[:16]
    return whole if re.fullmatch(r"[A-Za-z0-9-]{1,64}", whole) else f"person-{short}"


def location_id(name: str, pseudonym: str) -> str:
    """Return a made-up CQC location id; the nines show that it is none."""
    digest = hashlib.sha256(f"{name}/{pseudonym}".encode()).digest()
    return f"1-999{int.from_bytes(digest[:4]):010d}"
