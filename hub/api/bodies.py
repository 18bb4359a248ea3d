"""The bodies that requests bring, closed: a member that is not listed is refused.

In: contracts. Out: pydantic models. Never here: behaviour, an answer's shape (schemas).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from contracts.base import Code, Day, Line, Slug, Uuid
from contracts.subject import LegalDemand, Purpose, UserId


class Closed(BaseModel):
    """A request body: unknown members are refused, and so is a value of another type.

    Numbers and truth values are strict: read kindly, `"emergency": "no"` and `0` would be an
    answer where the document says there is none.
    """

    model_config = ConfigDict(extra="forbid")


class PollRequest(Closed):
    """Source: RFC 8936 section 2.2."""

    maxEvents: Annotated[StrictInt, Field(ge=0, le=1000)] = 100  # noqa: N815 - the RFC's name
    returnImmediately: StrictBool = True  # noqa: N815 - the RFC's name
    ack: Annotated[list[Uuid], Field(max_length=1000)] = []
    setErrs: dict[Uuid, dict[str, str]] = {}  # noqa: N815 - the RFC's name


class NamedBy(Closed):
    """An identifier of a subject. The kinds are those of `sub_id`."""

    kind: Literal[
        "nhs_number", "cqc_location", "cqc_provider", "nmc_pin", "gmc_number", "swe_number",
        "hcpc_number", "agency_ref",
    ]  # fmt: skip
    value: Annotated[str, Field(min_length=1, max_length=128)]


class Demographics(Closed):
    """What is known of a person without an identifier. At least a name and a birth date."""

    family_name: Line | None = None
    given_name: Line | None = None
    birth_date: Day | None = None
    postcode: Annotated[str | None, Field(max_length=10)] = None


class FindRequest(Closed):
    """Whom the caller looks for, and why."""

    purpose: Purpose
    legal_demand: LegalDemand = "none"
    emergency: StrictBool = False
    identifiers: Annotated[list[NamedBy], Field(max_length=8)] = []
    demographics: Demographics | None = None


class BreakGlassRequest(Closed):
    """Why this cannot wait for whoever would have to be asked, and which officer says so."""

    officer: UserId
    """The same as `Hub-User`."""
    minutes: Annotated[StrictInt, Field(ge=1, le=240)]
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


class ReviewRequest(Closed):
    """What an information-governance officer found on looking again."""

    verdict: Literal["upheld", "overturned", "upheld_with_learning"]
    note: Annotated[str | None, Field(min_length=1, max_length=2000)] = None


class CourtOrderRequest(Closed):
    """An order of a court that an officer of the hub has seen. The order itself stays with them."""

    partner: Slug
    """The agency that the court gave something."""
    covers: Literal["records", "records_and_who_spoke_up", "nothing"]
    court: Line
    reference: Code
    made_on: Day


class WrongItem(Closed):
    """An item that was filed under somebody it is not about: who posted it, and its jti."""

    agency: Slug
    jti: Uuid


class SeparationRequest(Closed):
    """What is not this subject's, though the hub took two people for one."""

    approved_by: UserId
    """The second officer; the first is the one whom `Hub-User` names."""
    reason: Literal["shared_identifier", "mistaken_identity", "wrong_alias"]
    items: Annotated[list[WrongItem], Field(max_length=500)] = []
    identifiers: Annotated[list[NamedBy], Field(max_length=8)] = []


class DisclosureRequest(Closed):
    """A stated request: who is asked about, under what claim, and why it is needed."""

    id: Uuid
    purpose: Purpose
    subject: Uuid
    legal_demand: LegalDemand = "none"
    case: Code | None = None
    necessary: StrictBool = False
    emergency: StrictBool = False
    offence_stated: StrictBool = False
    aggregate: StrictBool = False
    for_publication: StrictBool = False
    after: Annotated[str | None, Field(max_length=200)] = None
    """The `next` of the answer before, to go on where it ended; under a new id."""
    break_glass: BreakGlassRequest | None = None
    """Only in an emergency, and only from agencies that answer for emergencies."""
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


class AdviceRequest(Closed):
    """What is known so far, by the names and closed values of the rulebook's vocabulary."""

    facts: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")],
            Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")],
        ],
        Field(max_length=200),
    ]
