"""A full disk: what is new is refused, what was acknowledged is kept, and room ends it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from hub.ledger.record import UnavailableError
from hub.ledger.store import HubRecorder
from tests.faults.faulty import faulty_hub
from tests.ledger.made import check
from tests.support.parts import Parts, concern, enrolled, fresh_hub, parts

__all__ = ["enrolled", "fresh_hub", "parts"]
SIZE_MB = 160


class Full(HubRecorder):
    """A recorder whose store has no room: the error comes where the store would raise it."""

    def append(self, entries: Any, now_ms: int) -> Any:  # noqa: ANN401
        del entries, now_ms
        error = OperationalError("could not extend file: No space left on device")
        raise error from psycopg.errors.DiskFull()


@pytest.fixture
def full(parts: Parts) -> Iterator[Parts]:
    """A hub whose store has no room."""
    recorder = parts.hub.recorder
    recorder.__class__ = Full
    yield parts
    recorder.__class__ = HubRecorder


def test_without_room_an_event_is_refused_and_nothing_is_stored(full: Parts) -> None:
    head = full.head()
    token = full.sign("gp-c", concern())
    with pytest.raises(UnavailableError):
        full.run(full.hub.door.post(token, "gp-c"))
    assert full.head() == head
    full.hub.recorder.__class__ = HubRecorder
    assert full.run(full.hub.door.post(token, "gp-c")).position == head + 1


def test_without_room_nothing_is_released(full: Parts) -> None:
    full.hub.recorder.__class__ = HubRecorder
    subject = full.post("gp-c", concern()).subject
    full.project()
    assert full.timeline("council-a", subject).outcome == "released"
    full.hub.recorder.__class__ = Full
    with pytest.raises(UnavailableError):
        full.timeline("council-a", subject)


def fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 65536):
            pass


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a file system with little room. Only root may make one."""
    folder.mkdir()
    options = f"size={SIZE_MB}m,mode=755"
    made = subprocess.run(
        ["/usr/bin/env", "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no file system can be mounted here; the injected error stands for it")
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/env", "umount", "-l", str(folder)], check=True)


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_on_a_disk_that_really_is_full_the_hub_refuses_keeps_and_recovers() -> None:
    place = Path("/var/tmp") / f"hub-small-{os.getpid()}"  # noqa: S108 - named after this process
    with small_disk(place) as disk, faulty_hub(disk) as faulty:
        hub = faulty.hub
        assert faulty.post()[0] == 202
        head = hub.ready()["position"]
        filler = disk / "filler"
        fill(filler)
        statuses = {faulty.post()[0] for _ in range(400)}
        assert 503 in statuses
        assert statuses <= {202, 503}
        filler.unlink()
        faulty.server.start()  # where it had to stop: whoever looks after it would
        hub.until(lambda: faulty.post()[0] == 202, 60)
        client = hub.client("poster-a")
        client._store.rows("UPDATE outbox SET not_before = 0")
        client.flush(batch=20, wait_s=30)
        hub.settle()
        acknowledged = {e.jti for e in client.outbox.entries("sent")}
        stored = {
            jti for (jti,) in faulty.rows(
                "SELECT jti::text FROM ledger.header WHERE agency = %s", "poster-a"
            )
        }  # fmt: skip
        assert acknowledged == stored
        assert check(hub.settings.owner_url) > head
    place.rmdir()
