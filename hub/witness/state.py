"""What a witness has signed last, per log: one small file each, durable before any signature.

In: a folder of the witness's own. Out: the last note cosigned. Never here: a second witness on the
same folder, or a rollback of it unseen by its operator: this memory is all that a witness is.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import IO


class StateTakenError(Exception):
    """Another process uses this folder."""


class State:
    """The folder, held by this process alone until it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._held: IO[bytes] = (folder / "lock").open("wb")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise StateTakenError("another witness uses this folder") from None

    def last(self, origin: str) -> str | None:
        """Return the last note of a log that was cosigned."""
        try:
            return self._file(origin).read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, origin: str, note: str) -> None:
        """Keep a note as the last one. It is on disk when this returns."""
        file = self._file(origin)
        aside = file.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as fresh:
            fresh.write(note)
            fresh.flush()
            os.fsync(fresh.fileno())
        aside.replace(file)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let go of the folder."""
        self._held.close()

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"
