"""What the names in a case stand for while it is played: agencies, subjects, posts, days.

In: a case and its cast. Out: `sub_id`s, payloads with `{name}` filled in, and names for answers.
Never here: HTTP, or a name that two plays share: each play has subjects of its own.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from adapters.kit import urn
from contracts.base import HUB_TYPES, Payload
from contracts.catalogue import EVENT_TYPES, UnknownTypeError, latest, read
from tests.cases.case_file import Case, Post

_NAME = re.compile(r"\{([a-z0-9_-]+)\}")
_DAY = re.compile(r"\{day([+-][0-9]+)\}")


@dataclass(slots=True)
class Names:
    """One play's names.

    Args:
        cast: the case's agencies, by their names in it, each with its slug.
        numbers: gives NHS numbers that nobody has.
        today: the day that `{day+14}` counts from.
    """

    case: Case
    cast: Mapping[str, str]
    numbers: Callable[[], str]
    today: date
    subjects: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name: the kind of identifier, and its value."""
    posts: dict[str, str] = field(default_factory=dict)
    """By name: the event's jti."""
    hub_ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, kind in self.case.subjects.items():
            self.subjects[name] = self.identifier(kind)

    def identifier(self, kind: str) -> tuple[str, str]:
        """Return an identifier, of the sort such a subject has, that is nobody's yet."""
        number = self.numbers()
        if kind == "setting":
            return "cqc_location", f"1-{number}"
        if kind == "professional":
            serial = int(number[2:9])
            return "nmc_pin", f"{serial // 10000 % 100:02}Z{serial % 10000:04}T"
        return "nhs_number", number

    def sub_id(self, subject: str) -> dict[str, Any]:
        """Return how an agency names a subject in an event."""
        kind, value = self.subjects[subject]
        prefix = {"cqc_location": "urn:cqc:location:", "nmc_pin": "urn:nmc:pin:"}
        return urn(prefix.get(kind, "urn:nhs:number:") + value)

    def payload(self, post: Post) -> Payload:
        """Return what a post states."""
        about = post.kind or self.case.subjects[post.about]
        body = json.dumps({"about": about, **self.filled(post.fields)})
        return read(type_of(post.type), body.encode())

    def filled(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return a value with every `{name}` in it filled in."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        dated = _DAY.sub(lambda m: str(self.today + timedelta(days=int(m[1]))), value)
        return _NAME.sub(lambda m: self._one(m[1]), dated)

    def agency(self, slug: str) -> str:
        """Return an agency's name in the case; the slug of one that has none."""
        return next((name for name, held in self.cast.items() if held == slug), slug)

    def post(self, jti: str) -> str:
        """Return the name of the post with this jti; the jti if it is another case's."""
        return next((name for name, held in self.posts.items() if held == jti), jti)

    def _one(self, name: str) -> str:
        for known in (self.cast, self.posts):
            if name in known:
                return known[name]
        return self.subjects[name][1]


def type_of(name: str) -> str:
    """Return the URI of the newest version of an event type.

    Raises:
        UnknownTypeError: there is no such event type.
    """
    for uri in EVENT_TYPES:
        if uri.startswith(f"{HUB_TYPES}/{name}/v"):
            return latest(uri)
    raise UnknownTypeError("no event type has this name")
