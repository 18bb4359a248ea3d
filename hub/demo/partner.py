"""One agency's end of the wire in the try-out: a kit client, and what it was answered.

In: an agency, its key, the hub's address. Out: posted events, asked questions, receipts.
Never here: any way to the hub but adapters.kit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.kit import (
    Disclosed,
    HubClient,
    Notice,
    Store,
    UnknownSubjectError,
    authorities,
)
from adapters.kit.sign import own_claims
from contracts.subject import LegalDemand, Purpose
from hub.demo.agencies import Agency
from hub.demo.launch import Running
from hub.demo.people import Subject
from hub.demo.said import Said

TIMEOUT_S = 60.0
BATCH = 50
FLUSH_S = 60.0
POLLS = 50
PURPOSES: Mapping[str, Purpose] = {
    "council": "safeguarding_enquiry",
    "police": "crime_investigation",
    "cqc": "regulate_provider",
    "nhs_trust": "safeguarding_enquiry",
    "gp": "direct_care",
    "provider": "safeguarding_enquiry",
    "commissioner": "commissioning",
    "professional_regulator": "regulate_professional",
    "sab": "board_assurance",
    "safeguarding_lead": "safeguarding_enquiry",
    "children_services": "child_protection",
}
"""What an agency of each kind ordinarily asks for."""


class RefusedEventError(RuntimeError):
    """The hub did not take an event of the try-out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub answered, as it came: nothing here is worked out."""

    by: str
    about: str
    asked: str
    status: int
    headers: tuple[str, ...]
    body: bytes
    data: Mapping[str, Any]

    @property
    def items(self) -> list[dict[str, Any]]:
        """Return the items shown."""
        found: list[dict[str, Any]] = self.data.get("items", [])
        return found

    @property
    def pattern(self) -> dict[str, Any] | None:
        """Return the setting's pattern, where it was shown."""
        shown: dict[str, Any] | None = self.data.get("setting_risk")
        return shown

    def wire(self) -> tuple[int, tuple[str, ...], bytes]:
        """Return all that could tell one answer from another."""
        return self.status, self.headers, self.body


@dataclass(slots=True)
class Partner:
    """An agency of the try-out, signed in."""

    agency: Agency
    hub: HubClient
    heard: list[Notice] = field(default_factory=list)
    _last: list[httpx.Response] = field(default_factory=list)

    @classmethod
    def of(cls, agency: Agency, running: Running) -> "Partner":
        """Return the agency's end of a running hub."""
        last: list[httpx.Response] = []
        http = httpx.Client(
            base_url=running.url,
            timeout=TIMEOUT_S,
            verify=authorities(),
            # The kit hands over an answer's body; headers matter too, to tell hidden from unknown.
            event_hooks={"response": [lambda response: last.__setitem__(slice(None), [response])]},
        )
        client = HubClient(
            http,
            agency=agency.slug,
            key=running.keys[agency.slug],
            store=Store(running.store(agency.slug)),
            edge=running.edge,
            scopes=agency.scopes,
        )
        return cls(agency, client, _last=last)

    @property
    def slug(self) -> str:
        """Return the agency's short name."""
        return self.agency.slug

    @property
    def purpose(self) -> Purpose:
        """Return what it ordinarily asks for."""
        return PURPOSES.get(self.agency.kind, "protect_from_harm")

    def post(self, said: Iterable[Said]) -> int:
        """Post events in order; return how many the hub has proved it holds.

        Raises:
            RefusedEventError: it refused one, or owes a receipt.
        """
        for one in said:
            self.hub.outbox.add(one.payload, one.about, toe=one.toe, txn=one.txn, jti=one.jti)
        done = self.hub.flush(batch=BATCH, wait_s=FLUSH_S)
        if done.refused or done.waiting:
            why = {str(entry.err) for entry in self.hub.outbox.entries("refused")}
            raise RefusedEventError(f"`{self.slug}`: {', '.join(sorted(why)) or 'no receipt'}")
        return len(done.sent)

    def find(self, subject: Subject) -> Answer:
        """Look a subject up by its identifier."""
        found = self.hub.find(purpose=self.purpose, identifiers=((subject.kind, subject.value),))
        return self._answer(subject.label, "find", found.body, found.data)

    def timeline(self, label: str, subject: str, *, demand: LegalDemand | None = None) -> Answer:
        """Read what the agency may see of a subject, all pages of it as one answer."""
        pages: list[Disclosed] = []
        try:
            pages.extend(self.hub.timeline(subject, purpose=self.purpose, legal_demand=demand))
        except UnknownSubjectError as nothing:
            if not pages:
                return self._answer(label, "timeline", nothing.body, {})
        items = [item for page in pages for item in page.data["items"]]
        data = {**pages[0].data, "items": items}
        return self._answer(label, "timeline", pages[0].body, data)

    def request(self, label: str, asked: str, subject: str, **stated: Any) -> Answer:  # noqa: ANN401
        """Make a stated request."""
        answer = self.hub.disclose(subject, **stated)
        return self._answer(label, asked, answer.body, answer.data)

    def listen(self) -> list[Notice]:
        """Fetch every waiting notice and acknowledge it; return what was new."""
        known = len(self.heard)
        for _ in range(POLLS):
            if not self.hub.handle_notices(self.heard.append).done:
                break
        return self.heard[known:]

    def acknowledge(self) -> int:
        """Post a signed word for each disclosure received; return how many."""
        count = self.hub.acknowledge()
        self.post(())
        return count

    def receipts(self) -> dict[str, str]:
        """Return the outcome of each disclosure received, by its id, from the verified receipts."""
        chain = self.hub.chain
        tokens = [token for n in range(1, chain.last() + 1) for token in chain.evidence(n)]
        claims = [own_claims(token.encode()) for token in tokens]
        return {claim["dis"]: claim["outcome"] for claim in claims}

    def last_receipt(self) -> str:
        """Return the id of the last disclosure received."""
        token = self.hub.chain.evidence(self.hub.chain.last())[-1]
        dis: str = own_claims(token.encode())["dis"]
        return dis

    def unbroken(self) -> bool:
        """Return whether the numbers of its disclosures run on without a gap or contradiction."""
        return not self.hub.chain.gaps() and not self.hub.chain.alarms()

    def _answer(self, about: str, asked: str, body: bytes, data: Mapping[str, Any]) -> Answer:
        response = self._last[0]
        names = tuple(sorted(name.lower() for name in response.headers))
        return Answer(self.slug, about, asked, response.status_code, names, body, data)


def subject_ids(answer: Answer) -> list[str]:
    """Return the hub ids in an answer to `find`."""
    return [found["id"] for found in answer.data.get("subjects", [])]
