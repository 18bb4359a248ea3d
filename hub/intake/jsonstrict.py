"""Read JSON the one way two readers cannot disagree about, at the speed of the C parser.

In: bytes a stranger wrote. Out: a dict whose strings, numbers and members are exactly what any
other strict reader sees. Never here: a value that was repaired, rounded or picked from duplicates.

Order matters. Depth is judged on the raw text before the parser, which recurses, sees it; the
length of a number is judged before it becomes a number, because int() is quadratic.
"""

import json
import re
import unicodedata
from json.scanner import make_scanner
from typing import Any, Final, NoReturn

from contracts.envelope import MAX_DEPTH, MAX_INT

_MAX_INT_DIGITS: Final = 17  # 16 digits and a sign: enough for 2**53

_BOM: Final = b"\xef\xbb\xbf"
_ALL_BUT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_OPENERS: Final = frozenset(b"[{")
# It matches from every quote, also where the string never ends or ends in a backslash: a pattern
# that can fail would be tried again from each later quote, in quadratic time.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.?+)*+"?+', re.DOTALL)
_ESCAPE: Final = "\\u"
_NON_CHARACTER: Final = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_HINTS: Final = (b"\xef\xb7", b"\xbf\xbe", b"\xbf\xbf")
"""UTF-8 of every non-character holds one of these: three quick looks spare most texts the pattern,
which costs 80 ns a character."""


class JsonRefusedError(ValueError):
    """The bytes are not JSON of the strict kind. The message never holds any of them."""


def read_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`.

    Raises:
        JsonRefusedError: not UTF-8, a byte order mark, deeper than MAX_DEPTH, a duplicate member
            (however it is spelled), a float, an integer of 2**53 or more, text that is not NFC
            or holds NUL, a surrogate or a non-character, or a top level that is no object.
    Source: RFC 8259; RFC 7493 (I-JSON).
    """
    if data.startswith(_BOM):
        raise JsonRefusedError("a byte order mark is not allowed")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefusedError("not UTF-8") from None
    _refuse_depth(data)
    try:
        value = _parsed(text)
    except json.JSONDecodeError:
        # `from None`: the decoder's own error carries the whole document.
        raise JsonRefusedError("not JSON") from None
    if not isinstance(value, dict):
        raise JsonRefusedError("not a JSON object")
    if not text.isascii():
        _refuse_text(text)
    if _ESCAPE in text:
        _refuse_escaped(value)
    return value


def _parsed(text: str) -> object:
    """Return the JSON value that `text` is.

    The scanner itself first: the decoder around it searches twice for white space, which the
    tokens of a program do not have. What the scanner does not take whole, the decoder judges.
    """
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:
        return _DECODER.decode(text)
    return value if end == len(text) else _DECODER.decode(text)


def _refuse_depth(data: bytes) -> None:
    """Refuse more than MAX_DEPTH levels without parsing.

    Up to its first mistake a parser splits the text into the same strings as `_STRING` does, so
    it can never have gone deeper than what is counted here.
    """
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if bracket in _OPENERS else -1
        if depth > MAX_DEPTH:
            raise JsonRefusedError("nested too deeply")


def _refuse_text(text: str) -> None:
    """Refuse text that two readers could compare differently."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise JsonRefusedError("text holds a surrogate") from None
    if "\0" in text or (any(hint in raw for hint in _HINTS) and _NON_CHARACTER.search(text)):
        raise JsonRefusedError("text holds NUL or a non-character")
    if not unicodedata.is_normalized("NFC", text):
        raise JsonRefusedError("text is not in normal form C")


def _refuse_escaped(value: dict[str, Any]) -> None:
    """Judge the strings as decoded: escapes can spell what the raw text may not hold."""
    pending: list[Any] = [value]
    while pending:
        match pending.pop():
            case str(text):
                _refuse_text(text)
            case dict(members):
                pending.extend(members)
                pending.extend(members.values())
            case list(items):
                pending.extend(items)
            case _:
                pass


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build one object. Names are already unescaped here, so an escaped letter is that letter."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonRefusedError("an object has two members of one name")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INT_DIGITS:
        raise JsonRefusedError("an integer is too large")
    number = int(digits)
    if abs(number) >= MAX_INT:
        raise JsonRefusedError("an integer is too large")
    return number


def _refuse_float(_digits: str) -> NoReturn:
    raise JsonRefusedError("a number is not an integer")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=_integer,
    parse_float=_refuse_float,
    parse_constant=_refuse_float,
)
_SCAN: Final = make_scanner(_DECODER)  # type: ignore[arg-type] # the stub names the wrong class
