"""GET /subjects/{id}/timeline as nearly everybody asks it, as a bare ASGI endpoint.

In: a request that names a subject and a purpose, and no part of the timeline. Out: the desk's
recorded answer. Never here: a refusal of what was sent: whatever is not plainly well formed is left
to the route (subjects), which says what is wrong with it, or reads it in a way that this does not.

FastAPI's middleware, its search for a route and its reading of parameters take a quarter of what a
whole read does in the API's process.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from starlette.types import Receive, Scope, Send

from contracts.subject import LegalDemand, Purpose
from hub.api.access import Sent, replayed
from hub.api.answer import answered
from hub.api.measure import Measured
from hub.api.queries import TimelineQuery
from hub.clock import seconds
from hub.disclosure.ask import Ask
from hub.ids import as_uuid

if TYPE_CHECKING:
    from hub.api.parts import Hub

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_PATH: Final = re.compile(f"/subjects/({_UUID})/timeline")
_PURPOSES: Final[Mapping[str, Purpose]] = {name: name for name in get_args(Purpose)}
_DEMANDS: Final[Mapping[str, LegalDemand]] = {name: name for name in get_args(LegalDemand)}
_WHOLE: Final = TimelineQuery()
_SIGNED: Final = frozenset({"authorization", "dpop"})
_READ: Final = _SIGNED | {"hub-user", "hub-purpose", "hub-legal-demand", "hub-emergency"}


class _Route:
    """As what it is counted and timed: as the route that takes all other such requests."""

    path = "/subjects/{subject}/timeline"


@dataclass(frozen=True, slots=True)
class Plain:
    """A request that is plainly well formed, before anybody is let in."""

    subject: str
    purpose: Purpose
    demand: LegalDemand
    sent: Sent


class PlainTimeline:
    """The endpoint. Holds the hub's parts; keeps nothing between requests."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._measured = Measured(self._answer)

    async def takes(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request, if it is a plain one; return whether it was."""
        asked = plain_of(scope, self._hub.settings.public_url)
        if asked is None:
            return False
        await self._measured({**scope, "route": _Route, "asked": asked}, receive, send)
        return True

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub, asked = self._hub, scope["asked"]
        caller, proof = hub.access.read(asked.sent, seconds(hub.clock), hub.directory.now.agencies)
        if not await hub.once.first_time(proof.kind, proof.key, proof.expires_at):
            raise replayed()
        caller.require("read")
        ask = Ask(
            partner=caller.agency,
            user=caller.user,
            purpose=asked.purpose,
            channel="timeline",
            subject=as_uuid(asked.subject),
            legal_demand=asked.demand,
            limit=_WHOLE.limit,
        )
        response = answered(await hub.desk.timeline(ask), released=200, refused=404)
        await response(scope, receive, send)


def plain_of(scope: Scope, public_url: str) -> Plain | None:
    """Return what a request asks, where there is one way to read it."""
    named = _PATH.fullmatch(scope["path"])
    if named is None or scope["query_string"] or scope.get("root_path"):
        return None
    read = [(n, v) for k, v in scope["headers"] if (n := k.decode("latin-1")) in _READ]
    headers = {name: value.decode("latin-1") for name, value in read}
    purpose = _PURPOSES.get(headers.get("hub-purpose", ""))
    demand = _DEMANDS.get(headers.get("hub-legal-demand", "none"))
    if (
        purpose is None
        or demand is None
        or len(headers) < len(read)
        or "hub-emergency" in headers
        or not headers.keys() >= _SIGNED
    ):
        return None
    sent = Sent(
        "GET",
        public_url + scope["path"],
        [headers["authorization"]],
        [headers["dpop"]],
        headers.get("hub-user"),
    )
    return Plain(named[1], purpose, demand, sent)
