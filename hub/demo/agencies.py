"""The agencies of the try-out: made-up ones for the story, roles for a published review.

In: nothing, or the bodies that a chronology names. Out: register entries.
Never here: a key (launch makes one for each), or a real body's name on a made-up deed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.governance import ApiScope
from contracts.subject import AGENCY_KINDS, AgencyKind
from hub.demo.chronology import Kind

PREVENT_SPECIFIED = frozenset({"council", "police", "nhs_trust", "children_services", "probation"})
"""Source: Counter-Terrorism and Security Act 2015 Sch 6; the seeds say so of CQC and GPs."""
NOT_PUBLIC = frozenset({"provider", "other", "advocate"})
WORDS: dict[str, str] = {
    "council": "council",
    "police": "police",
    "cqc": "care regulator (CQC)",
    "nhs_trust": "NHS hospital",
    "gp": "GP practice",
    "provider": "provider",
    "commissioner": "commissioner",
    "professional_regulator": "professional regulator",
    "sab": "safeguarding board",
    "safeguarding_lead": "safeguarding lead",
    "children_services": "children's services",
    "advocate": "advocate",
    "dbs": "barring service",
    "probation": "probation",
    "coroner": "coroner",
    "home_office": "Home Office",
    "other": "other body",
}
ONE_BODY = frozenset({"cqc", "sab"})
"""Kinds that are one body here, whatever its name was then: the regulator has predecessors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One entry of the hub's register, as the try-out asks for it."""

    slug: str
    name: str
    kind: AgencyKind
    scopes: tuple[ApiScope, ...] = ("events", "read")

    @property
    def prevent_specified(self) -> bool:
        """Whether the Prevent duty names bodies of this kind."""
        return self.kind in PREVENT_SPECIFIED

    @property
    def public_authority(self) -> bool:
        """Whether bodies of this kind are public authorities."""
        return self.kind not in NOT_PUBLIC


IG = Agency(
    slug="ig-office",
    name="Northshire partnership, information governance",
    kind="other",
    scopes=("read", "ig"),
)
CAST: tuple[Agency, ...] = (
    Agency(slug="council", name="Northshire Council", kind="council"),
    Agency(slug="police", name="Northshire Police", kind="police"),
    Agency(slug="cqc", name="Care regulator (CQC)", kind="cqc"),
    Agency(slug="nhs-trust", name="Northshire Hospitals Trust", kind="nhs_trust"),
    Agency(slug="gp", name="Elm Road Surgery", kind="gp"),
    Agency(slug="provider", name="Larch House (care home)", kind="provider"),
    Agency(slug="commissioner", name="Northshire care commissioner", kind="commissioner"),
    Agency(slug="nurse-regulator", name="Nursing regulator", kind="professional_regulator"),
    Agency(slug="sab", name="Northshire Safeguarding Adults Board", kind="sab"),
    Agency(
        slug="safeguarding-lead", name="Community health, safeguarding", kind="safeguarding_lead"
    ),
    Agency(
        slug="childrens-services", name="Northshire Children's Services", kind="children_services"
    ),
)
"""Those who act in the story. No such county, trust or home exists."""


def kind_of(word: Kind) -> AgencyKind:
    """Return the hub's word for a chronology's kind of agency."""
    known: dict[str, AgencyKind] = {kind: kind for kind in AGENCY_KINDS}
    return "children_services" if word == "childrens-services" else known[word.replace("-", "_")]


def body(word: Kind, org: str) -> tuple[Kind, str]:
    """Return what tells one agency of a chronology from another."""
    return (word, "" if word in ONE_BODY else org)


def review_agencies(bodies: Iterable[tuple[Kind, str]]) -> dict[tuple[Kind, str], Agency]:
    """Return an agency for each body, named by its role: `review-council`, `review-council-2`."""
    agencies: dict[tuple[Kind, str], Agency] = {}
    for word, org in bodies:
        place = body(word, org)
        if place in agencies:
            continue
        kind = kind_of(word)
        number = 1 + sum(other.kind == kind for other in agencies.values())
        suffix, ordinal = ("", "") if number == 1 else (f"-{number}", f" {number}")
        agencies[place] = Agency(
            slug=f"review-{word}{suffix}", name=f"Review: {WORDS[kind]}{ordinal}", kind=kind
        )
    return agencies
