"""Ids and random bytes: fresh from the machine, repeatable from a seed, and never telling."""

from uuid import UUID

import pytest

from hub.ids import SeededSource, SystemSource, as_uuid, derived


def test_the_machines_source_never_repeats() -> None:
    source = SystemSource()
    drawn = {source.uuid() for _ in range(1000)}
    assert len(drawn) == 1000
    assert {u.version for u in drawn} == {4}
    assert len({source.bytes(32) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])
def test_both_sources_give_as_many_bytes_as_asked_for(count: int) -> None:
    assert len(SystemSource().bytes(count)) == len(SeededSource("s").bytes(count)) == count


def test_a_seed_gives_the_same_sequence_for_ever() -> None:
    one, two, other = SeededSource("a"), SeededSource("a"), SeededSource("b")
    sequence = [one.uuid() for _ in range(20)]
    assert sequence == [two.uuid() for _ in range(20)]
    assert len(set(sequence)) == 20
    assert other.uuid() != sequence[0]
    assert sequence[0] == UUID("667e5a68-a029-46b5-8a74-01f7ef7fde96")


def test_a_derived_id_depends_on_each_part_and_on_nothing_else() -> None:
    assert derived("a", "b") == derived("a", "b")
    assert len({derived("a", "b"), derived("b", "a"), derived("ab"), derived("a", "b", "")}) == 4
    assert derived("a").version == 5


def test_a_checked_text_becomes_its_uuid() -> None:
    text = "3f8e1c52-6f0b-4d0a-9a77-0d7f6f1f5f11"
    assert str(as_uuid(text)) == text
