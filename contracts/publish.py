"""What partners read instead of our Python: a JSON Schema for each event type and the envelope.

In: the catalogue and the envelope's models.
Out: schema_of, envelope_schema, index, file_name; JSON Schema 2020-12, ready to be written out.
Never here: a file or a route. `generate` writes these down and the hub serves them.
"""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from contracts.base import HUB_TYPES, Payload
from contracts.catalogue import EVENT_TYPES, latest
from contracts.envelope import Claims

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HOME: Final = "https://hub.example/contracts"


class _Untitled(GenerateJsonSchema):
    """Leaves out the title of each field, which only repeats its name in capitals."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's signature
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's signature
        """Leave out a default that only says the field may be left out."""
        made = super().default_schema(schema)
        if made.get("default", ...) in (None, []):
            made = {name: value for name, value in made.items() if name != "default"}
        return made


def file_name(type_uri: str) -> str:
    """Return the stem of a type's files, such as `concern-raised-v1`."""
    return type_uri.removeprefix(f"{HUB_TYPES}/").replace("/", "-")


def schema_of(kind: type[Payload]) -> dict[str, Any]:
    """Return the JSON Schema of a type's payload, each field with the label that governs it."""
    schema = _published(kind, file_name(kind.TYPE))
    schema["x-hub-type"] = kind.TYPE
    schema["x-hub-family"] = kind.FAMILY
    if kind.HUB_ONLY:
        schema["x-hub-posters"] = ["hub"]
    elif kind.POSTERS is not None:
        schema["x-hub-posters"] = sorted(kind.POSTERS)
    return schema


def envelope_schema() -> dict[str, Any]:
    """Return the JSON Schema of an event's claims."""
    return _published(Claims, "envelope")


def index() -> dict[str, Any]:
    """Return the list of every type, its family, its newest version and its schema."""
    return {
        "envelope": f"{HOME}/envelope.schema.json",
        "types": [
            {
                "type": uri,
                "name": kind.__name__,
                "family": kind.FAMILY,
                "latest": latest(uri),
                "schema": f"{HOME}/{file_name(uri)}.schema.json",
            }
            for uri, kind in sorted(EVENT_TYPES.items())
        ],
    }


def _published(model: type[BaseModel], stem: str) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": f"{HOME}/{stem}.schema.json",
        **model.model_json_schema(schema_generator=_Untitled),
    }
