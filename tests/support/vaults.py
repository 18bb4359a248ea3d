"""A vault in this process, and the settings of a hub that asks it.

In: a database's URL, a folder of keys. Out: Settings, a listening Vault.
Never here: keys that are not the test's own.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hub.clock import Clock
from hub.ids import Source
from hub.settings import Settings
from hub.vault import parts
from hub.vault.serve import Listening
from hub.vault.vault import Vault

NO_MORE: Mapping[str, Any] = MappingProxyType({})
_SOCKETS = itertools.count()


def hub_settings(owner: str, keys_dir: Path, **more: Any) -> Settings:  # noqa: ANN401 - as fields
    """Return the settings of a hub over a prepared database, each part in its own role."""
    fields: dict[str, Any] = {
        "owner_url": owner,
        "database_url": owner.replace("//postgres:@", "//hub_app@", 1),
        "keys_dir": keys_dir,
        "vault_dir": keys_dir / "vault",
        "vault_socket": str(keys_dir / f"{next(_SOCKETS)}.sock"),
        "vault_database_url": owner.replace("//postgres:@", "//hub_vault@", 1),
    }
    return Settings(**{**fields, **more})


@contextmanager
def vault_of(settings: Settings, clock: Clock, source: Source) -> Iterator[Vault]:
    """Yield a vault that listens in this process, as `hub vault` does in its own."""
    with parts.opened(settings, clock, source) as vault:
        listening = Listening(vault, settings.vault)
        try:
            yield vault
        finally:
            listening.close()
