"""How a rulebook becomes law: proposed with its what-if, approved by two others, released.

In: a connection that may read, a text, who acts. Out: the hub's own statements, to be said at the
front door. Never here: a text that does not pass every check and proof, an approval of something
other than what was proposed, a release of what nobody else looked at.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from contracts.lawmaking import RulebookApproved, RulebookProposed, RulebookReleased
from hub.audit.history import Past, decided
from hub.clock import london_day
from hub.disclosure.interest import RULE
from hub.intake.agencies import HUB_SLUG
from hub.ledger.releases import releases
from hub.rulebook import Rulebook
from hub.rulebook.proofs import check
from hub.rulebook.releases import begins, read_release
from hub.rulebook.rule import canonical_json
from hub.rulebook.whatif import summary, whatif

APPROVERS = 2
_OF_REFUSALS = ("decisions", "differing", "gained", "to_a_person", "cannot_be_judged")
"""What is told of the items that nobody was shown: how many of them the draft would have opened."""


class LawmakingError(Exception):
    """This may not be proposed, approved or released. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer proposes. `assume` are facts to take as recorded where nobody did."""

    text: str
    board: str | None
    effective_from: date
    officer: str
    assume: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as the ledger has it, and what has become of it."""

    jti: str
    position: int
    said: Mapping[str, Any]
    approved_by: tuple[str, ...]
    released: bool

    def plain(self) -> dict[str, Any]:
        """Return it without its texts."""
        names = ("release", "sha256", "board", "effective_from", "proposed_by", "report_sha256")
        told = {name: self.said.get(name) for name in names}
        return {
            "proposal": self.jti,
            **told,
            "approved_by": list(self.approved_by),
            "released": self.released,
        }


def propose(
    connection: Connection[Any], draft: Draft, now_s: int, *, past: Past | None = None
) -> RulebookProposed:
    """Return a proposal, with what it would have changed of what was decided so far.

    Args:
        connection: one that may read.
        draft: what an officer proposes.
        now_s: the second it is.
        past: what was decided, where it was read before.

    Raises:
        RulebookError: the text does not load.
        LawmakingError: it fails a case, a condition or a proof, or names a day that has passed.
    """
    law = read_release(draft.text, draft.board)
    _check_day(draft.effective_from, now_s)
    _check_proved(draft, law)
    report = canonical_json(
        report_on(connection, law, draft.effective_from, now_s, assume=draft.assume, past=past)
    )
    return RulebookProposed(
        agency=HUB_SLUG,
        release=law.release,
        sha256=law.sha256,
        text_sha256=hashlib.sha256(draft.text.encode()).hexdigest(),
        board=draft.board,
        effective_from=draft.effective_from.isoformat(),
        proposed_by=draft.officer,
        canonical=draft.text,
        report=report,
        report_sha256=hashlib.sha256(report.encode()).hexdigest(),
    )


def report_on(
    connection: Connection[Any],
    law: Rulebook,
    day: date,
    now_s: int,
    *,
    assume: Mapping[str, str],
    every: bool = False,
    past: Past | None = None,
) -> dict[str, object]:
    """Return the what-if report of a draft over the ledger's history, as plain values.

    Args:
        connection: one that may read.
        law: what might replace the law that would be in force on the day.
        day: the London day both are asked on.
        now_s: the second it is.
        assume: facts to take as recorded where nobody recorded one; the report states them.
        every: evaluate every set of facts (the slow way, for comparison).
        past: what was decided, where it was read before.

    Raises:
        NotInForceError: there is no law in force to compare it with.
    """
    known = releases(connection)
    live = known.at(max(begins(day), now_s))
    past = decided(connection, known) if past is None else past
    released, refused = (
        summary(whatif(sets, live, law, day, assume=assume, every=every))
        for sets in (past.sets, past.refused)
    )
    return {
        **released,
        "refused": {name: refused[name] for name in _OF_REFUSALS},
        "on": day.isoformat(),
        "not_reproduced": past.not_reproduced,
    }


