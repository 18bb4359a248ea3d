"""The strict reader: whatever it returns, any other strict reader would return too."""

import json
import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import MAX_DEPTH
from hub.intake import encoding
from hub.intake.encoding import EncodingRefusedError
from hub.intake.jsonstrict import JsonRefusedError, read_object


def well_formed(text: str) -> bool:
    return not any(
        c == "\0" or "\ufdd0" <= c <= "\ufdef" or ord(c) & 0xFFFE == 0xFFFE for c in text
    )


texts = st.text(max_size=20).map(partial(unicodedata.normalize, "NFC")).filter(well_formed)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_reader_returns_what_was_written_however_it_was_escaped(written: dict[str, object]) -> None:
    for text in (json.dumps(written), json.dumps(written, ensure_ascii=False)):
        assert read_object(text.encode()) == json.loads(text) == written


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def test_depth_of_sixteen_is_read_and_seventeen_is_refused() -> None:
    assert read_object(nested(MAX_DEPTH))
    with pytest.raises(JsonRefusedError, match="deep"):
        read_object(nested(MAX_DEPTH + 1))


def test_brackets_inside_text_do_not_count_as_depth() -> None:
    text = '{"a":"' + '[{\\"\\\\' * 500 + '"}'

    assert read_object(text.encode()) == json.loads(text)


def test_many_shallow_lists_are_read() -> None:
    assert read_object(b'{"a":[' + b",".join([b"[]"] * 5000) + b"]}")["a"] == [[]] * 5000


@pytest.mark.timeout(5)  # a reader that tried again from each quote took 20 s here
@pytest.mark.parametrize("opener", [b"[", b'{"a":', b'["\\"",', b'"[', b'\\"[', b'["\\'])
def test_forty_thousand_openers_are_refused_without_recursion(opener: bytes) -> None:
    with pytest.raises(JsonRefusedError):
        read_object(b'{"a":' + opener * 40_000)


def test_refusal_never_repeats_the_text() -> None:
    cut, twice, nul = b'{"name":"Jane",}', b'{"Jane":1,"Jane":2}', b'{"a":"Jane\\u0000"}'
    for text in (cut, twice, nul):
        with pytest.raises(JsonRefusedError) as refusal:
            read_object(text)

        error: BaseException | None = refusal.value
        while error is not None:
            assert "Jane" not in str(error)
            error = error.__cause__


def test_every_non_character_is_refused_and_its_neighbours_are_read() -> None:
    odd = [*range(0xFDD0, 0xFDF0)]
    odd += [plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)]
    for point in odd:
        for text in (
            json.dumps({"a": chr(point)}),
            json.dumps({"a": chr(point)}, ensure_ascii=False),
        ):
            with pytest.raises(JsonRefusedError):
                read_object(text.encode())
    for point in (0xFDCF, 0xFDF0, 0xFFFD, 0x3FFF, 0x1FFFD, 0x10FFFD):
        assert read_object(json.dumps({"a": chr(point)}).encode()) == {"a": chr(point)}


def test_largest_integers_are_read_exactly() -> None:
    assert read_object(b'{"a":9007199254740991,"b":-9007199254740991}') == {
        "a": 2**53 - 1,
        "b": -(2**53) + 1,
    }


@given(st.binary(max_size=70))
def test_base64url_has_one_spelling(raw: bytes) -> None:
    text = encoding.encode(raw)

    assert encoding.decode(text) == raw
    assert b"=" not in text


@given(st.text("ABCDabcd0189-_+/= \n", max_size=12).map(str.encode))
def test_base64url_reads_only_the_one_spelling(text: bytes) -> None:
    try:
        raw = encoding.decode(text)
    except EncodingRefusedError:
        return
    assert encoding.encode(raw) == text


def test_white_space_around_an_object_changes_nothing_and_a_second_value_is_refused() -> None:
    for text in (b' {"a": 1}', b'{"a": 1}\n', b'\t{"a": 1} '):
        assert read_object(text) == {"a": 1}
    for text in (b'{"a": 1}{}', b'{"a": 1} 2', b'{"a": 1', b"", b" ", b'{"a": }', b"\x0b{}"):
        with pytest.raises(JsonRefusedError):
            read_object(text)
