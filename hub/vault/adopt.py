"""Sees that the master keys are those of this ledger, and moves them here from an older folder.

In: folders, what the ledger holds wrapped. Out: nothing, or a refusal by name. Never here: a key
drawn where one was lost, a key that is destroyed before its copy has opened something.

A vault that started on an empty folder would draw new keys over a ledger whose keys lie elsewhere:
nothing stored would open, and everything new would be sealed under keys nobody has a backup of.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from psycopg import Error
from psycopg.errors import InvalidSchemaName, UndefinedTable
from psycopg_pool import PoolTimeout

from hub.ids import Source
from hub.ledger.kek import INDEX, FileKeys, KekError, KeyProvider
from hub.ledger.keyfile import copy, destroy
from hub.vault.rows import Rows

LOOKED_AT: Final = 20
"""Wrapped keys that are tried: one altered row must not keep the vault from starting."""
_MASTER: Final = re.compile(r"kek(-[1-9][0-9]{0,5})?\.bin")


def drawable(folder: Path, rows: Rows) -> None:
    """Refuse to let keys be drawn in a folder that lacks some, where the ledger has subjects.

    Raises:
        KekError: the ledger has keys that lie elsewhere, or cannot be asked.
    """
    if _there(folder) and (folder / INDEX).exists():
        return
    try:
        used = rows.wrapped_some(1)
    except (UndefinedTable, InvalidSchemaName):
        return  # nothing is installed yet
    except (Error, PoolTimeout):
        raise KekError("whether the ledger has keys already cannot be asked") from None
    if used:
        raise KekError(
            "the ledger has subjects, and their master keys are not in HUB_VAULT_DIR: bring them"
            " back from their backup, or from an older keys folder with --take-keys"
        )


def fitting(keys: KeyProvider, rows: Rows) -> None:
    """Refuse master keys that open nothing of what the ledger holds wrapped.

    Raises:
        KekError: these are another ledger's keys.
    """
    try:
        some = rows.wrapped_some(LOOKED_AT)
    except (Error, PoolTimeout):
        return  # away, or not there yet: it is asked again for every event
    if some and not any(_opens(keys, *one) for one in some):
        raise KekError("these master keys open nothing of this ledger")


def take(old: Path, new: Path, rows: Rows, source: Source) -> list[str]:
    """Move the master keys from an older folder to the vault's; return their files' names.

    Each is copied and synced first; the old ones go once the copies have opened what the ledger
    holds. Cut off anywhere, it may be run again.

    Raises:
        KekError: there are none, others are there already, or they do not open this ledger.
        OSError: a folder cannot be read or written.
    """
    names = [*_there(old), *([INDEX] if (old / INDEX).exists() else [])]
    if not _there(old):
        raise KekError("there are no master keys in that folder")
    if INDEX not in names and not (new / INDEX).exists():
        raise KekError("there is no index key in that folder")
    if old.resolve() == new.resolve():
        raise KekError("that folder is the vault's own")
    new.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        if not copy(old / name, new / name, source):
            raise KekError("the vault's folder holds another key already")
    _owned(new, names)
    fitting(FileKeys.open(new, source), rows)
    for name in names:
        destroy(old / name, source)
    return names


def _there(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(file.name for file in folder.iterdir() if _MASTER.fullmatch(file.name))


def _opens(keys: KeyProvider, key_id: bytes, wrapped: bytes, version: int) -> bool:
    try:
        keys.unwrap(key_id, wrapped, version)
    except KekError:
        return False
    return True


def _owned(folder: Path, names: Sequence[str]) -> None:
    """Give files that root has written to whom their folder belongs."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for name in names:
            os.chown(folder / name, owner.st_uid, owner.st_gid)
