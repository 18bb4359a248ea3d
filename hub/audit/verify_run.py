"""Verifies the hub that the settings describe: brings together what `verify` needs.

In: Settings, and how to open rows, if they are to be opened. Out: the report.
Never here: a check (verify_log), a key drawn because one was missing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hub.audit.verify_log import Trust, verify
from hub.audit.verify_opened import Checks
from hub.clock import Clock, seconds
from hub.ids import Source
from hub.ledger.anchor import Anchor
from hub.ledger.checkpoint import NoteError, Verifier
from hub.ledger.cosigning import read_witnesses
from hub.ledger.directory import SIGNING_FILE
from hub.ledger.logparts import KEY_FILE, log_key
from hub.ledger.sequencer import connect
from hub.settings import Settings


def verify_hub(
    settings: Settings,
    *,
    vkey: str,
    older: Sequence[tuple[str, str]],
    opening: Callable[[], Checks] | None,
    clock: Clock,
    source: Source,
) -> dict[str, Any]:
    """Recompute the log from the ledger; return the report. The anchor counts as an older one.

    Raises:
        NoteError: the given key is none, or there is none to verify or to open with.
    """
    keys = settings.keys_dir
    if not vkey and not (keys / KEY_FILE).exists():
        raise NoteError("no key to verify the log with: give its vkey")
    if opening is not None and not (keys / SIGNING_FILE).exists():
        raise NoteError("no key of the hub to check its events with: verify without opening them")
    log = Verifier.read(vkey) if vkey else log_key(keys, settings.hub_uri, source).verifier
    kept = Anchor(settings.anchor).read()
    trust = Trust(
        log=log,
        older=[*older, *([] if kept is None else [("anchor", kept)])],
        witnesses=[w.key for w in read_witnesses(settings.witnesses)],
        openings=None if opening is None else opening(),
        now_s=seconds(clock),
    )
    with connect(settings.database_url) as connection:
        return verify(connection, trust)
