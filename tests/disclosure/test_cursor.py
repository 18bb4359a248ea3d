"""Cursors: opaque, and good for one partner and one subject only."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.disclosure.ask import CursorError
from hub.disclosure.cursor import Cursors
from tests.support.ledger_rows import uid

ANNA, BERT = UUID(uid("anna")), UUID(uid("bert"))
CURSORS = Cursors(b"c" * 32)
PLACES = st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 2**53))


@given(PLACES)
def test_a_cursor_reads_back_as_its_place(place: tuple[int, int]) -> None:
    cursor = CURSORS.make("gp-c", ANNA, place)
    assert CURSORS.read("gp-c", ANNA, cursor) == place


def test_it_is_nobody_elses_and_for_nobody_else() -> None:
    cursor = CURSORS.make("gp-c", ANNA, (1, 2))
    for cursors, partner, subject in (
        (CURSORS, "home-e", ANNA),
        (CURSORS, "gp-c", BERT),
        (Cursors(b"d" * 32), "gp-c", ANNA),
    ):
        with pytest.raises(CursorError):
            cursors.read(partner, subject, cursor)


@given(st.text(max_size=60))
def test_what_the_hub_did_not_give_out_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        CURSORS.read("gp-c", ANNA, text)


@given(st.integers(0, 42), st.sampled_from("ABCxyz019-_"))
def test_a_changed_cursor_is_refused(place: int, letter: str) -> None:
    cursor = CURSORS.make("gp-c", ANNA, (1_790_000_000, 77))
    changed = cursor[:place] + letter + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(CursorError):
            CURSORS.read("gp-c", ANNA, changed)


@pytest.mark.parametrize("length", range(0, 43, 7))
def test_a_cut_cursor_is_refused(length: int) -> None:
    with pytest.raises(CursorError):
        CURSORS.read("gp-c", ANNA, CURSORS.make("gp-c", ANNA, (1, 2))[:length])
