"""Finds entries of the register for an officer, in the order they wish, as they will be told.

In: filters, an order, a place to go on from. Out: JSON-ready entries, and where the next page is.
Never here: a reading's record (readings), or an entry about whom the officer has an interest in.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from hub.audit.flags import flags_of
from hub.audit.register import entries
from hub.audit.reviews import reviews_of
from hub.disclosure.interest import barred
from hub.ledger.read import facts
from hub.ledger.record import relation_key
from hub.rulebook.releases import Releases
from hub.views.read_register import RegisterEntry, RegisterFilter, register_rows
from hub.views.register_pages import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which page of the register, in which order.

    `past` is a position: entries after it, or before it where the newest come first. By agency it
    is a position within `agency`, the slug the last page ended in.
    """

    order: Order = "oldest"
    past: int = 0
    agency: str = ""
    limit: int = 100


async def page_of(
    connection: AsyncConnection[Any], filters: RegisterFilter, page: Page
) -> list[RegisterEntry]:
    """Return a page of the register."""
    return await register_rows(
        connection, filters, order=page.order, past=page.past, agency=page.agency, limit=page.limit
    )


async def told(
    connection: AsyncConnection[Any], rows: list[RegisterEntry], now: int, law: Releases
) -> list[dict[str, Any]]:
    """Return entries as officers read them: how each stands with its reviewers, what it rested on.

    `law` is what the ledger has released: an answer is read by the law it was given under.
    """
    reviews = await reviews_of(connection, [row.jti for row in rows])
    return entries(rows, reviews, await flags_of(connection, rows, law), now)


async def is_barred(
    connection: AsyncConnection[Any], agency: str, user: str | None, subject: UUID, now: int
) -> bool:
    """Return whether the officer has an interest of their own in whom this is about."""
    key = relation_key(subject, agency)
    known = await facts(connection, [key], now)
    return barred(known.facts.get(key, {}), user)
