"""Puts together what keeps the ledger and brings it back, from the settings.

In: Settings. Out: a manifest, or a report. Never here: how a row is written or a proof made.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from hub.audit.restored import Proof, receipts_in, restore
from hub.audit.verify_log import Trust
from hub.clock import Clock
from hub.ids import Source
from hub.intake.signing import Signer
from hub.ledger.anchor import Anchor
from hub.ledger.backup import BackupError, back_up
from hub.ledger.checkpoint import Verifier
from hub.ledger.keyfile import file_key
from hub.ledger.logparts import KEY_FILE, log_key
from hub.preparing import prepare
from hub.settings import Settings

_SIGNING = "signing.bin"


def backed_up(settings: Settings, folder: Path, clock: Clock) -> dict[str, Any]:
    """Back the ledger up; return the manifest.

    Raises:
        BackupError: the folder holds something else, or the database does not answer.
    """
    with _connected(settings) as connection:
        try:
            return back_up(connection, folder, now_ms=clock.now_ms())
        except psycopg.errors.InsufficientPrivilege:
            raise BackupError("its role may not read all that has to be kept") from None


def restored(
    settings: Settings,
    folder: Path,
    *,
    older: Sequence[tuple[str, str]],
    receipts: Sequence[str],
    drill: bool,
    source: Source,
    vkey: str = "",
) -> dict[str, Any]:
    """Restore into the database of the settings, proved against the anchor and what is given.

    `vkey` is the log's public key, where its own is kept apart from the hub's.

    Raises:
        BackupError: there is no such backup, no key to prove with, or the database is not empty.
        NoteError: the given key is none.
    """
    keys = settings.keys_dir
    for name in (_SIGNING,) if vkey else (KEY_FILE, _SIGNING):
        if not (keys / name).exists():
            raise BackupError(f"{name} is not in the keys folder: nothing could be proved")
    kept = Anchor(settings.anchor).read()
    trust = Trust(
        log=Verifier.read(vkey) if vkey else log_key(keys, settings.hub_uri, source).verifier,
        older=[*older, *([] if kept is None else [("anchor", kept)])],
    )
    proof = Proof(
        trust=trust,
        hub_key=Signer(file_key(keys / _SIGNING, source)).public,
        hub_uri=settings.hub_uri,
        receipts=receipts_in(receipts),
    )
    with _connected(settings) as connection:
        prepare(settings)
        return restore(connection, folder, proof, drill=drill)


def _connected(settings: Settings) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(settings.owner, autocommit=True, connect_timeout=5)
    except psycopg.Error:
        raise BackupError("the database does not answer; see HUB_OWNER_URL") from None
