"""On the beat: what takes a little longer leaves at the same moment, what nobody timed at once."""

import pytest

from hub.disclosure.beat import BEAT, REFUSED_S, RELEASED_S, Beat, on_record


def marked(*, released: bool) -> Beat:
    beat = Beat(100.0)
    token = BEAT.set(beat)
    on_record(released=released)
    BEAT.reset(token)
    return beat


@pytest.mark.parametrize(("released", "step"), [(False, REFUSED_S), (True, RELEASED_S)])
def test_an_answer_leaves_at_the_end_of_its_beat(*, released: bool, step: float) -> None:
    beat = marked(released=released)
    ends = {beat.end(100.0 + part * step) for part in (0.0, 0.1, 0.5, 0.99)}
    assert ends == {100.0 + step}, "however long it took"
    assert beat.end(100.0 + 1.5 * step) == pytest.approx(100.0 + 2 * step)


def test_what_is_not_on_record_is_not_held() -> None:
    assert Beat(100.0).end(100.003) == 100.003


def test_what_nobody_timed_is_not_marked() -> None:
    on_record(released=True)
    assert BEAT.get() is None
