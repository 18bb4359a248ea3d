"""The anchor: the last checkpoint, kept outside the database, on another volume.

In: a note. Out: the note that was last written. Never here: what it means (sequencer).

A database restored from a backup agrees with itself in every way. Only something that was not
restored with it can tell that it is older than what was already published.
"""

import os
from pathlib import Path


class Anchor:
    """One small file, replaced as a whole and durable before `write` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """Return the note that was last written, or None where there is none yet."""
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def write(self, note: str) -> None:
        """Replace the note. After a crash the file holds the old note or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_name(self._path.name + ".new")
        with aside.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)
        # The name is part of the folder, so the folder must reach the disk as well.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
