"""Runs `hub serve` with one thing broken: some answers leave without having been recorded.

The vault lets nothing go for these, so this API has stolen the master keys as well.

In: `Hub-User` `silent` (no receipt either) or `forged` (a receipt for nothing on record).
Out: a serving process, right in everything else. Never here: a fault that a test did not ask for.
"""

import asyncio
import runpy
import sys
from collections.abc import Sequence
from uuid import UUID

import uvicorn
from psycopg_pool import ConnectionPool

from hub.api.app import create_app
from hub.assembly import build
from hub.bench.noop import Bare
from hub.clock import SystemClock
from hub.disclosure.ask import Answer
from hub.disclosure.opening import Built, Hole
from hub.disclosure.release import Release
from hub.ids import SystemSource
from hub.ledger.kek import FileKeys
from hub.ledger.record import Record, VaultRefusedError
from hub.ledger.sealing import Sealer
from hub.settings import Settings, load
from hub.vault.client import OpeningClient
from hub.vault.rows import Rows
from hub.vault.sealed import Envelopes

PSEQ, PLACE = 4_000, 3
_honest = Release.record
_built, _released = OpeningClient.build, OpeningClient.release


async def _record(self: Release, entry, body, guards):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if entry.user not in ("silent", "forged"):
        return await _honest(self, entry, body, guards)
    jti, receipt = SystemSource().uuid(), ""
    if entry.user == "forged":
        nothing = Record(
            position=PLACE, recorded_at_ms=1_790_000_000_000, subject=jti, jti=jti, agency="hub",
            digest=b"", pseq=PSEQ,
        )  # fmt: skip
        receipt = self._receipts.for_answer(
            nothing, partner=entry.partner, body_digest=entry.body_digest, released=True, size=PLACE
        )
    return Answer(outcome="released", body=body, receipt=receipt, jti=jti)


def _steal(settings: Settings) -> None:
    """Fill by itself what the vault does not release."""
    hub_clock, source = SystemClock(), SystemSource()
    pool = ConnectionPool(settings.vault_database_url, kwargs={"autocommit": True}, open=True)
    rows = Rows(pool, hub_clock)
    sealer = Sealer(FileKeys.open(settings.vault_dir, source), source)
    bare = Bare(Envelopes(sealer, rows), rows, hub_clock, source)
    asked: dict[bytes, tuple[Sequence[bytes], Sequence[Hole]]] = {}

    async def built(self: OpeningClient, chunks: Sequence[bytes], holes: Sequence[Hole]) -> Built:
        one = await _built(self, chunks, holes)
        asked[one.handle] = (chunks, holes)
        return one

    async def released(self: OpeningClient, handle: bytes, dis: UUID) -> bytes:
        try:
            return await _released(self, handle, dis)
        except VaultRefusedError:
            return await asyncio.to_thread(bare.filled, *asked[handle])

    OpeningClient.build = built  # type: ignore[method-assign] # that is the mutation
    OpeningClient.release = released  # type: ignore[method-assign] # likewise


def asgi() -> object:
    """Return the broken application."""
    Release.record = _record  # type: ignore[method-assign] # that is the mutation
    settings = load()
    _steal(settings)
    return create_app(build(settings))


def main() -> None:
    """Run the command with its application replaced."""
    real = uvicorn.run

    def run(_application: str, **settings: object) -> None:
        real("tests.support.mutant:asgi", **settings)  # type: ignore[arg-type] # the server's own

    uvicorn.run = run  # type: ignore[assignment] # for this process only
    sys.argv = ["hub", "serve"]
    runpy.run_module("hub", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
