"""A secret of 32 bytes in a file that only its process's user can read.

In: a path. Out: the bytes, drawn once. Never here: what a secret is for.
"""

import contextlib
import os
from pathlib import Path

from hub.ids import Source

KEY_BYTES = 32


class KeyFileError(Exception):
    """A key file holds something else than a key."""


def file_key(path: Path, source: Source) -> bytes:
    """Return the 32 bytes in `path`, drawing them once where there is no such file.

    Raises:
        KeyFileError: the file holds something else.
    """
    if not path.exists():
        _write(path, source.bytes(KEY_BYTES), source)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError("a master key file has the wrong length")
    return key


def copy(old: Path, new: Path, source: Source) -> bool:
    """Copy a key file and see it safe on its disk; return whether that very key is there now.

    Raises:
        KeyFileError: the old file holds something else than a key.
    """
    key = old.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError("a master key file has the wrong length")
    if not new.exists():
        _write(new, key, source)
    return new.read_bytes() == key


def destroy(path: Path, source: Source) -> None:
    """Overwrite a key file and remove it.

    What a disk keeps beside its files is out of reach here: who must be sure of that keeps the key
    in a hardware module.
    """
    with path.open("r+b") as file:
        file.write(source.bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync(path.parent)


def _write(path: Path, key: bytes, source: Source) -> None:
    # Written aside and linked into place: two processes that start together must end up with one
    # key, and neither may read the other's half-written file.
    aside = path.with_name(f"{path.name}.{source.bytes(8).hex()}")
    with aside.open("xb") as file:
        aside.chmod(0o600)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()
    # The name must outlive a power cut before anything is sealed under the key.
    _sync(path.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)
