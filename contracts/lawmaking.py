"""How the law of a hub changes: a rulebook proposed, approved by two others, and released.

In: contracts.base, governance.
Out: RulebookProposed, RulebookApproved, RulebookReleased.
Never here: what a rulebook means, or anything about a person. The whole text is public law, so it
may be kept outside the sealed payload: who only folds, and opens nothing, reads it there.
"""

import hashlib
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.base import Code, Day, Digest, Uuid, type_uri
from contracts.governance import AboutAgency, TwoOfficers
from contracts.marks import EXISTENCE, ROUTED


class RulebookText(AboutAgency):
    """What a proposal and a release both hold: a whole rulebook, from when, and for whom.

    `sha256` is of what the rules mean, as decisions name it; `text_sha256` of the text itself.
    """

    FAMILY = "governance"
    HUB_ONLY = True

    release: Annotated[Code, ROUTED]
    sha256: Annotated[Digest, ROUTED]
    text_sha256: Annotated[Digest, ROUTED]
    board: Annotated[Code | None, ROUTED] = None
    """The partnership whose own rules are laid over the law; they are part of the text."""
    effective_from: Annotated[Day, ROUTED]
    """The London day from whose beginning it counts, or from its release if that is later."""
    proposed_by: Annotated[Code, ROUTED]
    canonical: Annotated[str, Field(min_length=2), ROUTED]

    @model_validator(mode="after")
    def _text_is_its_own(self) -> Self:
        if hashlib.sha256(self.canonical.encode()).hexdigest() != self.text_sha256:
            raise ValueError("the digest is not that of the text")
        return self


class RulebookProposed(RulebookText):
    """An officer proposes a rulebook, with what it would have changed of what was decided."""

    TYPE = type_uri("rulebook-proposed")

    report: Annotated[str, Field(min_length=2), ROUTED]
    """The what-if report as canonical JSON: counts and rules, nobody's."""
    report_sha256: Annotated[Digest, ROUTED]

    @model_validator(mode="after")
    def _report_is_its_own(self) -> Self:
        if hashlib.sha256(self.report.encode()).hexdigest() != self.report_sha256:
            raise ValueError("the digest is not that of the report")
        return self


class RulebookApproved(AboutAgency):
    """An officer who did not propose it approves a rulebook, and says which report they saw."""

    TYPE = type_uri("rulebook-approved")
    FAMILY = "governance"
    HUB_ONLY = True

    proposal: Annotated[Uuid, ROUTED]
    """The jti of the proposal."""
    text_sha256: Annotated[Digest, ROUTED]
    report_sha256: Annotated[Digest, ROUTED]
    officer: Annotated[Code, ROUTED]


class RulebookReleased(RulebookText):
    """A rulebook comes into force; the whole of it is in the log, so any decision replays.

    The first of a hub has no proposal: there was no history to try it on.
    """

    TYPE = type_uri("rulebook-released")

    proposal: Annotated[Uuid | None, ROUTED] = None
    report_sha256: Annotated[Digest | None, ROUTED] = None
    """The what-if report that both approvers saw."""
    approved_by: Annotated[TwoOfficers, EXISTENCE]

    @model_validator(mode="after")
    def _others_approved(self) -> Self:
        if self.proposed_by in self.approved_by:
            raise ValueError("nobody approves what they proposed")
        if (self.proposal is None) is not (self.report_sha256 is None):
            raise ValueError("a proposal and the report on it come together")
        return self
