"""Writes the body of an answer: what is shown, why, and what was withheld where that may be said.

In: weighed items. Out: JSON-ready values, in one fixed order of members, with holes for the vault.
Never here: a decision, a payload, I/O, a reason that only IG may read.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from contracts.labels import mask, ordered
from hub.clock import utc_text
from hub.disclosure.ask import Ask
from hub.disclosure.opening import Fields, Form
from hub.disclosure.purposes import REVIEW
from hub.disclosure.suppress import rounded
from hub.disclosure.weigh import Weighed
from hub.rulebook import Decision, Rulebook, explain
from hub.views.read_patterns import SettingPattern

ROUNDED = "suppress_small_numbers"
"""The obligation that this room carries out itself."""
NOTHING: Mapping[str, Any] = {
    "type": "about:blank",
    "title": "There is no such record, or none that you may know of",
    "status": 404,
}
"""The one answer for a subject that is unknown and for one that is hidden: byte for byte."""


ERASED: Mapping[str, Any] = {
    "type": "about:blank",
    "title": "The record was erased",
    "status": 410,
}
"""The answer about an erased person, to whoever would have been shown something."""


class Renderer:
    """Renders answers under one rulebook. Explanations are kept: few distinct ones are asked."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._because = lru_cache(maxsize=10_000)(self._explain)
        self._decisions: dict[str, Decision] = {}

    def item(self, weighed: Weighed, form: Form) -> dict[str, Any]:
        """Return one item of an answer, with a hole in `form` for its fields."""
        candidate = weighed.candidate
        nameable = weighed.nameable()
        return {
            "position": candidate.position,
            "jti": candidate.jti,
            "type": candidate.type_uri,
            "posted_by": candidate.posted_by,
            "occurred": utc_text(candidate.occurred_at),
            "recorded": utc_text(candidate.recorded_at_ms // 1000),
            "status": _status(weighed),
            "fields": form.hole(hole_of(weighed)),
            "shown": ordered(weighed.shown),
            "withheld": ordered(nameable),
            "because": self.because(weighed.decision),
            "obligations": list(weighed.decision.obligations),
        }

    def timeline(
        self,
        ask: Ask,
        items: Sequence[Mapping[str, Any]],
        *,
        cursor: str | None,
        pattern: Mapping[str, Any] | None,
        wishes: str | None = None,
    ) -> dict[str, Any]:
        """Return the body of a page: what the person wants stands before what is said of them."""
        return {
            "subject": str(ask.subject),
            "purpose": ask.purpose,
            "wishes": wishes,
            "items": list(items),
            "next": cursor,
            "setting_risk": pattern,
        }

    def pattern(self, pattern: SettingPattern, decision: Decision) -> dict[str, Any]:
        """Return a care setting's pattern: counts, alarms, and why it is shown.

        Shown as statistics alone (to a Safeguarding Adults Board), counts are rounded as the
        published collections are: a small number can point to one person.
        """
        shown = rounded if ROUNDED in decision.obligations else _exact
        return {
            "setting": pattern.setting,
            "counts": [
                {
                    "month": count.month.isoformat()[:7],
                    "type": count.type_uri,
                    "count": shown(count.count),
                    "posters": count.posters,
                }
                for count in pattern.counts
            ],
            "alarms": [
                {
                    "rule": alarm.rule,
                    "because": alarm.because,
                    "raised_on": alarm.raised_on.isoformat(),
                    "window_days": alarm.window_days,
                    "count": shown(alarm.count),
                    "posters": alarm.posters,
                }
                for alarm in pattern.alarms
            ],
            "because": self.because(decision),
        }

    def refusal(
        self, purpose: str, decision: Decision | None, request_id: UUID | None
    ) -> dict[str, Any]:
        """Return the body of a refusal as the asker may read it.

        The decision here rests on the asker and the request alone, so a hidden subject and an
        unknown one are refused in the same words.
        """
        said = () if decision is None else explain(decision, self._rulebook, audience="asker")
        return {
            "outcome": "refused",
            "request_id": None if request_id is None else str(request_id),
            "purpose": purpose,
            "reasons": [s.words for s in said if s.kind != "ask"],
            "what_would_change": [s.words for s in said if s.kind == "ask"],
            "review": REVIEW,
        }

    def because(self, decision: Decision) -> list[dict[str, Any]]:
        """Return the reasons for what is shown, with their citations."""
        self._decisions[decision.id] = decision
        if len(self._decisions) > 20_000:  # noqa: PLR2004 - twice what is kept explained
            self._decisions = {decision.id: decision}
        return self._because(decision.id)

    def _explain(self, decision_id: str) -> list[dict[str, Any]]:
        said = explain(self._decisions[decision_id], self._rulebook, audience="asker")
        return [
            {"rule": s.rule, "title": s.title, "cite": list(s.cite), "words": s.words}
            for s in said
            if s.kind in ("shown", "withheld", "refer") and s.rule is not None
        ]


def hole_of(weighed: Weighed) -> Fields:
    """Return the hole for the fields of an item that leave."""
    return Fields(weighed.candidate.position, mask(weighed.may), weighed.cleared)


def _exact(count: int) -> int:
    return count


def _status(weighed: Weighed) -> str:
    return weighed.decision.facts.get("item_status", "live")
