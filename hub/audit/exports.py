"""Hands officers the register as a file: CSV to work with, tagged PDF to print or to file.

In: who asks, for which entries, and how a page lays them out. Out: a recorded Answer whose body is
the very file. Never here: a file that leaves no trace, one cut short in silence, or an entry that
the officer would not see on the page.
"""

import asyncio
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from hub.audit.listing import Page, is_barred, page_of, told
from hub.audit.readings import By, given
from hub.audit.typeset import MARKING, typeset
from hub.clock import Clock, seconds
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.ledger.read import Pool
from hub.views.read_register import RegisterFilter, who_saw
from hub.views.register_pages import Order

Form: TypeAlias = Literal["csv", "pdf"]
MOST: Final = 2_000
"""The most entries one file holds."""
_EVERY: Final = 2**53
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV injection."""


class ExportError(Exception):
    """This cannot be one file. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table in plain words, with a title and lines that say what it is."""

    title: str
    about: Sequence[str]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Lay: TypeAlias = Callable[[Sequence[dict[str, Any]]], Sheet]
"""Puts entries into plain words; a page knows which."""


class Exports:
    """Makes files. One per process."""

    def __init__(self, *, desk: Desk, pool: Pool, clock: Clock) -> None:
        self._desk = desk
        self._pool = pool
        self._clock = clock

    async def register(
        self, by: By, filters: RegisterFilter, order: Order, form: Form, lay: Lay
    ) -> Answer:
        """Return the entries that fit as a file.

        Raises:
            ExportError: they are too many for one file.
            TypesetError: this hub was installed without what sets PDF.
            LedgerError: it could not be recorded; nothing may be released.
        """
        first = Page(order=order, past=_EVERY if order != "oldest" else 0, limit=MOST + 1)
        subject = None if filters.subject is None else UUID(filters.subject)
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            found = await page_of(connection, filters, first)
            if subject is not None and await is_barred(
                connection, by.agency, by.user, subject, now
            ):
                found = []
            if len(found) > MOST:
                raise ExportError(f"more than {MOST:,} entries fit: narrow them by day or agency")
            entries = await told(connection, found, now, self._desk.door.directory.now.law)
        return await self._given(by, lay(entries), form, subject)

    async def who_saw(self, by: By, subject: UUID, lay: Lay) -> Answer:
        """Return the statement of who saw what about somebody as a PDF.

        Raises:
            TypesetError: this hub was installed without what sets PDF.
            LedgerError: it could not be recorded; nothing may be released.
        """
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            found = await who_saw(connection, str(subject))
            if await is_barred(connection, by.agency, by.user, subject, now):
                found = []
            entries = await told(connection, found, now, self._desk.door.directory.now.law)
        return await self._given(by, lay(entries), "pdf", subject)

    async def _given(self, by: By, sheet: Sheet, form: Form, subject: UUID | None) -> Answer:
        made = typeset if form == "pdf" else as_csv
        body = await asyncio.to_thread(
            made, title=sheet.title, about=sheet.about, head=sheet.head, rows=sheet.rows
        )
        return await given(self._desk, by, "export", body, subject)


def as_csv(
    *, title: str, about: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]
) -> bytes:
    """Return a table as CSV (RFC 4180), each row with its marking.

    A cell that a spreadsheet would run is given as text. Title and lines are for paper only: a
    program that reads the file finds the head first.
    """
    del title, about
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow([*head, "Marking"])
    writer.writerows([*map(_harmless, row), MARKING] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RUNS) else cell
