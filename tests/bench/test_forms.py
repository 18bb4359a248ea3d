"""Values come where their marks stood, as often as they stood there, and nothing else changes."""

from hub.bench.forms import Form

MARKS = (b"<one>", b"<two>")


def test_values_stand_where_their_marks_stood() -> None:
    form = Form(b"100% <two>, <one>; %s <two>", MARKS)
    assert form.of((b"1", b"2")) == b"100% 2, 1; %s 2"


def test_one_place_and_none_are_written_like_many() -> None:
    assert Form(b"%<one>%", MARKS).of((b"\x00%", b"")) == b"%\x00%%"
    assert Form(b"%%d", MARKS).of((b"1", b"2")) == b"%%d"
