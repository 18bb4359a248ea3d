"""The real application, and beside it what it is held against: a no-op and an unrecorded read.

In: the environment, as hub.assembly.asgi reads it. Out: an ASGI application for the bench alone.
Never here: a route that the real application could serve. Nothing outside hub.bench imports this.

Every other request goes to the application that `hub.assembly` builds, untouched. The ceilings are
served by the same process under the same server settings; another process would have other luck.

* `/bench/noop` is an ordinary FastAPI route, added to the hub's own application and to this one
  instance of it. It reads the raw body and answers 202, behind the same middleware, which counts
  and times it as POST /events counts and times itself. It stands first among the routes, so that
  no search for it lowers the ceiling. It asks nobody to sign in and verifies nothing.
* `/bench/unrecorded/...` is the hub's own application with another desk: it looks, decides and
  renders as the real one does, and neither writes an entry nor signs a receipt for it. As the
  vault releases nothing without an entry, this desk opens for itself, with the bench's own keys:
  the ceiling is a hub whose API could read everything.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from psycopg_pool import ConnectionPool
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.app import create_app
from hub.assembly import build_handing
from hub.collector import settle_down
from hub.disclosure.ask import Answer, Ask
from hub.disclosure.desk import Desk
from hub.disclosure.look import Found
from hub.disclosure.opening import Form, Hole
from hub.disclosure.readings import Reading
from hub.ledger.kek import FileKeys
from hub.ledger.read import LOOKING
from hub.ledger.sealing import Sealer
from hub.settings import load
from hub.telemetry import configure
from hub.vault.build import Builder
from hub.vault.rows import Rows
from hub.vault.sealed import Envelopes

NOOP = "/bench/noop"
UNRECORDED = "/bench/unrecorded"
_NOBODY = UUID(int=0)


class UnrecordedDesk(Desk):
    """A desk that answers without a record. It exists to say what recording costs."""

    def __init__(self, desk: Desk, bare: "Bare") -> None:
        """Take over the parts of a real desk."""
        self.__dict__.update(vars(desk))
        self._bare = bare

    async def _settled(
        self,
        ask: Ask,
        released: Callable[[Ask, Found, Reading, Form], dict[str, Any]],
        refused: Callable[[Found, Reading], bytes],
    ) -> Answer:
        law = self.law.now()
        found = await law.looker.look(ask)
        shown = bool(found.shown) or found.pattern is not None
        form = Form()
        body = (
            await self._filled(form, released(ask, found, law, form))
            if shown
            else refused(found, law)
        )
        return Answer(
            outcome="released" if shown else "refused", body=body, receipt="", jti=_NOBODY
        )

    async def _filled(self, form: Form, content: dict[str, Any]) -> bytes:
        return await asyncio.to_thread(self._bare.filled, *form.cut(content))


class Bare(Builder):
    """Opens without a record."""

    def filled(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> bytes:
        """Return an answer at once."""
        return self._page(holes).body(chunks, holes)


class Beside:
    """Sends each request to the real application, or to the one that does not record."""

    def __init__(self, real: ASGIApp, unrecorded: ASGIApp) -> None:
        self._real = real
        self._unrecorded = unrecorded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the process's start and end (the real application's)."""
        path: str = scope.get("path", "")
        if path.startswith(UNRECORDED):
            # The path that the caller's proof names is the real route's.
            inner = {**scope, "path": path.removeprefix(UNRECORDED)}
            await self._unrecorded(inner, receive, send)
        else:
            await self._real(scope, receive, send)


async def _nothing(request: Request) -> Response:
    await request.body()
    return Response(status_code=202)


def asgi() -> Beside:
    """Return the application of one process, set up from the environment."""
    configure()
    settings = load()
    hub = build_handing(settings)
    source = hub.source
    # As the vault's own: a ceiling that plans each look anew would be too low.
    how = {"autocommit": True, "options": LOOKING}
    pool = ConnectionPool(settings.vault_database_url, kwargs=how, open=True)
    rows = Rows(pool, hub.clock)
    sealer = Sealer(FileKeys.open(settings.vault_dir, source), source)
    bare = Bare(Envelopes(sealer, rows), rows, hub.clock, source)
    real = create_app(hub)
    real.add_api_route(NOOP, _nothing, methods=["POST"], status_code=202)
    real.router.routes.insert(0, real.router.routes.pop())
    both = Beside(real, create_app(replace(hub, desk=UnrecordedDesk(hub.desk, bare))))
    settle_down()
    return both
