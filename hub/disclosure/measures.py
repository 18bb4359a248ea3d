"""What a Board's dashboard counts: events of the catalogue, by the codes of the adults collection.

In: payloads of one quarter. Out: exact tables, which only the dashboard sees. Pure.
Never here: a person, a place, a period, a choice of the asker's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from contracts.base import Payload
from contracts.codes import (
    AbuseType,
    OutcomesAchieved,
    OutcomesAsked,
    ReviewDeaths,
    RiskConclusion,
    RiskLocation,
    RiskResult,
    RiskSource,
)
from contracts.concern import ConcernRaised, FeedbackGiven
from contracts.disclosure import DisclosureMade, DisclosureRefused, Escalated
from contracts.enquiry import EnquiryConcluded, EnquiryOpened, MSPOutcome, RiskOutcome
from contracts.reviews import S45Request, SARDecided, SARReferred
from contracts.triage import S42Decision
from hub.disclosure.suppress import Part, Table

UNSAID: Final = "Not recorded"


@dataclass(frozen=True, slots=True)
class Split:
    """How a measure is broken down: by which field, into which cells."""

    field: str
    cells: tuple[str, ...]
    many: bool = False
    """A case may be in several cells, as the collection counts types of abuse."""


def _by(name: str, codes: type[StrEnum], *, many: bool = False) -> Split:
    return Split(name, tuple(str(code) for code in codes), many=many)


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the dashboard: events of one type, about adults."""

    type_uri: str
    splits: Mapping[str, Split] = field(default_factory=dict)
    recorded_by_hub: bool = False
    """An answer to a stated request: of a partner, about whomever, with nothing sealed to count."""


_TYPES: Final = _by("types", AbuseType, many=True)
MEASURES: Final[Mapping[str, Measure]] = {
    "concerns": Measure(
        ConcernRaised.TYPE,
        {
            "type_of_risk": _TYPES,
            "location": _by("location", RiskLocation),
            "source_of_risk": _by("risk_source", RiskSource),
        },
    ),
    "s42_decisions": Measure(
        S42Decision.TYPE,
        {"decision": Split("decision", ("s42_enquiry", "other_enquiry", "no_further_action"))},
    ),
    "enquiries_opened": Measure(EnquiryOpened.TYPE, {"type_of_risk": _TYPES}),
    "enquiries_concluded": Measure(
        EnquiryConcluded.TYPE,
        {"conclusion": _by("conclusion", RiskConclusion), "type_of_risk": _TYPES},
    ),
    "risk_outcomes": Measure(RiskOutcome.TYPE, {"result": _by("result", RiskResult)}),
    "making_safeguarding_personal": Measure(
        MSPOutcome.TYPE,
        {"asked": _by("asked", OutcomesAsked), "achieved": _by("achieved", OutcomesAchieved)},
    ),
    "feedback_to_referrers": Measure(
        FeedbackGiven.TYPE,
        {"stage": Split("stage", ("received", "decided", "closed", "none_given"))},
    ),
    "reviews_referred": Measure(SARReferred.TYPE),
    "reviews_decided": Measure(
        SARDecided.TYPE,
        {
            "decision": Split("decision", ("mandatory", "discretionary", "no_review")),
            "deaths": _by("deaths", ReviewDeaths),
        },
    ),
    "s45_requests": Measure(S45Request.TYPE),
    "escalations": Measure(Escalated.TYPE),
    "requests_released": Measure(DisclosureMade.TYPE, recorded_by_hub=True),
    "requests_refused": Measure(DisclosureRefused.TYPE, recorded_by_hub=True),
}


@dataclass(slots=True)
class Tally:
    """Counts one measure. A person who was erased still counts, as not recorded."""

    measure: Measure
    count: int = 0
    subjects: set[str] = field(default_factory=set)
    cells: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, subject: str | None) -> None:
        """Count one event, and whom it is about."""
        self.count += 1
        if subject is not None:
            self.subjects.add(subject)

    def merge(self, cells: Mapping[str, Mapping[str, int]]) -> None:
        """Take cells that were counted elsewhere."""
        for name, found in cells.items():
            self.cells.setdefault(name, Counter()).update(found)

    def sort(self, payload: Payload | None) -> None:
        """Count what one event says into its cells."""
        for name, split in self.measure.splits.items():
            said = None if payload is None else getattr(payload, split.field)
            values = said if split.many and said else (said,)
            self.cells.setdefault(name, Counter()).update(
                UNSAID if value is None or value == () else str(value) for value in set(values)
            )

    def table(self) -> Table:
        """Return what was counted, every cell of it, the empty ones too."""
        return Table(
            count=self.count,
            people=len(self.subjects),
            parts={
                name: Part(
                    cells={c: self.cells.get(name, Counter())[c] for c in (*split.cells, UNSAID)},
                    whole=not split.many,
                )
                for name, split in self.measure.splits.items()
            },
        )


def tallies() -> Mapping[str, Tally]:
    """Return an empty tally for each measure, by its event type."""
    return {measure.type_uri: Tally(measure) for measure in MEASURES.values()}


def in_order(counted: Mapping[str, Tally]) -> Iterable[tuple[str, Table]]:
    """Yield each measure's name and table, in the dashboard's order."""
    for name, measure in MEASURES.items():
        yield name, counted[measure.type_uri].table()
