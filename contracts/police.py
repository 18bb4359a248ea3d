"""Crimes, arrests, investigations, holds, and how a case ended.

In: contracts.base, subject.
Out: CrimeReported, ArrestMade, InvestigationOpened, JointInvestigation, Hold, HoldLifted,
    VictimInfoRequest, Outcome.
Never here: a crime as a subject; a crime reference is a field.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from contracts.base import Category, Code, Day, Fact, Label, Line, Slug, Text, Uuid, type_uri
from contracts.marks import CRIMINAL, ROUTED, YesNo, free, of_poster, relations, stated
from contracts.subject import Agencies, SubjectEvent

POLICE = frozenset({"police"})
CrimeRef: TypeAlias = Annotated[Code | None, CRIMINAL]


class CrimeReported(SubjectEvent):
    """A crime was recorded with the subject as victim, suspect or place."""

    TYPE = type_uri("crime-reported")
    FAMILY = "crime"

    crime_ref: CrimeRef = None
    offence: Annotated[Line | None, CRIMINAL] = None
    role: Annotated[Literal["victim", "suspect", "witness", "place"], CRIMINAL] = "victim"
    serious: Annotated[YesNo | None, CRIMINAL] = None
    details: Annotated[Text | None, free(Category.CRIMINAL)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield whether it is a serious crime, if that was stated."""
        yield from super().facts()
        yield from stated(serious_crime=self.serious)


class ArrestMade(SubjectEvent):
    """The subject was arrested."""

    TYPE = type_uri("arrest-made")
    FAMILY = "crime"
    POSTERS = frozenset({"police", "other"})

    crime_ref: CrimeRef = None
    offence: Annotated[Line | None, CRIMINAL] = None
    bail: Annotated[Literal["none", "bail", "released_under_investigation"] | None, CRIMINAL] = None


class InvestigationOpened(SubjectEvent):
    """A criminal investigation began."""

    TYPE = type_uri("investigation-opened")
    FAMILY = "crime"

    crime_ref: CrimeRef = None
    offence: Annotated[Line | None, CRIMINAL] = None
    details: Annotated[Text | None, free(Category.CRIMINAL)] = None


class JointInvestigation(SubjectEvent):
    """The police and others investigate together."""

    TYPE = type_uri("joint-investigation")
    FAMILY = "crime"
    POSTERS = frozenset({"police", "council", "children_services"})

    crime_ref: CrimeRef = None
    partners: Annotated[Agencies, ROUTED] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield the partners' part in the case."""
        yield from super().facts()
        yield from relations("role_on_case", "partner", self.partners)

    def addressees(self) -> tuple[str, ...]:
        """Return the partners, and any other asked to act."""
        return (*self.partners, *self.addressed_to)


class Hold(SubjectEvent):
    """Those implicated must not learn of it until the police say so.

    The day is when to look again. Its passing lifts nothing; HoldLifted does.
    """

    TYPE = type_uri("hold")
    FAMILY = "crime"
    POSTERS = POLICE

    implicated: Annotated[Agencies, Label(Category.CRIMINAL, routing=True)] = ()
    until: Annotated[Day, CRIMINAL]
    crime_ref: CrimeRef = None
    because: Annotated[Text | None, free(Category.CRIMINAL)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the hold, and from whom things are held."""
        yield from super().facts()
        yield from stated(hold="active")
        yield from relations("recipient_implicated", "yes", self.implicated)


class HoldLifted(SubjectEvent):
    """Nothing is held from anyone about this subject any longer."""

    TYPE = type_uri("hold-lifted")
    FAMILY = "crime"
    POSTERS = POLICE

    hold: Annotated[Uuid | None, ROUTED] = None
    no_longer_implicated: Annotated[Agencies, Label(Category.CRIMINAL, routing=True)] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield the end of the hold, and which agencies were cleared."""
        yield from super().facts()
        yield from stated(hold="lifted")
        yield from relations("recipient_implicated", "no", self.no_longer_implicated)


class VictimInfoRequest(SubjectEvent):
    """The police ask a holder for information about a victim.

    Source: Police, Crime, Sentencing and Courts Act 2022 ss44A-44D.
    """

    TYPE = type_uri("victim-info-request")
    FAMILY = "crime"
    POSTERS = POLICE

    to: Annotated[Slug, ROUTED]
    crime_ref: CrimeRef = None
    line_of_enquiry: Annotated[Text, free(Category.CRIMINAL)]
    counselling_records: Annotated[YesNo, CRIMINAL] = "no"
    victim_told: Annotated[YesNo, CRIMINAL]
    exception: Annotated[Text | None, free(Category.CRIMINAL)] = None
    necessary_and_proportionate: Annotated[YesNo | None, CRIMINAL] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the request, and whether it says of itself that it meets the Act's tests.

        A line of enquiry is always stated. What is left out stays unknown.
        """
        yield from super().facts()
        yield from of_poster("lawful_request", "victim_information")
        told = self.victim_told == "yes" or self.exception is not None
        if not told or self.necessary_and_proportionate == "no":
            yield from stated(victim_test="not_met")
        elif self.necessary_and_proportionate == "yes":
            yield from stated(victim_test="met")

    def addressees(self) -> tuple[str, ...]:
        """Return the holder asked, and any other asked to act."""
        return (self.to, *self.addressed_to)


class Outcome(SubjectEvent):
    """How the police, prosecutors or a court left it. No further action is not `untrue`."""

    TYPE = type_uri("outcome")
    FAMILY = "crime"

    result: Annotated[
        Literal[
            "not_investigated",
            "no_further_action",
            "caution",
            "community_resolution",
            "charged",
            "pleaded_guilty",
            "convicted",
            "acquitted",
            "discontinued",
            "sentenced",
            "court_hearing",
        ],
        CRIMINAL,
    ]
    no_action_because: Annotated[
        Literal[
            "insufficient_evidence",
            "not_in_public_interest",
            "victim_does_not_support",
            "suspect_not_identified",
            "no_crime",
        ]
        | None,
        CRIMINAL,
    ] = None
    crime_ref: CrimeRef = None
    details: Annotated[Text | None, free(Category.CRIMINAL)] = None
