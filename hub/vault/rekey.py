"""Changes the master key: draws the next one, wraps every subject's key anew, destroys old ones.

In: the master keys, the ledger's rows. Out: what was done. Never here: a token, a subject's key
that leaves. Stopped half-way, it is taken up by the next change: every key row says which master
key it lies under.

Destroying the old master key is what makes erasure reach the backups: the keys of erased subjects
that lie in them are wrapped under it.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from hub.ledger.kek import KeyProvider
from hub.ledger.record import UnavailableError
from hub.vault.rows import Rows
from hub.vault.wire import Rekeyed

BATCH: Final = 1_000


def rekey(keys: KeyProvider, rows: Rows, *, destroy_old: bool, dis: UUID) -> Rekeyed:
    """Change the master key, as the hub's event `dis` says.

    Raises:
        VaultRefusedError: no committed, unused event of the hub says so.
        UnavailableError: a key would not stay where it was put.
    """
    old = keys.versions
    rows.say("rekey", dis, items=rows.wrapped(old))
    new = keys.rotate()
    rewrapped = sum(_rewrap(keys, rows, version, new) for version in old)
    destroyed: list[int] = []
    for version in old if destroy_old else ():
        # A new subject's key may have been wrapped and not yet stored when the key changed.
        rewrapped += _rewrap(keys, rows, version, new)
        keys.destroy(version)
        destroyed.append(version)
    return Rekeyed(new, rewrapped, destroyed)


def _rewrap(keys: KeyProvider, rows: Rows, old: int, new: int) -> int:
    return sum(_batches(keys, rows, old, new))


def _batches(keys: KeyProvider, rows: Rows, old: int, new: int) -> Iterable[int]:
    while found := rows.under(old, BATCH):
        again = {
            key_id: keys.wrap(key_id.bytes, keys.unwrap(key_id.bytes, wrapped, old))
            for key_id, wrapped in found.items()
        }
        done = rows.rewrap(old, new, again)
        if not done:
            raise UnavailableError("the subjects' keys cannot be stored")
        yield done
