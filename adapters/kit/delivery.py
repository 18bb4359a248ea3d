"""The outbox emptied into the hub: each event ends with a receipt or with the hub's reason.

In: an outbox and the two calls that carry events. Out: what was sent, refused, and still waits.
Never here: a guess. An event counts as sent only on a receipt that names a signing of this outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from adapters.kit.edge import Edge
from adapters.kit.errors import HubBusyError, HubUnreachableError, ReceiptError
from adapters.kit.outbox import Due, Outbox
from adapters.kit.receipts import EventReceipt

JTI_REUSED = "jti_reused"


@dataclass(frozen=True, slots=True)
class Refused:
    """The hub's reason for not taking an event."""

    err: str
    description: str


Answer: TypeAlias = EventReceipt | Refused


@dataclass(slots=True)
class Flushed:
    """What one flush did. `waiting` is what is still queued."""

    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: int = 0


class Carrier(Protocol):
    """The calls a flush needs; HubClient has them."""

    def post_event(self, token: bytes, *, tries: int) -> Answer:
        """Post one event."""
        ...

    def post_batch(self, tokens: Mapping[str, bytes], *, tries: int) -> Mapping[str, Answer]:
        """Post several; an event that the hub gave no proof for is left out of the answer."""
        ...

    def receipt(self, jti: str, *, tries: int) -> EventReceipt | None:
        """Ask for the receipt of an event sent earlier; None if the hub has none."""
        ...


def flush(
    carrier: Carrier, outbox: Outbox, edge: Edge, *, batch: int = 1, wait_s: float = 0.0
) -> Flushed:
    """Send what is due, oldest first.

    Args:
        carrier: the way to the hub.
        outbox: what to send.
        edge: clock and sleep.
        batch: how many events to a request; 300 of the longest are within the hub's limit.
        wait_s: how long to keep at it while the hub is busy, away, or owes a receipt.
    """
    done = Flushed()
    deadline = edge.now() + wait_s
    while True:
        due = outbox.due(batch)
        pause = _round(carrier, outbox, due, done) if due else _until_next(outbox, edge)
        if pause is None or (pause and edge.now() + pause > deadline):
            break
        if pause:
            edge.sleep(pause)
    done.waiting = outbox.counts()["queued"]
    return done


def _round(carrier: Carrier, outbox: Outbox, due: list[Due], done: Flushed) -> float:
    """Send one request's worth; return how long to hold off before the next."""
    left = [item.jti for item in due]
    try:
        for jti, answer in _post(carrier, due).items():
            if _settle(carrier, outbox, jti, answer, done):
                left.remove(jti)
    except (HubBusyError, HubUnreachableError) as error:
        # The hub is in trouble, not this event: the next one would fare no better, so all wait.
        asked = error.retry_after_s if isinstance(error, HubBusyError) else None
        return outbox.defer(left, at_least_s=asked or 0.0)
    if left:
        # The hub may hold these but did not prove it. They go again, later; the others now.
        outbox.defer(left)
    return 0.0


def _post(carrier: Carrier, due: list[Due]) -> Mapping[str, Answer]:
    if len(due) > 1:
        return carrier.post_batch({item.jti: item.token for item in due}, tries=1)
    try:
        return {due[0].jti: carrier.post_event(due[0].token, tries=1)}
    except ReceiptError:
        return {}


def _settle(carrier: Carrier, outbox: Outbox, jti: str, answer: Answer, done: Flushed) -> bool:
    """Write down what became of an event; return False if that is not known yet."""
    if isinstance(answer, Refused) and answer.err == JTI_REUSED:
        # The hub holds another signing under this id. Most likely an earlier one of ours, whose
        # answer was lost before it was signed again. Its receipt tells.
        try:
            held = carrier.receipt(jti, tries=1)
        except ReceiptError:
            return False
        if held is None:
            return False
        if outbox.is_own_signing(jti, held.sd):
            answer = held
    match answer:
        case EventReceipt():
            outbox.mark_sent(jti, answer.token)
            done.sent.append(jti)
        case Refused():
            outbox.mark_refused(jti, answer.err, answer.description)
            done.refused.append(jti)
    return True


def _until_next(outbox: Outbox, edge: Edge) -> float | None:
    at = outbox.next_due_at()
    # Never zero: a clock that has not moved on would otherwise be asked again at once.
    return None if at is None else max(at - edge.now(), 0.001)
