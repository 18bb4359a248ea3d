"""Builds the vault's own process: its keys, its role in the database.

In: Settings. Out: a Vault, while it is open. Never here: any part of the API (assembly).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from psycopg_pool import ConnectionPool

from hub.clock import Clock
from hub.ids import Source
from hub.ledger.alive import still_there
from hub.ledger.kek import FileKeys, KeyProvider
from hub.ledger.read import LOOKING
from hub.settings import Settings
from hub.vault.adopt import drawable, fitting
from hub.vault.rows import Rows
from hub.vault.vault import Vault


def master_keys(settings: Settings, source: Source) -> KeyProvider:
    """Open the master keys, drawing the first ones where there are none.

    Raises:
        KekError: the hardware module does not let in.
    """
    if settings.kek == "file":
        return FileKeys.open(settings.vault_dir, source)
    # Its library is an extra: who keeps keys in files does not need it.
    from hub.ledger.pkcs11 import ModuleKeys  # noqa: PLC0415

    return ModuleKeys.open(
        settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin_file, source
    )


@contextmanager
def opened(settings: Settings, clock: Clock, source: Source) -> Iterator[Vault]:
    """Yield the vault of a hub that is set up like this.

    Raises:
        KekError: the master keys are not there, or are not those of this ledger.
    """
    with rows_of(settings, clock) as rows:
        if settings.kek == "file":
            drawable(settings.vault_dir, rows)
        with closing(master_keys(settings, source)) as keys:
            fitting(keys, rows)
            yield Vault(keys, rows, clock, source)


@contextmanager
def rows_of(settings: Settings, clock: Clock) -> Iterator[Rows]:
    """Yield the vault's way to the database."""
    with ConnectionPool(
        settings.vault_database_url,
        min_size=2,
        max_size=8,
        timeout=5.0,
        reconnect_timeout=5.0,
        kwargs={"autocommit": True, "options": f"-c statement_timeout=15000 {LOOKING}"},
        check=still_there,
    ) as pool:
        yield Rows(pool, clock)
