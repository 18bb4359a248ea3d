"""Puts together what hands evidence over, from the parts of a running hub.

In: a Hub. Out: an Evidence. Never here: what a pack holds, or a second way to record one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hub.api.parts import Hub
from hub.audit.evidence import Evidence, Keys
from hub.audit.openings import said
from hub.ledger.cosigning import read_witnesses
from hub.ledger.logparts import log_key
from hub.ledger.tiles import LogReader
from hub.settings import Settings
from hub.vault.client import Operating
from hub.vault.serve import operators
from hub.witness.ask import stamp


def evidence_of(hub: Hub) -> Evidence:
    """Return what makes packs of this hub's ledger.

    Raises:
        NoteError: a witness in the settings has no proper key.
        OSError: the time authority's certificates cannot be read.
    """
    settings = hub.settings
    return Evidence(
        desk=hub.desk,
        pool=hub.pool,
        log=LogReader(hub.pool, quorum=settings.witness_quorum),
        opened=lambda rows: _opened(hub, rows),
        signer=hub.signer,
        keys=_keys(settings, hub),
        clock=hub.clock,
        source=hub.source,
        hub_uri=settings.hub_uri,
    )


def _keys(settings: Settings, hub: Hub) -> Keys:
    witnesses = [one.key for one in read_witnesses(settings.witnesses)]
    return Keys(
        log=log_key(settings.keys_dir, settings.hub_uri, hub.source).verifier,
        witnesses=tuple(sorted(witnesses, key=lambda one: one.name)),
        stamp=(lambda query: stamp(settings.tsa_url, query)) if settings.tsa_url else None,
        tsa_ca=Path(settings.tsa_ca).read_bytes() if settings.tsa_ca else b"",
    )


async def _opened(hub: Hub, rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[bytes, bytes]]:
    """Have rows opened whose keys are live, once that is on record: each token, its blinding."""
    places = [row["position"] for row in rows]
    dis = await said(hub.door, "audit", items=len(places), positions=places)
    with closing(Operating(operators(hub.settings.vault))) as asking:
        return await asyncio.to_thread(asking.audit, places, dis)
