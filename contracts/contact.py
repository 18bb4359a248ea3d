"""Contacts below any threshold, services that stopped, and deaths: what reviews find unjoined.

In: contracts.base, subject.
Out: ContactRecorded, ServiceEnded, Death.
Never here: a concern as such (concern). Many small contacts are the pattern; none is a concern.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from contracts.base import Category, Day, Fact, Text, type_uri
from contracts.marks import CONCERN, EXISTENCE, HEALTH, YesNo, free, item_fact, stated
from contracts.subject import SubjectEvent


class ContactRecorded(SubjectEvent):
    """An agency met, treated, visited or spoke to the subject, and raised no concern."""

    TYPE = type_uri("contact-recorded")
    FAMILY = "concern"

    contact: Annotated[
        Literal["visit", "appointment", "call", "attendance", "letter", "missed", "other"], CONCERN
    ] = "other"
    seen: Annotated[YesNo | None, CONCERN] = None
    """Whether the person themselves was seen."""
    observation: Annotated[Text | None, free(Category.HEALTH)] = None


class ServiceEnded(SubjectEvent):
    """A service the subject relied on stopped, by whomever and for whatever reason."""

    TYPE = type_uri("service-ended")
    FAMILY = "concern"

    ended_by: Annotated[Literal["person", "provider", "commissioner", "other"], CONCERN] = "other"
    ended_on: Annotated[Day | None, CONCERN] = None
    replaced: Annotated[YesNo | None, CONCERN] = None
    what: Annotated[Text | None, free(Category.CONCERN)] = None


class Death(SubjectEvent):
    """The subject died."""

    TYPE = type_uri("death")
    FAMILY = "concern"

    died_on: Annotated[Day | None, HEALTH] = None
    expected: Annotated[YesNo | None, HEALTH] = None
    cause: Annotated[Text | None, free(Category.HEALTH)] = None
    notifiable: Annotated[YesNo | None, EXISTENCE] = None
    """Whether the registered person must tell CQC of it (reg 16)."""

    def facts(self) -> Iterator[Fact]:
        """Yield the death, and whether CQC must be told."""
        yield from super().facts()
        yield from stated(deceased="yes")
        yield from item_fact("notifiable", self.notifiable)
