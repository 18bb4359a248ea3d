"""Sets a table as a PDF that a screen reader can read: tagged, PDF/UA-1, each page marked.

In: a title, lines, a table, all text. Out: the bytes of a PDF; the same text gives the same bytes.
Never here: text taken for markup, a font of the machine it runs on, a date of its own.

Source: ISO 14289-1 (PDF/UA-1). The typesetter refuses to write what does not conform to it.
"""

import json
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import Final

MARKING: Final = "OFFICIAL-SENSITIVE"
"""Source: Government Security Classifications Policy."""


class TypesetError(Exception):
    """This hub cannot set PDF. Says why."""


def typeset(
    *, title: str, about: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]
) -> bytes:
    """Return the document.

    Raises:
        TypesetError: the typesetter is not installed, or does not take this.
    """
    try:
        import typst  # noqa: PLC0415 - an extra: a hub without it serves everything but PDF
    except ImportError:
        raise TypesetError(
            "PDF needs the extra `pdf`: pip install 'safeguarding-hub[pdf]'. CSV needs nothing."
        ) from None
    told = {"title": title, "about": about, "head": head, "rows": rows, "marking": MARKING}
    with as_file(files("hub.audit") / "table.typ") as template:
        try:
            made: bytes = typst.compile(
                str(template),
                sys_inputs={"told": json.dumps(told)},
                pdf_standards="ua-1",
                ignore_system_fonts=True,
                timestamp=0,
            )
        except typst.TypstError:
            # Its message holds the text at fault, which is the register's.
            raise TypesetError("the typesetter does not take this text as accessible PDF") from None
    return made
