"""A made-up payload for each event type, read off its published schema.

In: the schemas (publish).
Out: example (every field said), minimal (only what must be said), uuid_of.
Never here: a real person. NHS numbers are from the 999 range, which is never issued; the phone
number and the postcode are of the kinds set aside for examples.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pydantic import TypeAdapter

from contracts.accounts import Month
from contracts.base import Code, Day, Digest, Digest64, Payload, Ref, Slug, Uuid
from contracts.notices import TypeUri
from contracts.publish import schema_of
from contracts.subject import UserId

Schema: TypeAlias = Mapping[str, Any]

NHS_NUMBER: Final = "9990000018"
START: Final = 1_767_225_600
"""The first second of 2026, when all examples were made."""

_EMPTY_SHA256: Final = hashlib.sha256(b"{}").hexdigest()
_BY_NAME: Final[Mapping[str, object]] = {
    "address": "1 Example Street",
    "birth_date": "1950-01-31",
    "canonical": "{}",
    "case": "CASE-0001",
    "exp": START + 31_536_000,
    "family_name": "Example",
    "given_name": "Ann",
    # The public half of the key in RFC 8037, appendix A, and its thumbprint there.
    "jwk": {
        "crv": "Ed25519",
        "kty": "OKP",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "alg": "Ed25519",
        "use": "sig",
    },
    "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "link": "https://hub.example/report",
    "nbf": START - 86_400,
    "phone": "01632 960001",
    "postcode": "ZZ99 3VZ",
    "report": "{}",
    "report_sha256": _EMPTY_SHA256,
    "setting": "1-1000001",
    "text_sha256": _EMPTY_SHA256,
    "value": NHS_NUMBER,
}
_ABOUT: Final = {
    "child": "child",
    "notification": "setting",
    "professional": "professional",
    "regulatory": "setting",
    "setting": "setting",
}
"""What an event of a family is about here; an adult in every other."""


def example(kind: type[Payload]) -> dict[str, Any]:
    """Return a payload of this type with every field said."""
    schema = schema_of(kind)
    return _Maker(schema, kind.FAMILY).fields(schema, tuple(schema["properties"]))


def minimal(kind: type[Payload]) -> dict[str, Any]:
    """Return a payload of this type with only what must be said."""
    schema = schema_of(kind)
    return _Maker(schema, kind.FAMILY).fields(schema, tuple(schema.get("required", ())))


def uuid_of(name: str) -> str:
    """Return a UUID of version 4 in form, always the same for a name."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _digest64(name: str, _: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode().rstrip("=")


def _pattern(alias: Any) -> str:  # noqa: ANN401 - an annotated alias has no type of its own
    return str(TypeAdapter(alias).json_schema()["pattern"])


_BY_PATTERN: Final[Mapping[str, Callable[[str, int], str]]] = {
    _pattern(Slug): lambda _, place: f"provider-{'abcdefgh'[place]}",
    _pattern(Code): lambda name, place: f"{name.replace('_', '-')}-{place + 1}",
    _pattern(Day): lambda _, __: "2026-01-31",
    _pattern(Uuid): lambda name, _: uuid_of(name),
    _pattern(Digest): lambda name, _: hashlib.sha256(name.encode()).hexdigest(),
    _pattern(Digest64): _digest64,
    _pattern(Ref): lambda _, place: f"example-rule@{place + 1}",
    _pattern(UserId): lambda _, place: f"officer-{place + 1}",
    _pattern(Month): lambda _, __: "2026-01",
    _pattern(TypeUri): lambda _, __: "https://hub.example/events/concern-raised/v1",
}


class _Maker:
    """Makes values for one schema. `place` tells the members of an array apart."""

    def __init__(self, root: Schema, family: str) -> None:
        self._root = root
        self._given = {**_BY_NAME, "about": _ABOUT.get(family, "adult")}

    def fields(self, schema: Schema, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: self.value(schema["properties"][name], name, 0) for name in names}

    def value(self, schema: Schema, name: str, place: int) -> object:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if name in self._given:
            return self._given[name]
        if "enum" in schema:
            return schema["enum"][place]
        return self._by_type(schema, name, place)

    def _by_type(self, schema: Schema, name: str, place: int) -> object:
        match schema["type"]:
            case "object":
                return self.fields(schema, tuple(schema["properties"]))
            case "array":
                few = range(2 if name == "approved_by" else 1)  # one officer alone is refused
                return [self.value(schema["items"], name, place) for place in few]
            case "integer":
                return 7
            case "boolean":
                return True
            case _:
                return _string(schema, name, place)

    def _resolved(self, schema: Schema) -> Schema:
        """Follow a reference, and take the first of several forms (the second is null)."""
        if "anyOf" in schema and "type" not in schema:
            schema = schema["anyOf"][0]
        if "$ref" in schema:
            schema = self._root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def _string(schema: Schema, name: str, place: int) -> str:
    if "pattern" in schema:
        return _BY_PATTERN[schema["pattern"]](name, place)
    return f"Made up for an example: {name.replace('_', ' ')}."
