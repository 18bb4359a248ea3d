"""Children at risk, Prevent, and domestic abuse: what has a statutory process of its own.

In: contracts.base, subject.
Out: ChildReferral, S47, Plan, JTAI; PreventReferred, ChannelDecision; MARAC, DVDS, MAPPA.
Never here: intelligence. Channel papers that derive from it do not enter the hub.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from contracts.base import Category, Day, Fact, Slug, Text, type_uri
from contracts.marks import (
    CONCERN,
    CRIMINAL,
    EXISTENCE,
    OUTCOME,
    ROUTED,
    YesNo,
    free,
    item_fact,
    relations,
    stated,
)
from contracts.subject import Agencies, Power, SubjectEvent


class ChildReferral(SubjectEvent):
    """A child may be at risk, whether they or an adult they live with is the subject."""

    TYPE = type_uri("child-referral")
    FAMILY = "child"

    to: Annotated[Slug | None, ROUTED] = None
    why: Annotated[Text | None, free(Category.CONCERN)] = None
    adult_risk: Annotated[Text | None, free(Category.CONCERN)] = None
    """What bears on the child of the adult's own story, and no more of it."""

    def facts(self) -> Iterator[Fact]:
        """Yield that a child is at risk, and that this bears on it."""
        yield from super().facts()
        yield from stated(child_at_risk="yes")
        yield from item_fact("bears_on_child", "yes")

    def addressees(self) -> tuple[str, ...]:
        """Return the agency referred to, if named, and any other asked to act."""
        return (*(() if self.to is None else (self.to,)), *self.addressed_to)


class S47(SubjectEvent):
    """An enquiry under section 47 of the Children Act 1989 began or ended."""

    TYPE = type_uri("s47")
    FAMILY = "child"
    POSTERS = frozenset({"children_services", "council", "police"})

    stage: Annotated[Literal["started", "conference", "no_further_action"], OUTCOME]
    findings: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that a child is at risk, while the enquiry says so, and that this bears on it."""
        yield from super().facts()
        yield from item_fact("bears_on_child", "yes")
        yield from stated(child_at_risk=None if self.stage == "no_further_action" else "yes")


class Plan(SubjectEvent):
    """A plan for a child was made, changed or ended."""

    TYPE = type_uri("plan")
    FAMILY = "child"

    kind: Annotated[
        Literal["child_protection", "child_in_need", "looked_after", "family_help", "other"],
        CONCERN,
    ]
    stage: Annotated[Literal["made", "changed", "ended"], OUTCOME] = "made"
    review_on: Annotated[Day | None, CONCERN] = None
    details: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that it bears on a child."""
        yield from super().facts()
        yield from item_fact("bears_on_child", "yes")


class JTAI(SubjectEvent):
    """Inspectorates looked together at how an area protects children."""

    TYPE = type_uri("jtai")
    FAMILY = "child"

    stage: Annotated[Literal["started", "published"], EXISTENCE]
    findings: Annotated[Text | None, OUTCOME] = None


class PreventReferred(SubjectEvent):
    """Someone may be drawn into terrorism; a specified authority told the police.

    Source: Counter-Terrorism and Security Act 2015 s26 and Sch 6.
    """

    TYPE = type_uri("prevent-referred")
    FAMILY = "prevent"

    concern: Annotated[Text | None, free(Category.CONCERN)] = None


class ChannelDecision(SubjectEvent):
    """What the panel decided; support needs the person's consent.

    Source: Counter-Terrorism and Security Act 2015 ss36-38.
    """

    TYPE = type_uri("channel-decision")
    FAMILY = "prevent"

    decision: Annotated[Literal["adopted", "signposted", "not_suitable", "closed"], OUTCOME]
    consent: Annotated[YesNo | None, CONCERN] = None
    """To support, which is not consent to share."""
    panel: Annotated[Agencies, ROUTED] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield whether the case was taken on, and who sits on the panel."""
        yield from super().facts()
        adopted = self.decision == "adopted"
        yield from stated(channel="adopted" if adopted else "not_adopted")
        yield from relations("channel_panel", "member" if adopted else "not_member", self.panel)

    def addressees(self) -> tuple[str, ...]:
        """Return the panel, and any other asked to act."""
        return (*self.panel, *self.addressed_to)


class MARAC(SubjectEvent):
    """A high-risk domestic abuse case was referred to or heard by the conference."""

    TYPE = type_uri("marac")
    FAMILY = "crime"

    stage: Annotated[Literal["referred", "heard", "closed"], CONCERN]
    consent: Annotated[YesNo | None, CONCERN] = None
    child_at_risk: Annotated[YesNo | None, CONCERN] = None
    attended: Annotated[Agencies, ROUTED] = ()
    actions: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the high risk that was heard, and whether a child is at risk, if stated."""
        yield from super().facts()
        heard = "high_risk" if self.stage == "heard" else None
        yield from stated(child_at_risk=self.child_at_risk, marac=heard)
        yield from item_fact("bears_on_child", "yes" if self.child_at_risk == "yes" else None)

    def power(self) -> Power | None:
        """Return the power stated, or that it is a conference's."""
        return super().power() or "marac"


class DVDS(SubjectEvent):
    """The police were asked about, or disclosed, someone's history of abuse.

    Source: Domestic Abuse Act 2021 s77.
    """

    TYPE = type_uri("dvds")
    FAMILY = "crime"
    POSTERS = frozenset({"police"})

    route: Annotated[Literal["right_to_ask", "right_to_know"], CRIMINAL]
    decision: Annotated[Literal["pending", "disclosed", "not_disclosed"], CRIMINAL] = "pending"
    details: Annotated[Text | None, free(Category.CRIMINAL)] = None

    def power(self) -> Power | None:
        """Return the power stated, or that it was disclosed under the scheme."""
        if self.sent_under is None and self.decision == "disclosed":
            return "domestic_violence_disclosure"
        return self.sent_under


class MAPPA(SubjectEvent):
    """An offender is managed by agencies together.

    Source: Criminal Justice Act 2003 s325.
    """

    TYPE = type_uri("mappa")
    FAMILY = "crime"
    POSTERS = frozenset({"police", "probation", "other"})

    level: Annotated[Literal["1", "2", "3", "ended"], CRIMINAL]
    risk: Annotated[Text | None, free(Category.CRIMINAL)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield whether the person is managed."""
        yield from super().facts()
        yield from stated(mappa="not_managed" if self.level == "ended" else "managed")

    def power(self) -> Power | None:
        """Return the power stated, or that it is these arrangements'."""
        return super().power() or "mappa"
