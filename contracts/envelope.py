"""The envelope every event travels in: a Security Event Token, in a strict profile.

In: contracts.base.
Out: the limits and the closed lists, as constants; Claims and its sub_id models, from which the
    envelope's JSON Schema is published.
Never here: verification (the hub's intake) or signing (an agency's kit). `aud`, `iss` and the
    times are judged against a hub and a clock, which a schema does not have.

Source: RFC 7515, RFC 8417, RFC 8693, RFC 8935, RFC 9493, RFC 9864.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from contracts.base import HUB_TYPES, Uuid

MEDIA_TYPE: Final = "application/secevent+jwt"
TYP: Final = "secevent+jwt"
ALGORITHMS: Final = ("Ed25519", "ES256")
HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})
REQUIRED_CLAIMS: Final = frozenset({"iss", "aud", "iat", "toe", "jti", "sub_id", "events"})
OPTIONAL_CLAIMS: Final = frozenset({"txn", "act"})

MAX_TOKEN_BYTES: Final = 48 * 1024
MAX_HEADER_BYTES: Final = 512
"""Of the encoded header."""
MAX_DEPTH: Final = 16
MAX_INT: Final = 2**53
"""Integers lie strictly between -MAX_INT and MAX_INT; there are no floats."""
MAX_TXN_CHARS: Final = 64
ACTOR: Final = r"[A-Za-z0-9._-]{1,64}"
"""An officer's opaque id, in `act`."""
MAX_ALIASES: Final = 8
IAT_PAST_S: Final = 300
"""How old `iat` may be on arrival; an event to be sent later is signed again."""
IAT_FUTURE_S: Final = 60

_SLUG = "[a-z0-9][a-z0-9-]{0,38}[a-z0-9]"
URNS: Final = {
    "nhs_number": r"urn:nhs:number:[0-9]{10}",
    "cqc_location": r"urn:cqc:location:1-[0-9]{3,14}",
    "cqc_provider": r"urn:cqc:provider:1-[0-9]{3,14}",
    "nmc_pin": r"urn:nmc:pin:[0-9]{2}[A-Za-z][0-9]{4}[A-Za-z]",
    "gmc_number": r"urn:gmc:number:[0-9]{7}",
    "swe_number": r"urn:swe:number:[Ss][Ww][0-9]{1,8}",
    "hcpc_number": r"urn:hcpc:number:[A-Za-z]{2,3}[0-9]{4,8}",
    "agency": rf"urn:hub:agency:{_SLUG}",
    "agency_ref": rf"urn:hub:ref:{_SLUG}:[A-Za-z0-9-]{{1,64}}",
}
"""How a subject may be named by URI, by kind of identifier."""

SubjectUri: TypeAlias = Annotated[
    str, StringConstraints(pattern="^(?:" + "|".join(URNS.values()) + ")$")
]
Times: TypeAlias = Annotated[int, Field(gt=-MAX_INT, lt=MAX_INT)]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OpaqueId(_Closed):
    """A subject by the id the hub gave it."""

    format: Literal["opaque"]
    id: Uuid


class UriId(_Closed):
    """A subject by a number someone else gave it."""

    format: Literal["uri"]
    uri: SubjectUri


class Aliases(_Closed):
    """One subject by several names."""

    format: Literal["aliases"]
    identifiers: Annotated[
        tuple[OpaqueId | UriId, ...],
        Field(min_length=1, max_length=MAX_ALIASES, json_schema_extra={"uniqueItems": True}),
    ]


SubId: TypeAlias = Annotated[OpaqueId | UriId | Aliases, Field(discriminator="format")]


class Actor(_Closed):
    """Who acted with a key that the hub holds for the issuer: the hub, for one of its officers.

    Source: RFC 8693 section 4.1.
    """

    iss: Annotated[str, StringConstraints(pattern=r"^https://", max_length=200)]
    sub: Annotated[str, StringConstraints(pattern=f"^{ACTOR}$")]


class Claims(_Closed):
    """The claims of an event, and no others."""

    iss: Annotated[str, StringConstraints(pattern=r"^https://", max_length=200)]
    aud: Annotated[str, StringConstraints(pattern=r"^https://", max_length=200)]
    iat: Times
    toe: Times
    jti: Uuid
    txn: (
        Annotated[str, StringConstraints(min_length=1, max_length=MAX_TXN_CHARS)]
        | SkipJsonSchema[None]
    ) = None
    act: Actor | SkipJsonSchema[None] = None
    """On every event signed with a key that the hub holds on its issuer's behalf, and no other."""
    sub_id: SubId
    events: Annotated[
        dict[
            Annotated[
                str,
                StringConstraints(pattern=rf"^{HUB_TYPES}/[a-z0-9-]{{1,60}}/v[1-9][0-9]?$"),
            ],
            dict[str, JsonValue],
        ],
        Field(min_length=1, max_length=1, json_schema_extra={"additionalProperties": False}),
    ]
