"""The hub's notices as they come: server-sent events, each round with its receipt, or an error.

In: an open answer's lines. Out: `Polled`, whose receipt was verified before anybody could read it.
Never here: a round handed on before its receipt has come.

Source: the HTML standard, section 9.2 (server-sent events).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.kit.answers import Answered
from adapters.kit.errors import ReceiptError
from adapters.kit.notices import Polled, open_notices
from adapters.kit.wire import Request

NOTICES, RECEIPT = "notices", "receipt"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str
    data: str


class Streaming(Answered):
    """The call that listens."""

    def stream(self, *, after: str | None = None) -> Iterator[Polled]:
        """Yield rounds of notices as the hub sends them, until the connection ends.

        Then call it again with `after`, the jti of the last notice dealt with: a stream is cut
        whenever a network is. Notices are still to be acknowledged, by a poll.

        Raises:
            ReceiptError: notices came without a receipt that fits them.
            HubUnreachableError: the connection broke, or there was none.
        """
        headers = {} if after is None else {"Last-Event-ID": after}
        request = Request("GET", "/events/stream", headers=headers, discloses=True)
        told: str | None = None
        with self._wire.stream(request) as answer:
            if not answer.is_success:
                answer.read()
                raise self._refusal(answer)
            for event in events(answer.iter_lines()):
                if told is not None and event.name != RECEIPT:
                    break
                if event.name == NOTICES:
                    told = event.data
                elif told is not None:
                    yield self._round(told, event.data)
                    told = None
        if told is not None:
            # On record, and its receipt did not come: like an answer lost on its way.
            self.chain.note_lost_answer()
            raise ReceiptError("the stream's notices have no receipt")

    def _round(self, told: str, token: str) -> Polled:
        receipt = self._verifier.disclosure(token, body=told.encode(), outcome="released")
        self.chain.add(receipt.link, receipt.token)
        said = json.loads(told)
        opened = open_notices(said.get("sets") or {}, self._verifier)
        return Polled(opened.notices, opened.faults, bool(said.get("moreAvailable")), receipt)


def events(lines: Iterable[str]) -> Iterator[Event]:
    """Yield a stream's events; comments, which keep it open, are none."""
    name, data = "", list[str]()
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Event(name, "\n".join(data))
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
