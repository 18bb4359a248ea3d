"""A person asked for their own data: what the agency that was asked may give them.

In: an Ask from that agency's named officer. Out: what was found, judged for the person; the body.
Never here: a release (the desk), or another holder's record before a person there said yes.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from contracts.base import Category
from contracts.labels import mask
from hub.clock import london_day
from hub.disclosure.ask import Ask
from hub.disclosure.look import Found, Looker
from hub.disclosure.opening import Form, Missing
from hub.disclosure.person import Given, given, persons_law
from hub.disclosure.render import Renderer
from hub.disclosure.weigh import Scales
from hub.rulebook import Rulebook


class Bundles:
    """Looks as the agency, then judges each item again as for the person."""

    def __init__(self, looker: Looker, rulebook: Rulebook) -> None:
        law = persons_law(rulebook)
        self._looker = looker
        self._scales = Scales(law)
        self._renderer = Renderer(law)

    async def look(self, ask: Ask) -> Found:
        """Return what of a page may be mentioned to the officer, item by item."""
        while True:
            found = await self._looker.look(ask)
            on = london_day(found.at)
            judged = (given(w, ask.partner, self._scales, on) for w in found.shown)
            weighed = tuple(one for one in judged if one.shown)
            if weighed or found.more is None:
                return replace(found, weighed=weighed, pattern=None, wishes=())
            # A page of which nothing may be given is not the end: what comes after may be.
            ask = replace(ask, after=found.more.cursor)

    def body(self, ask: Ask, found: Found, cursor: str | None, form: Form) -> dict[str, Any]:
        """Return the body of the answer."""
        items = [self._item(w, form) for w in found.weighed if isinstance(w, Given)]
        return {
            "subject": str(ask.subject),
            "purpose": ask.purpose,
            "items": items,
            "next": cursor,
        }

    def _item(self, one: Given, form: Form) -> Mapping[str, Any]:
        why = {str(category): asdict(exemption) for category, exemption in one.exempt.items()}
        said = self._renderer.item(one, form)
        missing = Missing(one.candidate.position, mask(one.may), one.cleared, why)
        return {
            **said,
            "withheld": [c for c in Category if c in one.exempt],
            "exempt": form.hole(missing),
        }
