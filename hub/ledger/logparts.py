"""Builds the parts of the log's own processes: the sequencer, and what has it cosigned.

In: Settings, the time, where keys are drawn. Out: a Sequencer, a Cosigning, the log's key.
Never here: the API's parts (assembly). A waiting sequencer is a small process that starts at once,
and it holds no key but the log's.
"""

from pathlib import Path

from hub.clock import Clock, seconds
from hub.ids import Source
from hub.intake import encoding
from hub.intake.signing import Signer
from hub.ledger.anchor import Anchor
from hub.ledger.checkpoint import ED25519, NoteKey, Verifier, log_origin
from hub.ledger.cosigning import Cosigning, read_witnesses
from hub.ledger.keyfile import file_key
from hub.ledger.sequencer import Sequencer
from hub.settings import Settings
from hub.telemetry import Log, say
from hub.witness.ask import ask

KEY_FILE = "log.bin"


def log_key(folder: Path, hub_uri: str, source: Source) -> NoteKey:
    """Open the log's signing key, drawing it once where there is none.

    It is not the hub's other key: who can sign answers must not be able to sign another history.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signer = Signer(file_key(folder / KEY_FILE, source))
    raw = encoding.decode(signer.public.jwk["x"].encode())
    return NoteKey(Verifier.of(log_origin(hub_uri), ED25519, raw), signer.raw)


def sequencer(settings: Settings, clock: Clock, source: Source) -> Sequencer:
    """Return a sequencer."""
    return Sequencer(
        log_key(settings.keys_dir, settings.hub_uri, source),
        Anchor(settings.anchor),
        now_ms=clock.now_ms,
        every_s=settings.checkpoint_ms / 1000,
        on_failed=lambda name: say(Log.SEQUENCER_FAILED, error=name),
    )


def cosigning(settings: Settings, clock: Clock) -> Cosigning | None:
    """Return what has checkpoints cosigned, or None where no witness is named."""
    witnesses = read_witnesses(settings.witnesses)
    if not witnesses:
        return None
    return Cosigning(
        witnesses,
        ask,
        now_s=lambda: seconds(clock),
        on_trouble=lambda name, what: say(Log.WITNESS_TROUBLE, witness=name, error=what),
    )
