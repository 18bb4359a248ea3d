"""Whether telling a person who saw what about them must wait, by law, and for how long.

In: a subject, the facts of this moment. Out: the rule that has it wait; None where nothing does.
Never here: whether it is wise. An officer judges that; a hold of the police is on record.

Source: DPA 2018 Sch 2 para 2 (crime), Sch 2 para 5(3) (proceedings): while telling would prejudice.
"""

from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from hub.ledger.read import facts
from hub.ledger.record import subject_key

HOLD: Final = "x-tipping-off"
"""The rule a hold rests on. It ends when the police lift it."""


async def delayed_by(connection: AsyncConnection[Any], subject: UUID, now: int) -> str | None:
    """Return the id of the rule by which the person is not told yet."""
    key = subject_key(subject)
    known = await facts(connection, [key], now)
    return HOLD if known.facts.get(key, {}).get("hold") == "active" else None