def approve(
    connection: Connection[Any], proposal: UUID, officer: str, report_sha256: str
) -> RulebookApproved:
    """Return an officer's approval of a proposal and of the report that came with it.

    Raises:
        LawmakingError: there is no such proposal, it is theirs, they approved it before, or the
            report they saw is another.
    """
    found = _proposal(connection, proposal)
    if officer == found.said["proposed_by"]:
        raise LawmakingError("nobody approves what they proposed")
    if officer in found.approved_by:
        raise LawmakingError("this officer has approved it before")
    if report_sha256 != found.said["report_sha256"]:
        raise LawmakingError("that is not the digest of the report that came with the proposal")
    return RulebookApproved(
        agency=HUB_SLUG,
        proposal=found.jti,
        text_sha256=found.said["text_sha256"],
        report_sha256=report_sha256,
        officer=officer,
    )


def release(connection: Connection[Any], proposal: UUID, now_s: int) -> RulebookReleased:
    """Return the release of a proposal that two others approved.

    Raises:
        RulebookError: this software cannot read the text.
        LawmakingError: it lacks approvals, its day has passed, it was released before, or the law
            it was compared with is no longer the one it would follow.
    """
    found = _proposal(connection, proposal)
    said = found.said
    if found.released:
        raise LawmakingError("it has been released")
    if len(found.approved_by) < APPROVERS:
        raise LawmakingError(f"{len(found.approved_by)} of {APPROVERS} officers have approved it")
    day = date.fromisoformat(said["effective_from"])
    _check_day(day, now_s)
    live = releases(connection).at(max(begins(day), now_s))
    if json.loads(said["report"])["live"] != live.sha256:
        raise LawmakingError("another law would be in force by then: propose it again")
    law = read_release(said["canonical"], said.get("board"))
    if law.sha256 != said["sha256"]:
        raise LawmakingError("the text no longer means what was proposed: propose it again")
    text = {name: said.get(name) for name in ("release", "sha256", "text_sha256", "board")}
    return RulebookReleased.model_validate(
        {
            "agency": HUB_SLUG,
            **text,
            "effective_from": said["effective_from"],
            "proposed_by": said["proposed_by"],
            "canonical": said["canonical"],
            "proposal": found.jti,
            "report_sha256": said["report_sha256"],
            "approved_by": found.approved_by,
        }
    )


def proposals(connection: Connection[Any]) -> list[Proposal]:
    """Return every proposal there was, oldest first."""
    rows = connection.execute(
        "SELECT p.jti::text, p.position, p.routing,"
        " ARRAY(SELECT a.routing->>'officer' FROM ledger.header a WHERE a.kind = 'policy'"
        "  AND a.type = %s AND a.routing->>'proposal' = p.jti::text"
        "  AND a.routing->>'report_sha256' = p.routing->>'report_sha256' ORDER BY a.position),"
        " EXISTS (SELECT FROM ledger.header r WHERE r.kind = 'policy' AND r.type = %s"
        "  AND r.routing->>'proposal' = p.jti::text)"
        " FROM ledger.header p WHERE p.kind = 'policy' AND p.type = %s ORDER BY p.position",
        [RulebookApproved.TYPE, RulebookReleased.TYPE, RulebookProposed.TYPE],
    ).fetchall()
    return [
        Proposal(
            jti=jti,
            position=position,
            said=said,
            approved_by=tuple(dict.fromkeys(officers)),
            released=done,
        )
        for jti, position, said, officers, done in rows
    ]


def _proposal(connection: Connection[Any], jti: UUID) -> Proposal:
    found = next((p for p in proposals(connection) if p.jti == str(jti)), None)
    if found is None:
        raise LawmakingError("there is no such proposal")
    return found


def _check_day(day: date, now_s: int) -> None:
    if day < london_day(now_s):
        raise LawmakingError("law is never made for a day that has passed")


def _check_proved(draft: Draft, law: Rulebook) -> None:
    if RULE not in law.by_id:
        raise LawmakingError(f"it lacks `{RULE}`, which the desk names when it bars an officer")
    base = law if draft.board is None else read_release(draft.text)
    found = check(base, {} if draft.board is None else {draft.board: law})
    if not found.ok:
        broken = [name for name, held in found.proofs.items() if not held]
        faults = [*found.wrong, *found.unpinned, *found.conflicts, *broken]
        raise LawmakingError("it does not hold: " + "; ".join(faults))
