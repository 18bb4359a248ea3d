"""What the monitor takes as sent by name, from a real ledger: what stands, and can be read."""

from uuid import UUID

from adapters.monitor.rows import Sent, ledger
from contracts.integrity import Retracted
from hub.audit.erasure import Order
from hub.audit.separations import Separation, Separations
from hub.ledger.record import Record
from hub.shredding import erasure_of
from tests.disclosure.scene import numbered
from tests.support.parts import Parts, concern, enrolled, fresh_hub, known, parts, person

__all__ = ["enrolled", "fresh_hub", "parts"]

TO = ("council-a", "police-b")


def sent(parts: Parts) -> list[Sent]:
    with ledger(parts.owner) as book:
        return book.sent()


def told(parts: Parts, number: int) -> Record:
    return parts.post("gp-c", concern(addressed_to=TO), person(numbered(number)))


def separate(parts: Parts, subject: UUID, item: UUID) -> None:
    hub = parts.hub
    wrong = Separation(approved_by="officer-2", reason="mistaken_identity", items=(("gp-c", item),))
    office = Separations(desk=hub.desk, pool=hub.pool, opener=hub.opening, clock=hub.clock)
    parts.run(office.separate("ig-office", "officer-1", subject, wrong))


def test_what_stands_and_can_be_read_is_sent_and_nothing_else(parts: Parts) -> None:
    stands, retracted, separated, erased = (told(parts, n) for n in range(21, 25))
    parts.post("gp-c", concern(addressed_to=()), person(numbered(21)))
    assert len(sent(parts)) == 4
    back = Retracted(about="adult", item=str(retracted.jti), reason="mistaken")
    parts.post("gp-c", back, known(retracted.subject))
    separate(parts, separated.subject, separated.jti)
    order = Order(subject=erased.subject, reason="court_order", approved_by=("one", "two"))
    parts.run(erasure_of(parts.hub).erase(order))
    (left,) = sent(parts)
    assert left == Sent(stands.position, "gp-c", stands.recorded_at_ms, TO)
