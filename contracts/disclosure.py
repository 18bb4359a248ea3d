"""What left the hub, what was refused, and what an agency says it did with what it was shown.

In: contracts.base, subject.
Out: the hub's register entries (DisclosureMade, DisclosureRefused) and the agencies' own records of
    asking, deciding and opening.
Never here: content. A register entry holds ids and closed values only: it outlives erasure.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from contracts.base import (
    Category,
    Code,
    Day,
    Digest,
    Digest64,
    Fact,
    Part,
    Position,
    Ref,
    Slug,
    Text,
    Uuid,
    type_uri,
)
from contracts.marks import EXISTENCE, OUTCOME, ROUTED, free, of_poster, relations
from contracts.subject import Agencies, LegalDemand, Purpose, SubjectEvent, SubjectHead, UserId

Channel: TypeAlias = Literal[
    "timeline",
    "find",
    "disclosure",
    "poll",
    "stream",
    "subject_disclosures",
    "register",
    "receipt",
    "review",
    "known",
    "bundle",
    "dashboard",
    "order",
    "separation",
    "oversight",
    "export",
]
ReasonCode: TypeAlias = Literal[
    "no_gateway",
    "bar",
    "disproportionate",
    "consent_refused_no_override",
    "recipient_not_verified",
    "held_elsewhere",
    "nothing_to_show",
    "person_must_decide",
    "purpose_not_open",
    "own_conflict",
    "break_glass_refused",
    "erased",
]
DEMANDS = frozenset({"ftp_article25", "police_request", "cqc_s64"})
"""The demands that an agency makes by asking."""
Refs: TypeAlias = Annotated[tuple[Ref, ...], Field(max_length=80)]
Categories: TypeAlias = Annotated[tuple[Category, ...], Field(max_length=10)]


class DisclosedItem(Part):
    """One item of an answer: which categories were shown, which were not, and by which rules."""

    position: Annotated[Position, ROUTED]
    categories: Annotated[Categories, ROUTED]
    withheld: Annotated[Categories, ROUTED] = ()
    decision: Annotated[Digest, ROUTED]
    rules: Annotated[Refs, ROUTED] = ()
    exempt: Annotated[Refs, ROUTED] = ()
    """In a bundle for the person: each category left out, with the exemption it was left out by."""


class RegisterEntry(SubjectHead):
    """What the register keeps of every answer, given or refused."""

    FAMILY = "disclosure"
    HUB_ONLY = True

    partner: Annotated[Slug, ROUTED]
    user: Annotated[UserId | None, ROUTED] = None
    subject: Annotated[Uuid | None, ROUTED] = None
    """Whom was asked about, by the id the asker gave: it may be nobody's."""
    purpose: Annotated[Purpose, ROUTED]
    legal_demand: Annotated[LegalDemand, ROUTED] = "none"
    channel: Annotated[Channel, ROUTED]
    reason: Annotated[Code | None, ROUTED] = None
    """Why the officer asked now, where a page asked them: a word of a closed list."""
    request_id: Annotated[Uuid | None, ROUTED] = None
    rulebook: Annotated[Digest, ROUTED]
    fact_position: Annotated[Position, ROUTED]
    """The last position whose facts the decision rests on."""
    body_digest: Annotated[Digest64, ROUTED]


class DisclosureMade(RegisterEntry):
    """The hub is about to release an answer; recorded before the bytes leave."""

    TYPE = type_uri("disclosure-made")

    items: Annotated[tuple[DisclosedItem, ...], Field(max_length=1000), ROUTED] = ()
    obligations: Annotated[Refs, ROUTED] = ()
    break_glass: Annotated[Uuid | None, ROUTED] = None
    """The jti of the BreakGlass event, where an officer opened what would have been withheld."""
    completed_by: Annotated[Position | None, ROUTED] = None
    """When the full record of a break-glass is due, in seconds."""
    refer_to: Annotated[Agencies, ROUTED] = ()
    """Beside a bundle: other holders, where a person among them has to decide on their part."""
    decide_by: Annotated[Position | None, ROUTED] = None
    """When they are to have decided, in seconds."""


class DisclosureRefused(RegisterEntry):
    """The hub is about to answer no."""

    TYPE = type_uri("disclosure-refused")

    reason_code: Annotated[ReasonCode, ROUTED]
    rules: Annotated[Refs, ROUTED] = ()
    would_change: Annotated[Refs, ROUTED] = ()
    refer_to: Annotated[Agencies, ROUTED] = ()
    """The holders, and who leads the case, where a person among them has to decide."""
    decide_by: Annotated[Position | None, ROUTED] = None
    """When they are to have decided, in seconds."""


