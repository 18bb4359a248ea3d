"""What was decided about a concern: the section 42 tests, the risk, and who does what.

In: contracts.base, subject.
Out: S42Decision, RiskAssessed (v2) and RiskAssessedV1, RoleAssigned.
Never here: the enquiry itself (enquiry).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from contracts.base import Category, Fact, Slug, Text, type_uri
from contracts.marks import (
    CONCERN,
    CRIMINAL,
    OUTCOME,
    ROUTED,
    YesNo,
    free,
    item_fact,
    relations,
    stated,
)
from contracts.subject import SubjectEvent

Level: TypeAlias = Literal["low", "medium", "high"]


class S42Decision(SubjectEvent):
    """The council's decision on the three tests of section 42(1), and what follows.

    Source: Care Act 2014 s42(1).
    """

    TYPE = type_uri("s42-decision")
    FAMILY = "enquiry"
    POSTERS = frozenset({"council"})

    care_and_support_needs: Annotated[YesNo, CONCERN]
    abuse_or_risk: Annotated[YesNo, CONCERN]
    cannot_protect_self: Annotated[YesNo, CONCERN]
    decision: Annotated[Literal["s42_enquiry", "other_enquiry", "no_further_action"], OUTCOME]
    route: Annotated[Text | None, free(Category.OUTCOME)] = None
    """Where it goes instead, if nowhere further here."""
    reasons: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the tests: reasonable cause only when all three are met."""
        yield from super().facts()
        tests = {self.care_and_support_needs, self.abuse_or_risk, self.cannot_protect_self}
        yield from stated(
            s42="reasonable_cause" if tests == {"yes"} else "no_reasonable_cause",
            care_needs=self.care_and_support_needs,
            at_risk=self.abuse_or_risk,
        )


class RiskAssessed(SubjectEvent):
    """How great the risk is, to whom, and how soon."""

    TYPE = type_uri("risk-assessed", 2)
    FAMILY = "enquiry"

    level: Annotated[Level, CONCERN]
    likelihood: Annotated[Level | None, CONCERN] = None
    at_risk: Annotated[YesNo | None, CONCERN] = None
    others_at_risk: Annotated[YesNo | None, CONCERN] = None
    serious_crime: Annotated[YesNo | None, CRIMINAL] = None
    imminent_threat: Annotated[YesNo | None, CONCERN] = None
    child_at_risk: Annotated[YesNo | None, CONCERN] = None
    because: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the risk as assessed; what was not assessed stays unknown."""
        yield from super().facts()
        yield from stated(
            at_risk=self.at_risk,
            others_at_risk=self.others_at_risk,
            serious_crime=self.serious_crime,
            imminent_threat=self.imminent_threat,
            child_at_risk=self.child_at_risk,
        )
        yield from item_fact("bears_on_child", "yes" if self.child_at_risk == "yes" else None)


class RiskAssessedV1(SubjectEvent):
    """The first form, in which one scale said both how great the risk was and how soon."""

    TYPE = type_uri("risk-assessed", 1)
    FAMILY = "enquiry"

    risk: Annotated[Literal["low", "medium", "high", "immediate"], CONCERN]
    at_risk: Annotated[YesNo | None, CONCERN] = None
    others_at_risk: Annotated[YesNo | None, CONCERN] = None
    because: Annotated[Text | None, free(Category.CONCERN)] = None

    def upcast(self) -> RiskAssessed:
        """Return it as v2 says it: `immediate` becomes a high level and an imminent threat.

        A lower level says nothing of the threat, so that stays unknown rather than No.
        """
        kept = {name: getattr(self, name) for name in type(self).model_fields if name != "risk"}
        if self.risk == "immediate":
            return RiskAssessed(level="high", imminent_threat="yes", **kept)
        return RiskAssessed(level=self.risk, **kept)


class RoleAssigned(SubjectEvent):
    """An agency was given a part in the case, or its part ended."""

    TYPE = type_uri("role-assigned")
    FAMILY = "enquiry"
    POSTERS = frozenset({"council", "children_services", "hub"})
    """Not any agency: a part in the case widens what one is shown."""

    agency: Annotated[Slug, ROUTED]
    role: Annotated[
        Literal["lead", "asked_to_enquire", "partner", "none"],
        ROUTED,
    ]

    def facts(self) -> Iterator[Fact]:
        """Yield the agency's part in the case."""
        yield from super().facts()
        yield from relations("role_on_case", self.role, (self.agency,))

    def addressees(self) -> tuple[str, ...]:
        """Return the agency given the part, and any other asked to act."""
        return (self.agency, *self.addressed_to)
