"""Asks one question of a case over HTTP, through the kit, and reads the answer in its names.

In: an Ask and the play's Names. Out: a Told, with what the register says of it.
Never here: an expectation; an answer whose receipt the kit has not verified.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.kit import HubClient, Notice
from adapters.kit.answers import JSON_KIND, RECEIPT
from adapters.kit.receipts import DisclosureReceipt
from adapters.kit.wire import Request
from tests.cases.case_file import Ask
from tests.cases.compare import Seen, Told
from tests.cases.names import Names
from tests.support.hub_process import IG, RunningHub
from tests.support.signed_in import new_id

_OFTEN = {"date": "", "hub-receipt": ""}
"""Headers that differ between any two answers."""


class UnrecordedError(AssertionError):
    """The register does not say what the asker's receipt says."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer that an agency holds a receipt of."""

    ask: str
    agency: str
    receipt: DisclosureReceipt


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom an ask is about, as the asker names it."""

    hub_id: str
    kind: str
    value: str


@dataclass(slots=True)
class Asking:
    """Asks the questions of one play."""

    hub: RunningHub
    names: Names
    receipts: list[Received] = field(default_factory=list)

    def told(self, ask: Ask) -> Told:
        """Return what an ask is told, and what is recorded of it.

        Raises:
            UnrecordedError: the register does not hold the answer that was received.
        """
        if ask.via == "poll" or not ask.by:
            self.hub.settle()  # notices come from the views, and an officer reads them
        if ask.via == "poll":
            return self._polled(ask)
        client = self.hub.client(self.names.cast[ask.by] if ask.by else IG)
        self.names.posts[ask.id] = request_id = new_id()
        response, receipt = _sent(client, _request(ask, self._whom(ask), request_id))
        if receipt is None and response.status_code == httpx.codes.FORBIDDEN:
            return Told(outcome="not_let_in", body=response.text)
        told = self._read(ask, response)
        twin: tuple[str, ...] = ()
        if ask.expect.hidden or "hidden" in ask.expect.model_fields_set:
            twin = self._differences(ask, client, response)
        return Told(
            outcome=told.outcome,
            body=told.body,
            items=told.items,
            because=told.because,
            obligations=told.obligations,
            entries=told.entries,
            pattern=told.pattern,
            differs_from_nobody=twin,
            recorded=self._recorded(ask, client, receipt),
        )

    def _whom(self, ask: Ask) -> Whom:
        kind, value = self.names.subjects[ask.about]
        return Whom(self.names.hub_ids.get(ask.about, new_id()), kind, value)

    def _differences(
        self, ask: Ask, client: HubClient, response: httpx.Response
    ) -> tuple[str, ...]:
        """Ask the same about a subject who is nobody's, and say how the answers differ."""
        nobody = Whom(new_id(), *self.names.identifier(self.names.case.subjects[ask.about]))
        other, _ = _sent(client, _request(ask, nobody, new_id()))
        one = _plain(response, self._whom(ask))
        two = _plain(other, nobody)
        return tuple(name for name in one if one[name] != two[name])

    def _polled(self, ask: Ask) -> Told:
        """Take the notices that wait for an agency, and keep those about the subject."""
        client = self.hub.client(self.names.cast[ask.by])
        subject = self.names.hub_ids.get(ask.about, "")
        told: list[Notice] = []
        done: list[str] = []
        while True:
            polled = client.poll(max_events=1000, ack=done)
            done = [notice.jti for notice in polled.notices]
            told += [n for n in polled.notices if n.subject.get("id") == subject]
            if not polled.more:
                break
        if done:
            client.poll(max_events=0, ack=done)
        return Told(
            outcome="released" if told else "nothing",
            body=json.dumps([n.body for n in told]),
            notices=frozenset(str(n.body["cause"]) for n in told),
        )

    def _read(self, ask: Ask, response: httpx.Response) -> Told:
        said = response.json()
        rows = said.get("entries") or said.get("disclosures") or ()
        items = said.get("items", ())
        something = response.is_success and said.get("subjects") != []
        refused = response.status_code == httpx.codes.FORBIDDEN
        return Told(
            outcome="released" if something else "refused" if refused else "nothing",
            body=response.text,
            items={self.names.post(i["jti"]): _seen(i) for i in items},
            because=frozenset(_rule(b["rule"]) for i in items for b in i["because"]),
            obligations=frozenset(o for i in items for o in i["obligations"]),
            entries=tuple(self._line(row) for row in rows if ask.via in ("who_saw", "register")),
            pattern=said.get("setting_risk") is not None,
        )

    def _line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        rules = [_rule(rule) for rule in row["rules"]]
        return {**row, "partner": self.names.agency(row["partner"]), "rules": rules}

    def _recorded(
        self, ask: Ask, client: HubClient, receipt: DisclosureReceipt | None
    ) -> dict[str, Any]:
        """Return the register's entry of an answer, where the case says what it must be."""
        if receipt is None:
            raise UnrecordedError("an answer came without a receipt")
        self.receipts.append(Received(ask.id, client.agency, receipt))
        if not ask.expect.recorded:
            return {}
        entry, _ = _sent(self.hub.client(IG), Request("GET", f"/disclosures/{receipt.dis}"))
        if not entry.is_success:
            raise UnrecordedError("the register does not have it")
        said = entry.json()
        named = [r for i in said.get("items", ()) for r in i.get("rules", ())]
        rules = sorted({_rule(r) for r in [*named, *said.get("rules", ())]})
        return {**said, "rules": rules}