class RecipientAcknowledged(SubjectHead):
    """A partner says, over its own signature, that it holds this disclosure."""

    TYPE = type_uri("recipient-acknowledged")
    FAMILY = "disclosure"

    dis: Annotated[Uuid, ROUTED]
    pseq: Annotated[Position, ROUTED]
    bd: Annotated[Digest64, ROUTED]


class DisclosureRequested(SubjectEvent):
    """An agency asked for information, at the hub or away from it.

    On record, it is what the hub holds a demand against: to cite a power is not to have used it.
    A board's demand is an S45Request, which states the function; an order of a court, the hub's.
    """

    TYPE = type_uri("disclosure-requested")
    FAMILY = "disclosure"

    of: Annotated[Slug | None, ROUTED] = None
    purpose: Annotated[Purpose, EXISTENCE]
    legal_demand: Annotated[LegalDemand, EXISTENCE] = "none"
    under: Annotated[
        Literal["care_act_s7", "child_review", "coroner_notice", "domestic_abuse_review"] | None,
        EXISTENCE,
    ] = None
    """A request that the law knows, and that needs no citing to each holder."""
    respond_by: Annotated[Day | None, ROUTED] = None
    asked_for: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the demand, of the agency it was made to or of all, and the request."""
        yield from super().facts()
        if self.legal_demand in DEMANDS:
            yield from of_poster("demand_on_record", self.legal_demand, whose=self.of)
        yield from of_poster("lawful_request", self.under)

    def addressees(self) -> tuple[str, ...]:
        """Return the agency asked, if named, and any other asked to act."""
        return (*(() if self.of is None else (self.of,)), *self.addressed_to)


class DisclosureDecided(SubjectEvent):
    """An agency's own decision to share or not, with the grounds it weighed.

    With a `partner` it answers the hub's rules that ask for a person: what the poster posted about
    this subject, towards that partner, and nobody else's record.
    """

    TYPE = type_uri("disclosure-decided")
    FAMILY = "disclosure"

    request: Annotated[Uuid | None, ROUTED] = None
    """The jti of the answer this is about, as a notice or a receipt names it, or of the request."""
    partner: Annotated[Slug | None, ROUTED] = None
    officer: Annotated[UserId | None, ROUTED] = None
    decision: Annotated[Literal["share", "share_in_part", "do_not_share"], OUTCOME]
    grounds: Annotated[Refs, EXISTENCE] = ()
    necessary_because: Annotated[Text | None, free(Category.CONCERN)] = None
    proportionate_because: Annotated[Text | None, free(Category.CONCERN)] = None
    adviser: Annotated[
        Literal["caldicott_guardian", "data_protection_officer", "safeguarding_lead", "lawyer"]
        | None,
        EXISTENCE,
    ] = None
    review_on: Annotated[Day | None, ROUTED] = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        """Refuse a decision for the hub that nobody made or that says no reason.

        Source: UK GDPR art 5(2); the record of a decision, share and not-share alike.
        """
        if self.partner is None:
            return self
        if self.officer is None or not self.grounds:
            raise ValueError("a decision towards a partner names its officer and its grounds")
        reasons = (self.necessary_because, self.proportionate_because)
        if self.decision == "share" and None in reasons:
            raise ValueError("sharing says why it is necessary and why it is proportionate")
        return self

    def facts(self) -> Iterator[Fact]:
        """Yield what was decided towards the partner.

        The hub cannot tell a part from the whole: whoever shares in part does so directly, and
        the hub releases nothing by it.
        """
        yield from super().facts()
        if self.partner is not None:
            said = "share" if self.decision == "share" else "do_not_share"
            yield from relations("person_decided", said, (self.partner,))


class SharedDirectly(SubjectEvent):
    """An agency told others itself, not through the hub, and puts that on record."""

    TYPE = type_uri("shared-directly")
    FAMILY = "disclosure"

    to: Annotated[Agencies, ROUTED] = ()
    to_others: Annotated[Text | None, free(Category.THIRD_PARTY)] = None
    purpose: Annotated[Purpose | None, EXISTENCE] = None
    what: Annotated[Text | None, free(Category.CONCERN)] = None


class DisclosureOpened(SubjectHead):
    """A person at the partner opened what was delivered; delivered is not opened."""

    TYPE = type_uri("disclosure-opened")
    FAMILY = "disclosure"

    dis: Annotated[Uuid, ROUTED]
    user: Annotated[UserId | None, ROUTED] = None


class Escalated(SubjectEvent):
    """An agency disputes a refusal or a silence, and takes it higher."""

    TYPE = type_uri("escalated")
    FAMILY = "disclosure"

    of: Annotated[Uuid | None, ROUTED] = None
    to: Annotated[Slug | None, ROUTED] = None
    because: Annotated[Text | None, free(Category.CONCERN)] = None
