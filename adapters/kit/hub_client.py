"""Everything an agency says to the hub and asks of it, in one object.

In: events to send, questions with their purpose. Out: receipts, notices, answers.
Never here: how a thing is said or checked; posting, questions, notices and wire do that.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from adapters.kit.answers import JSON_KIND, RECEIPT, problem
from adapters.kit.chain import Chain, Link
from adapters.kit.delivery import Flushed, flush
from adapters.kit.edge import Edge, authorities, machine
from adapters.kit.jws import dense
from adapters.kit.keys import Signer
from adapters.kit.log import LogKey
from adapters.kit.notices import Handled, Inbox, Notice, Polled, open_notices
from adapters.kit.outbox import Outbox
from adapters.kit.posting import Posting
from adapters.kit.questions import Questions
from adapters.kit.receipts import HubKeys, Verifier, acknowledgement
from adapters.kit.sign import Json, urn
from adapters.kit.statements import Statement, agreement, opened
from adapters.kit.store import Store
from adapters.kit.streaming import Streaming
from adapters.kit.watch import LogWatch
from adapters.kit.wire import Request, Wire, json_of

HUB_URI = "https://hub.example"
READ_TIMEOUT_S = 60.0
MOST = 200
"""Receipts in one answer."""


class HubClient(Posting, Questions, Streaming):
    """One agency's end of the wire. Close it, or use it in a `with`.

    Args:
        http: a client whose `base_url` is the hub's public URL. Closed with this object.
        agency: the agency's slug.
        key: the agency's registered key.
        store: the agency's file. Closed with this object.
        hub_uri: the hub's name for itself, which it signs as.
        hub_keys: the hub's keys, pinned; None to ask the hub for them over TLS.
        edge: clock, sleep, ids and chance.
        scopes: what to ask access for; add `ig` for an information governance officer's client.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        agency: str,
        key: Signer,
        store: Store,
        hub_uri: str = HUB_URI,
        hub_keys: HubKeys | None = None,
        edge: Edge | None = None,
        scopes: tuple[str, ...] = ("events", "read"),
    ) -> None:
        edge = edge if edge is not None else machine()
        self.agency = agency
        self.uri = f"{hub_uri}/agencies/{agency}"
        self._http = http
        self._store = store
        self.outbox = Outbox(store, key=key, issuer=self.uri, audience=hub_uri, edge=edge)
        self.inbox = Inbox(store, edge)
        chain = Chain(store, edge)
        keys = hub_keys if hub_keys is not None else HubKeys(self.hub_jwks)
        wire = Wire(
            http,
            key=key,
            agency=self.uri,
            hub_uri=hub_uri,
            edge=edge,
            scopes=scopes,
            on_lost_answer=chain.note_lost_answer,
        )
        super().__init__(wire, Verifier(keys, hub_uri, self.uri), chain, edge)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        agency: str,
        key: Signer,
        store: Path,
        hub_uri: str = HUB_URI,
        hub_keys: HubKeys | None = None,
        edge: Edge | None = None,
        scopes: tuple[str, ...] = ("events", "read"),
    ) -> Self:
        """Make a client for the hub at `url`, keeping what must last in the file `store`."""
        return cls(
            httpx.Client(base_url=url, timeout=READ_TIMEOUT_S, verify=authorities()),
            agency=agency,
            key=key,
            store=Store(store),
            hub_uri=hub_uri,
            hub_keys=hub_keys,
            edge=edge,
            scopes=scopes,
        )

    def flush(self, *, batch: int = 1, wait_s: float = 0.0) -> Flushed:
        """Send what waits in the outbox. See `delivery.flush`."""
        return flush(self, self.outbox, self._edge, batch=batch, wait_s=wait_s)

    def acknowledge(self) -> int:
        """Queue a signed acknowledgement of each disclosure received; return how many.

        They go out with the next flush. Calling this again after a crash queues none twice.
        """
        links = self.chain.unacknowledged()
        for link in links:
            payload, jti = acknowledgement(link)
            self.outbox.add(payload, urn(f"urn:hub:agency:{self.agency}"), jti=jti)
            # Only now: an acknowledgement marked but not queued would never be sent.
            self.chain.mark_acknowledged(link.pseq)
        return len(links)

    def poll(
        self,
        *,
        ack: Iterable[str] = (),
        faults: Mapping[str, Mapping[str, str]] | None = None,
        max_events: int = 100,
        wait: bool = False,
    ) -> Polled:
        """Fetch notices, acknowledging earlier ones in the same call (RFC 8936).

        Args:
            ack: the notices dealt with.
            faults: those that did not verify, with why.
            max_events: at most so many; 0 to acknowledge only.
            wait: let the hub hold the call until it has something to say.

        Raises:
            ReceiptError: notices came without a receipt that fits them.
        """
        asked = {
            "maxEvents": max_events,
            "returnImmediately": not wait,
            "ack": list(ack),
            "setErrs": {jti: dict(fault) for jti, fault in (faults or {}).items()},
        }
        request = Request("POST", "/events/poll", dense(asked), JSON_KIND, discloses=True)
        response = self._wire.call(request)
        if not response.is_success:
            raise self._refusal(response)
        said = json_of(response)
        sets = said.get("sets") or {}
        # An empty round says nothing about anybody, so the hub need not put it on record.
        numbered = sets or RECEIPT in response.headers
        receipt = self._recorded(response, "released").receipt if numbered else None
        opened = open_notices(sets, self._verifier)
        return Polled(opened.notices, opened.faults, bool(said.get("moreAvailable")), receipt)

    def handle_notices(
        self, handler: Callable[[Notice], object], *, max_events: int = 100
    ) -> Handled:
        """Fetch the waiting notices, handle each, and acknowledge those that were handled.

        One round: if the hub has more, or a handler failed, call it again.
        """
        polled = self.poll(max_events=max_events)
        handled = self.inbox.handle(polled.notices, handler)
        if handled.done or polled.faults:
            self.poll(ack=handled.done, faults=polled.faults, max_events=0)
        return handled

    def explain(self) -> list[Link]:
        """Fetch the receipts of numbers that never came here, and return all such answers.

        An answer an officer read on a page is one of them; so is one that was lost. What nobody at
        the agency can account for is for its information governance officer.

        Raises:
            ReceiptError: what the hub showed is no receipt of its own for this agency.
        """
        for gap in self.chain.gaps():
            first = gap.first
            while first <= gap.last:
                page = {"first": str(first), "limit": str(min(MOST, gap.last - first + 1))}
                response = self._wire.call(Request("GET", "/receipts", params=page))
                if not response.is_success:
                    raise problem(response)
                found = [self._verifier.numbered(t) for t in json_of(response)["receipts"]]
                for receipt in found:
                    self.chain.add_elsewhere(receipt.link, receipt.token)
                if not found:
                    break
                first = found[-1].pseq + 1
        return self.chain.elsewhere()

    def log(self, key: LogKey) -> LogWatch:
        """Return this agency's eye on the hub's log, whose key it was given out of band."""
        return LogWatch(self._wire, self._store, self._edge, agency=self.agency, key=key)

    def statement(self, month: str) -> Statement | None:
        """Return the hub's statement of a month that is over; None where it has none.

        Raises:
            ReceiptError: what came is not the hub's statement of that month.
        """
        path = f"/statements/{quote(month, safe='')}"
        response = self._wire.call(Request("GET", path))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if not response.is_success:
            raise problem(response)
        return opened(json_of(response).get("statement"), month, self._verifier, self.chain)

    def agree(self, statement: Statement) -> str:
        """Queue this agency's own figures of a month, signed, whether they agree or not.

        They go out with the next flush; return the event's id.
        """
        payload, jti = agreement(statement)
        self.outbox.add(payload, urn(f"urn:hub:agency:{self.agency}"), jti=jti)
        return jti

    def agencies(self) -> Json:
        """Return the hub's directory of agencies, as the hub states it."""
        return self._plain("/agencies")

    def hub_jwks(self) -> list[Mapping[str, Any]]:
        """Return the public keys the hub says are its own."""
        listed = self._plain("/agencies/hub/jwks")
        keys: list[Mapping[str, Any]] = listed["keys"] if isinstance(listed, dict) else []
        return keys

    def close(self) -> None:
        """Close the connections and the file."""
        self._http.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _plain(self, path: str) -> Json:
        response = self._wire.call(Request("GET", path))
        if not response.is_success:
            raise problem(response)
        return response.json()
