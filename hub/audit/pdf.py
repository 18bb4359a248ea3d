"""Writes plain text as a PDF: headings and lines, wrapped, on as many pages as it takes.

In: sections of text. Out: the bytes of a PDF 1.4. Never here: a font to embed, a picture, a date of
its own: the same text gives the same bytes.

Source: ISO 32000-1 (the 14 standard fonts, WinAnsiEncoding).
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final, TypeAlias

Section: TypeAlias = tuple[str, Sequence[str]]
"""A heading, and lines below it."""

_WIDE: Final = 92
_LINES: Final = 54
_SIZE: Final = 9
_LEADING: Final = 14
_TOP: Final = 800
_LEFT: Final = 50


def pdf(title: str, sections: Sequence[Section]) -> bytes:
    """Return the document."""
    lines = [("B", title), ("R", ""), *_lines(sections)]
    pages = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _font("Courier"),
        _font("Courier-Bold"),
        b"<< /Title " + _string(title) + b" >>",
    ]
    for n, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources"
            b" << /Font << /R 3 0 R /B 4 0 R >> >>" + f" /Contents {7 + 2 * n} 0 R >>".encode()
        )
        drawn = _drawn(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _document(objects)


def _lines(sections: Sequence[Section]) -> Iterator[tuple[str, str]]:
    for heading, lines in sections:
        yield "B", heading
        for line in lines:
            for piece in wrap(line, _WIDE, subsequent_indent="    ") or [""]:
                yield "R", piece
        yield "R", ""


def _drawn(page: Sequence[tuple[str, str]]) -> bytes:
    drawn = [f"BT {_LEADING} TL {_LEFT} {_TOP} Td".encode()]
    drawn += [f"/{font} {_SIZE} Tf ".encode() + _string(text) + b" Tj T*" for font, text in page]
    return b"\n".join([*drawn, b"ET"])


def _font(name: str) -> bytes:
    said = f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    return said.encode()


def _string(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        raw = raw.replace(special, b"\\" + special)
    return b"(" + raw + b")"


def _document(objects: Sequence[bytes]) -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % size
        + b"startxref\n%d\n%%%%EOF\n" % len(written)
    )