def _sent(client: HubClient, request: Request) -> tuple[httpx.Response, DisclosureReceipt | None]:
    """Send a request by the kit's own wire, and enter its receipt in the kit's own chain."""
    response = client._wire.call(request)
    if RECEIPT not in response.headers:
        return response, None
    return response, client._recorded(response, None).receipt


def _request(ask: Ask, whom: Whom, request_id: str) -> Request:
    if ask.via == "disclosure":
        return _disclosure(ask, whom, request_id)
    return _REQUESTS[ask.via](ask, whom)


def _timeline(ask: Ask, whom: Whom) -> Request:
    headers = {"Hub-Purpose": ask.purpose, "Hub-Legal-Demand": ask.legal_demand, **_user(ask)}
    if ask.emergency:
        headers["Hub-Emergency"] = "yes"
    params = {"limit": "50"}
    if ask.as_known_on is not None:
        params["as_known_on"] = ask.as_known_on
    path = f"/subjects/{whom.hub_id}/timeline"
    return Request("GET", path, headers=headers, params=params, discloses=True)


def _find(ask: Ask, whom: Whom) -> Request:
    body = {
        "purpose": ask.purpose,
        "legal_demand": ask.legal_demand,
        "emergency": ask.emergency,
        "identifiers": [{"kind": whom.kind, "value": whom.value}],
    }
    return _posted("/subjects/find", ask, body)


def _disclosure(ask: Ask, whom: Whom, request_id: str) -> Request:
    body: dict[str, Any] = {
        "id": request_id,
        "purpose": ask.purpose,
        "legal_demand": ask.legal_demand,
        "subject": whom.hub_id,
        "necessary": ask.necessary,
        "emergency": ask.emergency,
        "offence_stated": ask.offence_stated,
        "aggregate": ask.aggregate,
        "for_publication": ask.for_publication,
        "reason": "as the case says",
    }
    if ask.break_glass:
        said = {"officer": ask.officer, "minutes": 60, "reason": "this cannot wait for anybody"}
        body["break_glass"] = said
    return _posted("/disclosures", ask, body)


def _who_saw(ask: Ask, whom: Whom) -> Request:
    path = f"/subjects/{whom.hub_id}/disclosures"
    return Request("GET", path, headers=_user(ask), discloses=True)


def _bundle(ask: Ask, whom: Whom) -> Request:
    path = f"/subjects/{whom.hub_id}/bundle"
    return Request("GET", path, headers=_user(ask), discloses=True)


def _register(ask: Ask, whom: Whom) -> Request:
    params = {"subject": whom.hub_id, "limit": "500"}
    return Request("GET", "/disclosures", headers=_user(ask), params=params, discloses=True)


_REQUESTS: Mapping[str, Callable[[Ask, Whom], Request]] = {
    "timeline": _timeline,
    "find": _find,
    "bundle": _bundle,
    "who_saw": _who_saw,
    "register": _register,
}


def _posted(path: str, ask: Ask, body: Mapping[str, Any]) -> Request:
    content = json.dumps(body).encode()
    return Request("POST", path, content, {**JSON_KIND, **_user(ask)}, discloses=True)


def _user(ask: Ask) -> dict[str, str]:
    return {} if ask.officer is None else {"Hub-User": ask.officer}


def _plain(response: httpx.Response, whom: Whom) -> dict[str, Any]:
    """Return all of an answer that an asker could compare, without whom it is about."""
    body = json.loads(response.content)
    if isinstance(body, dict) and "request_id" in body:
        body["request_id"] = "-"
    text = json.dumps(body).replace(whom.hub_id, "-").replace(whom.value, "-")
    headers = [(n, _OFTEN.get(n, v)) for n, v in response.headers.multi_items()]
    return {"status": response.status_code, "headers": headers, "body": text}


def _seen(item: Mapping[str, Any]) -> Seen:
    return Seen(frozenset(item["shown"]), frozenset(item["withheld"]), item["status"])


def _rule(name: str) -> str:
    return name.partition("@")[0]
