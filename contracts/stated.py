"""Facts that no other act states: about the subject, about an agency and the subject, or an item.

In: contracts.base, subject.
Out: FactStated, RelationStated, ItemMarked.
Never here: a fact that an act of its own states, and words. What shows a fact is an item of its
own, which `evidence` names: so a statement is listed to its poster and to nobody else.

Who may state a fact, and how long it counts, is in the rulebook's vocabulary.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import Fact, Scope, Slug, Uuid, type_uri
from contracts.marks import EXISTENCE, ROUTED, item_fact, relations
from contracts.subject import SubjectHead

LastsDays: TypeAlias = Annotated[int | None, Field(ge=1, le=3650), EXISTENCE]

OfSubject: TypeAlias = Literal[
    "attorney_abuse=suspected",
    "attorney_abuse=not_suspected",
    "best_interests=yes",
    "best_interests=no",
    "care_objection=none",
    "care_objection=objects",
    "care_objection=likely_to_object",
    "care_objection=anonymous_service",
    "child_sexual_abuse=told_or_seen",
    "child_sexual_abuse=not_so",
    "child_welfare=relevant",
    "child_welfare=not_relevant",
    "deceased=yes",
    "deceased=no",
    "detriment_to_child=greater",
    "detriment_to_child=not_greater",
    "fitness=in_question",
    "fitness=not_in_question",
    "genital_mutilation=disclosed_or_seen",
    "genital_mutilation=not_so",
    "harm_test=met",
    "harm_test=not_met",
    "learning_disability=yes",
    "learning_disability=no",
    "professional_heard=heard",
    "professional_heard=unsafe",
    "professional_heard=not_heard",
    "protected_person=yes",
    "protected_person=no",
    "risk_in_role=yes",
    "risk_in_role=no",
    "sexual_offence_victim=yes",
    "sexual_offence_victim=no",
    "slavery=reasonable_grounds",
    "slavery=no_grounds",
]
OfRelation: TypeAlias = Literal[
    "acts_for_person=advocate",
    "acts_for_person=attorney",
    "acts_for_person=family",
    "acts_for_person=personal_representative",
    "acts_for_person=none",
    "engages_professional=employer",
    "engages_professional=volunteers",
    "engages_professional=training",
    "engages_professional=recruiting",
    "engages_professional=none",
    "protects_from_subject=yes",
    "protects_from_subject=no",
]
OfItem: TypeAlias = Literal[
    "adoption_record=yes",
    "adoption_record=no",
    "aggregate_only=yes",
    "aggregate_only=no",
    "assisted_conception=yes",
    "assisted_conception=no",
    "bears_on_child=yes",
    "bears_on_child=no",
    "counselling_record=yes",
    "counselling_record=no",
    "counts_treated=yes",
    "counts_treated=no",
    "cqc_obtained=yes",
    "cqc_obtained=no",
    "family_court=papers",
    "family_court=with_leave",
    "family_court=none",
    "gender_history=yes",
    "gender_history=no",
    "intelligence=yes",
    "intelligence=no",
    "legal_privilege=yes",
    "legal_privilege=no",
    "patient_information=yes",
    "patient_information=no",
    "probative_value=substantial",
    "probative_value=not_substantial",
    "safety_incident=yes",
    "safety_incident=no",
    "safety_investigation=yes",
    "safety_investigation=no",
    "sexual_health=is_the_risk",
    "sexual_health=beside_the_risk",
    "sexual_health=none",
]


class FactStated(SubjectHead):
    """An agency puts a fact about the subject on record, by name and closed value."""

    TYPE = type_uri("fact-stated")
    FAMILY = "enquiry"

    says: Annotated[OfSubject, EXISTENCE]
    evidence: Annotated[Uuid | None, EXISTENCE] = None
    """An item of the poster's own that shows it."""
    lasts_days: LastsDays = None

    def facts(self) -> Iterator[Fact]:
        """Yield the fact, for as long as was said."""
        yield from super().facts()
        name, _, value = self.says.partition("=")
        yield Fact(scope=Scope.SUBJECT, name=name, value=value, lasts_days=self.lasts_days)


class RelationStated(SubjectHead):
    """An agency puts on record what an agency has to do with the subject."""

    TYPE = type_uri("relation-stated")
    FAMILY = "enquiry"

    says: Annotated[OfRelation, EXISTENCE]
    agency: Annotated[Slug, ROUTED]
    evidence: Annotated[Uuid | None, EXISTENCE] = None
    """An item of the poster's own that shows it."""
    lasts_days: LastsDays = None

    def facts(self) -> Iterator[Fact]:
        """Yield the fact, for as long as was said."""
        yield from super().facts()
        name, _, value = self.says.partition("=")
        yield from relations(name, value, (self.agency,), lasts_days=self.lasts_days)


class ItemMarked(SubjectHead):
    """An agency marks an item of its own for what it is, so that the law for such items governs it.

    The statement is marked too: that there is such an item is what some of these laws hide.
    """

    TYPE = type_uri("item-marked")
    FAMILY = "enquiry"

    says: Annotated[OfItem, EXISTENCE]
    item: Annotated[Uuid, ROUTED]

    def facts(self) -> Iterator[Fact]:
        """Yield the mark, on the item and on this statement."""
        yield from super().facts()
        name, _, value = self.says.partition("=")
        yield from item_fact(name, value, item=self.item)
        yield from item_fact(name, value)
