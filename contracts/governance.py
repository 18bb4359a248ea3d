"""Who may take part: agencies, their keys, and what officers override, review and declare.

In: contracts.base, subject.
Out: AgencyRegistered, KeyHeld, KeyRegistered, KeyRevoked, BreakGlass, OfficerReview,
    CourtOrderSeen, ConflictDeclared; Jwk.
Never here: anything about a person. The subject is an agency, except in BreakGlass and
OfficerReview, whose subject is the one whose items were opened, CourtOrderSeen and
    ConflictDeclared.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contracts.base import (
    Category,
    Code,
    Day,
    Digest64,
    Fact,
    Line,
    Part,
    Payload,
    Position,
    Ref,
    Scope,
    Slug,
    Text,
    Uuid,
    type_uri,
)
from contracts.marks import EXISTENCE, PROFESSIONAL, ROUTED, YesNo, relations
from contracts.subject import AgencyKind, Purpose, SubjectHead, UserId


def _distinct(officers: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(officers)) != len(officers):
        raise ValueError("one officer cannot approve twice")
    return officers


def _none_or_two(officers: tuple[str, ...]) -> tuple[str, ...]:
    if len(officers) == 1:
        raise ValueError("one officer alone cannot approve")
    return officers


TwoOfficers: TypeAlias = Annotated[
    tuple[Code, ...],
    Field(min_length=2, max_length=8, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
]
NoneOrTwoOfficers: TypeAlias = Annotated[
    tuple[Code, ...],
    Field(
        max_length=8,
        json_schema_extra={"uniqueItems": True, "anyOf": [{"maxItems": 0}, {"minItems": 2}]},
    ),
    AfterValidator(_distinct),
    AfterValidator(_none_or_two),
]
ApiScope: TypeAlias = Literal["events", "read", "ig"]
Coordinate: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Jwk(Part):
    """A public signing key (RFC 7517), with its algorithm pinned.

    The members are in RFC 7638 order, so that the thumbprint is a dump away.
    """

    crv: Annotated[Literal["Ed25519", "P-256"], ROUTED]
    kty: Annotated[Literal["OKP", "EC"], ROUTED]
    x: Annotated[Coordinate, ROUTED]
    y: Annotated[Coordinate | None, ROUTED] = None
    alg: Annotated[Literal["Ed25519", "ES256"], ROUTED]
    use: Annotated[Literal["sig"], ROUTED] = "sig"

    @model_validator(mode="after")
    def _one_kind_of_key(self) -> Self:
        kind = (self.kty, self.crv, self.alg, self.y is not None)
        if kind not in {("OKP", "Ed25519", "Ed25519", False), ("EC", "P-256", "ES256", True)}:
            raise ValueError("the key's type, curve, algorithm and members do not fit together")
        return self

    def thumbprint(self) -> str:
        """Return the key's id: base64url of the SHA-256 of its required members.

        Source: RFC 7638 section 3, RFC 8037 section 2.
        """
        members = self.model_dump(include={"crv", "kty", "x", "y"}, exclude_none=True)
        body = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
        return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


class AboutAgency(Payload):
    """What every statement about an agency says; the subject is `urn:hub:agency:<slug>`."""

    about: Annotated[Literal["agency"], ROUTED] = "agency"
    agency: Annotated[Slug, ROUTED]

    def facts(self) -> Iterator[Fact]:
        """Yield the kind of subject."""
        yield Fact(scope=Scope.SUBJECT, name="subject_kind", value=self.about)


class AgencyRegistered(AboutAgency):
    """An agency may take part, or its entry changed; two hub officers approved it."""

    TYPE = type_uri("agency-registered")
    FAMILY = "governance"
    HUB_ONLY = True

    name: Annotated[Line, ROUTED]
    kind: Annotated[AgencyKind, ROUTED]
    prevent_specified: Annotated[YesNo, ROUTED]
    """Whether it is a specified authority under Sch 6 of the Counter-Terrorism Act 2015."""
    public_authority: Annotated[YesNo, ROUTED]
    scopes: Annotated[
        tuple[ApiScope, ...], Field(max_length=3, json_schema_extra={"uniqueItems": True}), ROUTED
    ]
    approved_by: Annotated[TwoOfficers, EXISTENCE]

    def facts(self) -> Iterator[Fact]:
        """Yield what the register says of the agency, as one that receives and one that sends."""
        yield from super().facts()
        entry = (
            (Scope.RECIPIENT, "recipient_kind", self.kind),
            (Scope.RECIPIENT, "recipient_prevent_specified", self.prevent_specified),
            (Scope.SENDER, "sender_kind", self.kind),
            (Scope.SENDER, "sender_public_authority", self.public_authority),
        )
        for scope, name, value in entry:
            yield Fact(scope=scope, name=name, value=value, agency=self.agency)


class KeyHeld(AboutAgency):
    """The hub draws and keeps this key for an agency without a system: it signs on its behalf.

    It is said before the key is registered, and never afterwards: who holds a key does not change.
    """

    TYPE = type_uri("key-held")
    FAMILY = "governance"
    HUB_ONLY = True

    kid: Annotated[Digest64, ROUTED]
    asked_by: Annotated[UserId, EXISTENCE]
    """The agency's administrator who asked for it, as an opaque id."""


