"""The chain of disclosure receipts: gaps found exactly, contradictions never lost."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kit.chain import GAP_AGE_S, Alarm, Chain, Gap, Link
from adapters.kit.edge import Edge
from adapters.kit.store import Store
from tests.adapters.kit.conftest import START, Clock
from tests.adapters.kit.fake_hub import disclosure_id


def link(pseq: int) -> Link:
    return Link(pseq, disclosure_id(pseq), "b" * 43)


@pytest.fixture
def chain(store: Store, edge: Edge) -> Chain:
    return Chain(store, edge)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 400)), max_size=25))
def test_gaps_are_exact_whatever_the_order_of_arrival(arrivals: list[tuple[int, int]]) -> None:
    clock = Clock()
    edge = Edge(lambda: clock.now, clock.sleep, lambda: "", lambda: 0.0)
    first_seen: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "db") as store:
        chain = Chain(store, edge)
        for pseq, wait in arrivals:
            clock.now += wait
            first_seen.setdefault(pseq, clock.now)
            assert chain.add(link(pseq), f"receipt {pseq}")
        last = max(first_seen, default=0)
        missing = set(range(1, last + 1)) - set(first_seen)
        found = {n: gap.noticed_at for gap in chain.gaps() for n in range(gap.first, gap.last + 1)}
        assert set(found) == missing
        for number, noticed_at in found.items():
            assert noticed_at == min(at for pseq, at in first_seen.items() if pseq > number)
        alarmed = {n for alarm in chain.alarms() for n in range(alarm.first, alarm.last + 1)}
        assert alarmed == {n for n, at in found.items() if clock.now - at > GAP_AGE_S}
        assert chain.last() == last


def test_a_gap_is_an_alarm_after_ten_minutes_and_none_once_filled(
    chain: Chain, clock: Clock
) -> None:
    chain.add(link(1), "r1")
    chain.add(link(4), "r4")
    clock.now += GAP_AGE_S
    assert chain.gaps() == [Gap(2, 3, START)]
    assert chain.alarms() == []
    clock.now += 1
    assert chain.alarms() == [Alarm("gap", 2, 3, START)]
    chain.add(link(2), "r2")
    assert chain.alarms() == [Alarm("gap", 3, 3, START)]
    chain.add(link(3), "r3")
    assert chain.alarms() == []


def test_a_gap_counts_the_answers_known_to_be_lost_before_it_was_noticed(
    chain: Chain, clock: Clock
) -> None:
    chain.note_lost_answer()
    chain.add(link(2), "r2")
    clock.now += GAP_AGE_S + 1
    chain.note_lost_answer()
    assert chain.alarms() == [Alarm("gap", 1, 1, START, lost_answers=1)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Link(1, disclosure_id(9), "b" * 43), id="one number, two disclosures"),
        pytest.param(Link(2, disclosure_id(1), "b" * 43), id="one disclosure, two numbers"),
        pytest.param(Link(1, disclosure_id(1), "c" * 43), id="one disclosure, two bodies"),
    ],
)
def test_a_contradiction_is_an_alarm_and_both_receipts_are_kept(chain: Chain, other: Link) -> None:
    assert chain.add(link(1), "first")
    assert chain.add(link(1), "first"), "the same receipt again is no contradiction"
    assert chain.alarms() == []
    assert not chain.add(other, "second")
    assert not chain.add(other, "second")
    assert chain.alarms() == [Alarm("conflict", other.pseq, other.pseq, START)]
    assert {"first", "second"} == {*chain.evidence(1), *chain.evidence(2)}


def test_the_chain_is_there_after_a_restart(tmp_path: Path, edge: Edge) -> None:
    path = tmp_path / "chain.db"
    with Store(path) as store:
        Chain(store, edge).add(link(3), "r3")
    with Store(path) as store:
        chain = Chain(store, edge)
        assert chain.last() == 3
        assert chain.unacknowledged() == [link(3)]
        chain.mark_acknowledged(3)
        assert chain.unacknowledged() == []


def test_statement_is_the_last_number_and_a_digest_over_sorted_ids(chain: Chain) -> None:
    for number in (2, 1):
        chain.add(link(number), f"r{number}")
    listed = f"{disclosure_id(1)}\n{disclosure_id(2)}\n".encode()
    assert chain.statement() == (2, hashlib.sha256(listed).hexdigest())
