"""Restores a backup, and lets it stand only where it lacks nothing that was ever acknowledged.

In: a backup, checkpoints that others kept, receipts that partners hold. Out: a report.
Never here: a restore that is half there: all of it is one transaction, undone unless all holds.

Three questions, and each names its places. Does the log verify, as `hub verify --keyless` says?
Does it reach every checkpoint that was ever published: the anchor's, the witnesses', the partners'?
Is every event and answer there for which somebody holds the hub's receipt?
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection, Rollback
from psycopg.rows import dict_row

from hub.audit.verify_log import Trust, checked
from hub.disclosure.receipt import RECEIPT_TYP
from hub.intake import encoding
from hub.intake.errors import IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jwk import PublicKey
from hub.intake.jws import check_signature, split
from hub.ledger.backup import erase_again, load
from hub.ledger.checkpoint import NoteError, open_checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a restored ledger is held against. `receipts` as partners hand them over."""

    trust: Trust
    hub_key: PublicKey
    hub_uri: str
    receipts: Sequence[str] = ()


def restore(
    connection: Connection[Any], folder: Path, proof: Proof, *, drill: bool = False
) -> dict[str, Any]:
    """Load a backup, erase again, prove; commit if all holds and this is no drill.

    Raises:
        BackupError: the backup cannot be used as it is.
    """
    with connection.transaction() as whole:
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        manifest = load(connection, folder)
        erased = erase_again(connection)
        found = checked(connection, proof.trust)
        missing = [*_behind(found, proof.trust), *_unkept(connection, proof)]
        holds = found["ok"] and not missing
        report = {
            "ok": holds,
            "live": holds and not drill,
            "position": manifest["position"],
            "size": found["size"],
            "receipts": len(proof.receipts),
            "older": found["older"],
            "erased_again": erased,
            "missing": missing,
            "faults": found["faults"],
        }
        if not report["live"]:
            raise Rollback(whole)
    return report


def _behind(found: Mapping[str, Any], trust: Trust) -> Iterator[dict[str, Any]]:
    """Yield the positions that a published checkpoint covers and this ledger does not have."""
    for whose, note in trust.older:
        try:
            size = open_checkpoint(note, trust.log, trust.witnesses).size
        except NoteError:
            continue  # `checked` has told of it
        if size > found["rows"]:
            yield {"checkpoint": whose, "first": found["rows"] + 1, "last": size}


def _unkept(connection: Connection[Any], proof: Proof) -> Iterator[dict[str, Any]]:
    """Yield the receipts whose event or answer is not there as they say."""
    for number, receipt in enumerate(proof.receipts, 1):
        claims = _claims(receipt, proof)
        if claims is None:
            yield {"receipt": f"line {number}", "why": "not signed by this hub"}
            continue
        place = claims["pos"] if "pos" in claims else claims.get("idx", -1) + 1
        if not _kept(connection, claims, proof.hub_uri):
            yield {"receipt": str(claims["jti"]), "position": place, "why": "not in the ledger"}


def _claims(receipt: str, proof: Proof) -> dict[str, Any] | None:
    try:
        compact = split(receipt.encode(), typ=RECEIPT_TYP)
        check_signature(compact, proof.hub_key)
        return dict(read_object(compact.payload))
    except (IntakeError, JsonRefusedError):
        return None


def _kept(connection: Connection[Any], claims: Mapping[str, Any], hub_uri: str) -> bool:
    holder = str(claims["aud"]).removeprefix(f"{hub_uri}/agencies/")
    poster = holder if "pos" in claims else "hub"
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT position, digest, partner, pseq, routing->>'body_digest' AS bd"
            " FROM ledger.header WHERE agency = %s AND jti = %s::uuid",
            [poster, claims["jti"]],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    if "pos" in claims:
        said = encoding.encode(bytes(row["digest"])).decode()
        return bool((row["position"], said) == (claims["pos"], claims["sd"]))
    answer = (row["partner"], row["pseq"], row["bd"], row["position"] - 1)
    return answer == (holder, claims["pseq"], claims["bd"], claims["idx"])


def receipts_in(texts: Iterable[str]) -> list[str]:
    """Return the receipts in files that hold one on each line."""
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
