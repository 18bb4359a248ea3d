"""The writer as a process: its parts put together, and how `hub serve` keeps one running.

In: Settings. Out: a process that stores what API processes hand over, and signs its receipts.
Never here: what a batch is (hub.ledger.writer), a request, a key to what is sealed. Little is
imported: it is started beside every API, and started again whenever it ends.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Final

from hub.clock import SystemClock
from hub.collector import settle_down
from hub.disclosure.receipt import Receipts
from hub.ids import SystemSource
from hub.intake.signing import Signer
from hub.ledger.commit import Committer
from hub.ledger.directory import SIGNING_FILE
from hub.ledger.keyfile import file_key
from hub.ledger.resolve import Resolver
from hub.ledger.store import AWAY, HubRecorder, open_recorder
from hub.ledger.writer import Writer, leading, listening
from hub.settings import Settings
from hub.telemetry import Log, say
from hub.vault.client import SealingClient

GRACE_S: Final = 15.0
PAUSE_S: Final = 0.2


def write(settings: Settings, stop: Event) -> None:
    """Wait until no other writer works on this machine, then write until told to stop."""
    path = settings.writer
    with leading(path, stop.is_set, stop.wait) as leads:
        if not leads:
            return
        say(Log.WRITER_LEADS)
        source = SystemSource()
        receipts = Receipts(
            Signer(file_key(settings.keys_dir / SIGNING_FILE, source)), settings.hub_uri
        )
        recorder = _recorder(settings.database_url, stop)
        if recorder is None:
            return
        with closing(recorder.datastore), closing(SealingClient(settings.vault)) as seals:
            resolver = Resolver(recorder.datastore, seals, source)
            committer = Committer(recorder, resolver, SystemClock(), receipts.for_event)
            with listening(path) as listener:
                settle_down()
                Writer(committer, listener).run(stop.is_set)


def _recorder(url: str, stop: Event) -> HubRecorder | None:
    """Connect to the store, and wait for it while it is away; None where there is to be a stop.

    Ending instead would start another every moment of an outage, each with its story in the log.
    """
    while not stop.is_set():
        try:
            return open_recorder(url, pool_size=1, spare=0)
        except AWAY as failure:
            say(Log.STORE_UNAVAILABLE, part="writer", error=type(failure).__name__)
            stop.wait(PAUSE_S)
    return None


def stop_with_stdin(stop: Event) -> None:
    """Set `stop` when standard input ends, which it does however the parent process ends."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stop.set()

    Thread(target=watch, daemon=True).start()


@contextmanager
def beside() -> Iterator[None]:
    """Keep a writer running in a process of its own."""
    stop = Event()
    first = _start()
    keeper = Thread(target=_keep, args=(first, stop.is_set, stop.wait), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(GRACE_S)


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "hub", "write", "--with-parent"],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the API, which may still have drafts to hand over
    )


def _keep(
    process: "subprocess.Popen[bytes]",
    stopped: Callable[[], bool],
    pause: Callable[[float], object],
) -> None:
    """Start another whenever it ends; end the last with its parent."""
    while not stopped():
        if process.poll() is None:
            pause(PAUSE_S)
            continue
        say(Log.WRITER_ENDED, code=process.returncode)
        pause(PAUSE_S)
        process = _start()
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
