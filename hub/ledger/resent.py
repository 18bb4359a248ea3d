"""Knows an event that is on record already, though by now it would be refused as a new one.

In: a refused token, who brought it, the keyring. Out: the Record it has, or None.
Never here: a token whose signature does not hold; that one is nobody's.

A key may be registered once. Whoever registered one and lost the answer sends the same event
again, and must get the same receipt, although "the key was registered before" is true by then.
"""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from contracts.governance import KeyRegistered
from hub.intake.errors import IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jws import check_signature, split
from hub.intake.keyring import Keyring
from hub.intake.verify import EVENT_TYP
from hub.ledger.record import Record

_FOUND = (
    "SELECT position, recorded_at, subject, jti, agency, digest, pseq FROM ledger.header"
    " WHERE agency = %s AND jti = %s AND digest = %s"
)


def resent_key(token: bytes, caller: str, keyring: Keyring) -> tuple[UUID, bytes] | None:
    """Return the jti and digest of a key's registration that the caller certainly signed.

    Nothing else is refused for what was stored since, so nothing else costs a look in the ledger.
    """
    try:
        compact = split(token, typ=EVENT_TYP)
        key = keyring.find(compact.header.kid)
        if key is None or key.agency != caller or key.revoked:
            return None
        check_signature(compact, key.public)
        claims = read_object(compact.payload)
        events = claims.get("events")
        if not isinstance(events, dict) or KeyRegistered.TYPE not in events:
            return None
        return UUID(str(claims.get("jti"))), compact.digest
    except (IntakeError, JsonRefusedError, ValueError):
        return None


def on_record(connection: Connection[Any], caller: str, jti: UUID, digest: bytes) -> Record | None:
    """Return the record of exactly this event, if there is one."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_FOUND, [caller, jti, digest]).fetchone()
    if row is None:
        return None
    return Record(
        position=row["position"],
        recorded_at_ms=row["recorded_at"],
        subject=row["subject"],
        jti=row["jti"],
        agency=row["agency"],
        digest=bytes(row["digest"]),
        pseq=row["pseq"],
        seen=True,
    )
