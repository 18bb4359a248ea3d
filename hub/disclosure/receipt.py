"""Receipts: what the hub hands over so that a partner can prove what it was told, or posted.

In: a Record. Out: a compact JWS of type `hub-receipt+jwt`. Never here: content of any kind.

A receipt is a function of what ledger and log hold, and Ed25519 signatures are deterministic: asked
for again, after any crash, it is the same to the byte. So receipts need no table of their own. Only
a promise is kept once: asked for again when the log has gone on, it names the checkpoint instead.
"""

import hashlib

from contracts.accounts import Figures
from hub.intake import encoding
from hub.intake.agencies import issuer_uri
from hub.intake.signing import Signer
from hub.ledger.record import Header, Record

RECEIPT_TYP = "hub-receipt+jwt"
STATEMENT_TYP = "hub-statement+jwt"
DUE_S = 86_400
"""When a promised checkpoint is due: past it, a receipt that the log lacks is proof of a fault."""


class Receipts:
    """Makes receipts under the hub's key."""

    def __init__(self, signer: Signer, hub_uri: str) -> None:
        self._signer = signer
        self._hub_uri = hub_uri

    def for_event(self, record: Record) -> str:
        """Return the receipt of an event: `pos` its position, `sd` its signing input's digest.

        The writer's process signs as it stores, so that the API need not; the same to the byte.
        """
        if record.receipt is not None:
            return record.receipt
        return self._signer.sign(
            {
                "iss": self._hub_uri,
                "aud": issuer_uri(self._hub_uri, record.agency),
                "jti": str(record.jti),
                "iat": record.recorded_at_ms // 1000,
                "pos": record.position,
                "sd": encoding.encode(record.digest).decode(),
            },
            typ=RECEIPT_TYP,
        )

    def for_answer(
        self, record: Record, *, partner: str, body_digest: str, released: bool, size: int | None
    ) -> str:
        """Return the receipt of an answer: `pseq` its number for the partner, `bd` its digest.

        `idx` is its leaf in the log, `size` that of the first checkpoint over it. Where there is
        none yet, `due` says by when there will be, in seconds.
        """
        at = record.recorded_at_ms // 1000
        covered = {"due": at + DUE_S} if size is None else {"size": size}
        return self._signer.sign(
            {
                "iss": self._hub_uri,
                "aud": issuer_uri(self._hub_uri, partner),
                "jti": str(record.jti),
                "iat": at,
                "dis": str(record.jti),
                "pseq": record.pseq,
                "bd": body_digest,
                "outcome": "released" if released else "refused",
                "idx": record.position - 1,
                **covered,
            },
            typ=RECEIPT_TYP,
        )

    def for_statement(self, header: Header) -> str:
        """Return the signed text of a statement on record: its figures, and its leaf `idx`."""
        said = {name: header.routing[name] for name in ("month", *Figures._fields)}
        return self._signer.sign(
            {
                "iss": self._hub_uri,
                "aud": issuer_uri(self._hub_uri, header.routing["partner"]),
                "jti": str(header.jti),
                "iat": header.recorded_at_ms // 1000,
                "idx": header.position - 1,
                **said,
            },
            typ=STATEMENT_TYP,
        )


def digest(body: bytes) -> str:
    """Return the base64url SHA-256 of an answer's exact bytes."""
    return encoding.encode(hashlib.sha256(body).digest()).decode()