class KeyRegistered(AboutAgency):
    """An agency's signing key: by the agency under a current key, or by the hub with two officers.

    Which of the two it was is the envelope's `iss`; the keyring checks it.
    """

    TYPE = type_uri("key-registered")
    FAMILY = "governance"

    kid: Annotated[Digest64, ROUTED]
    jwk: Annotated[Jwk, ROUTED]
    nbf: Annotated[Position, ROUTED]
    exp: Annotated[Position, ROUTED]
    approved_by: Annotated[NoneOrTwoOfficers, EXISTENCE] = ()

    @model_validator(mode="after")
    def _kid_is_the_keys_own(self) -> Self:
        if self.kid != self.jwk.thumbprint():
            raise ValueError("the key id is not the key's thumbprint")
        if self.nbf >= self.exp:
            raise ValueError("the key ends before it begins")
        return self


class KeyRevoked(AboutAgency):
    """A key is no longer to be accepted."""

    TYPE = type_uri("key-revoked")
    FAMILY = "governance"

    kid: Annotated[Digest64, ROUTED]
    reason: Annotated[Literal["rotated", "retired", "lost", "compromised"], ROUTED]
    compromised_since: Annotated[Position | None, ROUTED] = None


class BreakGlass(SubjectHead):
    """A named officer opened what a bar withheld, for a while, and said why."""

    TYPE = type_uri("break-glass")
    FAMILY = "governance"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    partner: Annotated[Slug, ROUTED]
    purpose: Annotated[Purpose, ROUTED]
    items: Annotated[tuple[Position, ...], Field(max_length=1000), ROUTED]
    categories: Annotated[tuple[Category, ...], Field(max_length=10), ROUTED]
    bars: Annotated[tuple[Ref, ...], Field(max_length=40), ROUTED]
    minutes: Annotated[int, Field(ge=1, le=240), ROUTED]
    dis: Annotated[Uuid, ROUTED]
    """The jti of the answer that was given."""
    completed_by: Annotated[Position, ROUTED]
    """When the full record is due, in seconds."""
    reason: Annotated[Text, PROFESSIONAL]


class OfficerReview(SubjectHead):
    """An officer looked again at a disclosure, a refusal or a break-glass."""

    TYPE = type_uri("officer-review")
    FAMILY = "governance"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    of: Annotated[Uuid, ROUTED]
    """The jti of what was reviewed."""
    verdict: Annotated[Literal["upheld", "overturned", "upheld_with_learning"], ROUTED]
    note: Annotated[Text | None, PROFESSIONAL] = None


class CourtOrderSeen(SubjectHead):
    """An officer of the hub has seen an order of a court: what it lets one agency have.

    No agency's word on it counts. `nothing` ends what an earlier order gave.
    """

    TYPE = type_uri("court-order-seen")
    FAMILY = "governance"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    partner: Annotated[Slug, ROUTED]
    covers: Annotated[Literal["records", "records_and_who_spoke_up", "nothing"], ROUTED]
    court: Annotated[Line, PROFESSIONAL]
    reference: Annotated[Code, PROFESSIONAL]
    made_on: Annotated[Day, PROFESSIONAL]

    def facts(self) -> Iterator[Fact]:
        """Yield what the order lets the agency have."""
        yield from super().facts()
        yield from relations("court_order_covers", self.covers, (self.partner,))


class ConflictDeclared(SubjectHead):
    """A named officer has an interest of their own in a subject, or no longer has.

    The officer is shown nothing of the subject; their agency goes on being served through others.
    """

    TYPE = type_uri("conflict-declared")
    FAMILY = "governance"

    agency: Annotated[Slug, ROUTED]
    officer: Annotated[UserId, PROFESSIONAL]
    kind: Annotated[Literal["is_the_subject", "kin", "works_for", "other"], PROFESSIONAL]
    stands: Annotated[YesNo, EXISTENCE] = "yes"

    def facts(self) -> Iterator[Fact]:
        """Yield the interest, or its end, as one officer's at one agency."""
        yield from super().facts()
        yield Fact(
            scope=Scope.RELATION,
            name="officer_declared",
            value="declared" if self.stands == "yes" else "withdrawn",
            agency=self.agency,
            whose=self.officer,
        )
