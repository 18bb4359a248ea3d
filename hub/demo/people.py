"""Whom the story is about. None of them exists; every number is from a range kept for tests.

In: nothing. Out: Subjects, each with the identifier by which every agency names it.
Never here: what happens to them (story).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.kit import urn
from contracts.subject import SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject as agencies name it on the wire. `label` is what a report calls it."""

    label: str
    about: SubjectKind
    kind: str
    value: str
    prefix: str

    @property
    def sub_id(self) -> Mapping[str, Any]:
        """Return its `sub_id`."""
        return urn(self.prefix + self.value)


def _person(label: str, number: str, about: SubjectKind = "adult") -> Subject:
    return Subject(label, about, "nhs_number", number, "urn:nhs:number:")


LOCATION = "1-9990000001"

HOME = Subject("Larch House", "setting", "cqc_location", LOCATION, "urn:cqc:location:")
ANN = _person("Ann", "9991000070")
BOB = _person("Bob", "9991000143")
CAT = _person("Cat", "9991000216")
KIT = _person("Kit", "9991000283", "child")
EVE = _person("Eve", "9991000356")
GUS = _person("Gus", "9991000429")
ROSE = _person("Rose", "9991000496")
SID = _person("Sid", "9991000569")
TED = _person("Ted", "9991000631")
UNA = _person("Una", "9991000704")
NURSE = Subject("a nurse", "professional", "nmc_pin", "99Z0001Z", "urn:nmc:pin:")
NOBODY = _person("nobody", "9991000771")
"""A valid number that no agency ever posts."""

ALL = (HOME, ANN, BOB, CAT, KIT, EVE, GUS, NURSE, ROSE, SID, TED, UNA)
