"""What was sent by name and never opened: told by agency, of what stands and can be read."""

from uuid import UUID

import pytest

from adapters.monitor.rows import Entry, Sent, ledger
from adapters.monitor.unopened import unopened
from contracts.integrity import Retracted
from hub.audit.erasure import Order
from hub.audit.separations import Separation, Separations
from hub.ledger.record import Record
from hub.shredding import erasure_of
from tests.adapters.monitor.accounts import AT, DAY_S, ENTRIES, entry
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


def lying(entries: list[Entry], *, at: int = AT + 4 * DAY_S, days: int = 3) -> list[str]:
    """Return what is told of two items for the council, one of them for the police as well."""
    sent = [
        Sent(11, "gp", AT * 1000, ("council", "police")),
        Sent(12, "gp", AT * 1000, ("council",)),
    ]
    found = list(unopened(sent, entries, now_s=at, days=days))
    assert not any(one.fault for one in found)
    return [f"{one.at}: {one.what}" for one in found]


def test_what_was_sent_by_name_and_not_opened_in_time_is_told_with_whose_it_is() -> None:
    none = lying([])
    assert [one.partition(" items")[0] for one in none] == ["council: 2", "police: 1"]
    assert none[0].endswith("after 3 days: the first is position 11, from gp")
    assert [one[:10] for one in lying(ENTRIES[:1])] == ["council: 1", "police: 1 "]
    assert [one[:10] for one in lying([*ENTRIES, entry(1, "police")])] == []
    assert lying([], at=AT + 3 * DAY_S) == []
    assert len(lying([], at=AT + 3 * DAY_S, days=2)) == 2


@pytest.mark.parametrize("channel", ["poll", "stream", "find"])
def test_a_notice_of_an_item_and_a_search_that_names_it_do_not_open_it(channel: str) -> None:
    assert len(lying([entry(1, channel=channel), entry(2, channel=channel)])) == 2


def test_its_own_poster_is_not_told_to_open_an_item() -> None:
    own = [Sent(11, "gp", AT * 1000, ("gp",))]
    assert list(unopened(own, [], now_s=AT + 9 * DAY_S)) == []
