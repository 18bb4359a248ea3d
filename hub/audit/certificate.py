"""The certificate of erasure: who had the data, who was told that it is gone, and who said so.

In: an erasure that is about to be recorded, or was. Out: claims to sign, and their reading aloud.
Never here: a plaintext, a key, whether an erasure may be done (erasure).

The first certificate is made before the leaf, which holds its digest. A later one names that leaf,
and adds what has happened since: each partner's notice, by the answer that carried it, and the
partner's own signed acknowledgement of that answer. All of it stands in the log.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from contracts.disclosure import DisclosureMade, RecipientAcknowledged
from contracts.integrity import RecipientNotified
from hub.clock import utc_text

CERTIFICATE_TYP: Final = "hub-erasure+jwt"
_TOLD: LiteralString = (
    "SELECT h.partner, h.pseq, h.jti::text AS dis, h.recorded_at / 1000 AS at,"
    " h.routing->>'channel' AS channel, h.routing->>'body_digest' AS body_digest,"
    " (SELECT min(a.recorded_at) / 1000 FROM ledger.header a WHERE a.type = %(ack)s"
    "  AND a.agency = h.partner AND a.routing->>'dis' = h.jti::text) AS acknowledged"
    " FROM ledger.header h WHERE h.kind = 'disclosure' AND h.type = %(made)s"
    " AND EXISTS (SELECT FROM jsonb_array_elements(h.routing->'items') AS i"
    "  JOIN ledger.header s ON s.position = (i->>'position')::bigint"
    "  WHERE s.subject = %(subject)s) ORDER BY h.position"
)
_DONE: LiteralString = (
    "SELECT h.position, h.jti::text AS jti, h.recorded_at / 1000 AS at, h.routing"
    " FROM ledger.header h WHERE h.kind = 'shred' AND h.agency = 'hub'"
    " AND h.routing->>'key_id' = %(subject)s::text ORDER BY h.position LIMIT 1"
)
_HEARD: LiteralString = (
    "SELECT n.routing->>'partner' AS partner, n.position, n.recorded_at / 1000 AS at,"
    " n.routing->>'dis' AS dis,"
    " (SELECT min(a.recorded_at) / 1000 FROM ledger.header a WHERE a.type = %(ack)s"
    "  AND a.agency = n.routing->>'partner' AND a.routing->>'dis' = n.routing->>'dis')"
    " AS acknowledged"
    " FROM ledger.header n WHERE n.type = %(notified)s AND n.agency = 'hub'"
    " AND n.position > %(leaf)s AND n.routing->>'cause' = 'shredded'"
    " AND n.routing->>'item_position' = %(leaf)s::text ORDER BY n.position"
)


async def told(connection: AsyncConnection[Any], subject: UUID) -> list[dict[str, Any]]:
    """Return every answer that held something about a subject, and when it was acknowledged."""
    values = {
        "subject": subject,
        "ack": RecipientAcknowledged.TYPE,
        "made": DisclosureMade.TYPE,
    }
    return [_plain(row) for row in await _rows(connection, _TOLD, values)]


async def later(connection: AsyncConnection[Any], subject: UUID, kind: str) -> dict[str, Any]:
    """Return the claims of a recorded erasure as it stands now.

    Raises:
        LookupError: none of this subject is on record.
    """
    found = await _rows(connection, _DONE, {"subject": subject})
    if not found:
        raise LookupError("no such erasure")
    (done,) = found
    said, leaf = done["routing"], done["position"]
    values = {
        "ack": RecipientAcknowledged.TYPE,
        "notified": RecipientNotified.TYPE,
        "leaf": leaf,
    }
    return {
        "subject": str(subject),
        "kind": kind,
        "reason": said["reason"],
        "approved_by": said["approved_by"],
        "at": utc_text(done["at"]),
        "items": said["items"],
        "told": await told(connection, subject),
        "leaf": {"position": leaf, "jti": done["jti"], "certificate": said["certificate"]},
        "notified": [_plain(row) for row in await _rows(connection, _HEARD, values)],
    }


def read_aloud(claims: dict[str, Any]) -> str:
    """Return a certificate in words, a line for each recipient."""
    lines = [
        "Certificate of erasure",
        "",
        f"Subject       {claims['subject']} ({claims['kind']})",
        f"Erased        {claims['at']}: {claims['items']} items can be read by no one any more",
        f"Reason        {claims['reason']}",
        f"Approved by   {', '.join(claims['approved_by'])}",
        "",
        "Who was shown the record before, and said that they hold it:",
        *([_held(one) for one in claims["told"]] or ["- nobody"]),
    ]
    if "leaf" in claims:
        leaf = claims["leaf"]
        lines += [
            "",
            f"On record     position {leaf['position']} of the log, {leaf['jti']}",
            f"First paper   SHA-256 {leaf['certificate']}",
            "",
            "Who was told that it is erased, and said that they were:",
            *([_heard(who, claims["notified"]) for who in _partners(claims)] or ["- nobody"]),
        ]
    return "\n".join(lines) + "\n"


def _held(one: dict[str, Any]) -> str:
    said = f"acknowledged {one['acknowledged']}" if one["acknowledged"] else "NOT acknowledged"
    return f"- {one['partner']}, answer {one['pseq']} of {one['at']} by {one['channel']}; {said}"


def _partners(claims: dict[str, Any]) -> list[str]:
    return sorted({one["partner"] for one in claims["told"]})


def _heard(partner: str, notified: list[dict[str, Any]]) -> str:
    """Return one partner's line: by the first notice it acknowledged, or else the first of all."""
    own = [one for one in notified if one["partner"] == partner]
    if not own:
        return f"- {partner}: NOT told yet"
    first = next((one for one in own if one["acknowledged"]), own[0])
    said = f"acknowledged {first['acknowledged']}" if first["acknowledged"] else "NOT acknowledged"
    return f"- {partner}, told {first['at']} by answer {first['dis']}; {said}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    acknowledged = row["acknowledged"]
    return {
        **row,
        "at": utc_text(row["at"]),
        "acknowledged": None if acknowledged is None else utc_text(acknowledged),
    }


async def _rows(
    connection: AsyncConnection[Any], query: LiteralString, values: dict[str, Any]
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
