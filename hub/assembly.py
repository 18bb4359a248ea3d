"""Builds the hub's parts once, and puts them together. Nothing else constructs them.

In: Settings. Out: a Hub. Never here: a rule, a request, a second set of parts.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from contracts.governance import AgencyRegistered, Jwk, KeyRegistered, KeyRevoked
from hub.api.access import AccessTokens
from hub.api.app import create_app
from hub.api.once import SharedOnce
from hub.api.parts import Hub
from hub.api.tokens import TokenEndpoint
from hub.api.turns import Turns
from hub.audit.auditor import Auditor
from hub.audit.breaching import Breaches
from hub.audit.exports import Exports
from hub.audit.lawroom import Lawroom
from hub.audit.orders import Orders
from hub.audit.oversight import Oversight
from hub.clock import Clock, SystemClock, seconds
from hub.collector import settle_down
from hub.disclosure.cursor import Cursors
from hub.disclosure.dashboard import Dashboard
from hub.disclosure.desk import Desk
from hub.disclosure.find import Finder
from hub.disclosure.inbox import Inbox
from hub.disclosure.notices import Notices
from hub.disclosure.receipt import Receipts
from hub.disclosure.release import Release
from hub.disclosure.requests import Requests
from hub.disclosure.statements import Statements
from hub.ids import Source, SystemSource
from hub.intake.signing import Signer
from hub.ledger.alive import still_there_async
from hub.ledger.append import Appender, Writes
from hub.ledger.covering import Covering
from hub.ledger.directory import SIGNING_FILE, Directory, hub_keyring
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.handing import Handing
from hub.ledger.keyfile import file_key
from hub.ledger.keystore import KEY_LIFE_S, Keystore
from hub.ledger.read import LOOKING, Pool
from hub.ledger.record import Record
from hub.ledger.resolve import Resolver
from hub.ledger.store import HubRecorder, open_recorder
from hub.settings import Settings, load
from hub.telemetry import configure
from hub.vault.client import OpeningClient, SealingClient
from hub.web.app import beside


class DatabaseError(Exception):
    """The database does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every part stands on."""

    settings: Settings
    clock: Clock
    source: Source
    signer: Signer
    sealing: SealingClient
    opening: OpeningClient
    handing: bool


def build(settings: Settings, *, clock: Clock | None = None, source: Source | None = None) -> Hub:
    """Build the parts of a process that writes for itself. Connects lazily; `open` it in a loop."""
    return _built(_ground(settings, clock or SystemClock(), source or SystemSource()))


def build_handing(settings: Settings) -> Hub:
    """Build the parts of an API process: it hands what is to be written to the writer's."""
    return _built(_ground(settings, SystemClock(), SystemSource(), handing=True))


def _built(ground: _Ground) -> Hub:
    settings, source, clock = ground.settings, ground.source, ground.clock
    hub_uri = settings.hub_uri
    recorder = open_recorder(settings.database_url)
    appender = Handing(settings.writer) if ground.handing else _appender(ground, recorder)
    pool, looking = _pool(settings), _pool(settings, LOOKING)
    door = _door(ground, appender)
    receipts = Receipts(ground.signer, hub_uri)
    cursors = Cursors(file_key(settings.keys_dir / "cursor.bin", source))
    covering = Covering(pool, clock, waits=settings.receipts == "await")
    release = Release(door=door, covering=covering, receipts=receipts, source=source)
    desk = _desk(ground, (pool, looking), door, release, cursors)
    oversight = Oversight(desk=desk, pool=pool, clock=clock, source=source)
    notices = Notices(desk, door, clock)
    access = AccessTokens(ground.signer, hub_uri=hub_uri, new_id=lambda: str(source.uuid()))
    return Hub(
        settings=settings,
        clock=clock,
        source=source,
        signer=ground.signer,
        sealing=ground.sealing,
        opening=ground.opening,
        recorder=recorder,
        appender=appender,
        directory=door.directory,
        door=door,
        keystore=Keystore(pool, door, settings, clock, source),
        receipts=receipts,
        access=access,
        tokens=_tokens(access, settings),
        pool=pool,
        looking=looking,
        once=SharedOnce(looking),
        turns=Turns(),
        covering=covering,
        cursors=cursors,
        desk=desk,
        requests=Requests(pool, desk, ground.opening, clock),
        finder=Finder(desk, ground.opening, clock),
        dashboard=Dashboard(desk, ground.opening, clock),
        notices=notices,
        inbox=Inbox(desk, notices, ground.opening),
        orders=Orders(desk=desk, pool=pool, clock=clock),
        statements=Statements(pool=pool, door=door, receipts=receipts, clock=clock),
        auditor=Auditor(desk=desk, receipts=receipts, covering=covering, pool=pool, clock=clock),
        oversight=oversight,
        lawroom=Lawroom(door=door, clock=clock),
        breaches=Breaches(oversight=oversight, desk=desk, pool=pool, clock=clock),
        exports=Exports(desk=desk, pool=pool, clock=clock),
    )


def _ground(settings: Settings, clock: Clock, source: Source, *, handing: bool = False) -> _Ground:
    return _Ground(
        settings=settings,
        clock=clock,
        source=source,
        signer=signer_of(settings, source),
        sealing=SealingClient(settings.vault),
        opening=OpeningClient(settings.vault),
        handing=handing,
    )


def _appender(ground: _Ground, recorder: HubRecorder) -> Appender:
    resolver = Resolver(recorder.datastore, ground.sealing, ground.source)
    return Appender(recorder, resolver, ground.clock)


def _door(ground: _Ground, appender: Writes) -> FrontDoor:
    settings, signer = ground.settings, ground.signer
    seed = hub_keyring(jwk_of(signer))
    directory = Directory(lambda: _connection(settings), ground.sealing, seed)
    return FrontDoor(
        directory=directory,
        appender=appender,
        signer=signer,
        clock=ground.clock,
        source=ground.source,
        hub_uri=settings.hub_uri,
    )


def _desk(
    ground: _Ground,
    pools: tuple[Pool, Pool],
    door: FrontDoor,
    release: Release,
    cursors: Cursors,
) -> Desk:
    return Desk(
        pool=pools[0],
        looking=pools[1],
        door=door,
        opener=ground.opening,
        release=release,
        cursors=cursors,
        clock=ground.clock,
        source=ground.source,
    )


def _tokens(access: AccessTokens, settings: Settings) -> TokenEndpoint:
    url = f"{settings.public_url}/oauth2/token"
    return TokenEndpoint(access, hub_uri=settings.hub_uri, token_url=url)


def _pool(settings: Settings, options: str = "") -> Pool:
    return AsyncConnectionPool(
        settings.database_url,
        min_size=2,
        max_size=8 if options else 16,
        open=False,
        timeout=5.0,
        # Past this, whoever asks next tries anew. The pool's own pauses double for five minutes,
        # so after a long outage it would stay away long after the store is back.
        reconnect_timeout=5.0,
        kwargs={"autocommit": True, "options": f"-c statement_timeout=15000 {options}"},
        check=still_there_async,
    )


def asgi() -> FastAPI:
    """Return the application of one API process, set up from the environment."""
    configure()
    hub = build_handing(load())
    app = beside(create_app(hub), hub)
    settle_down()
    return app


def signer_of(settings: Settings, source: Source) -> Signer:
    """Open the hub's signing key, drawing it once where there is none."""
    settings.keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Signer(file_key(settings.keys_dir / SIGNING_FILE, source))


def jwk_of(signer: Signer) -> Jwk:
    """Return the hub's public key as a contract's JWK."""
    members = {**signer.public.jwk, "alg": "Ed25519", "use": "sig"}
    return Jwk.model_validate(members)


async def with_hub(settings: Settings, work: Callable[[Hub], Awaitable[Any]]) -> Any:  # noqa: ANN401
    """Prepare the schemas if there is an owner, do something with a hub, and put it away.

    Raises:
        DatabaseError: the database does not answer, or not as it should.
    """
    try:
        if settings.owner_url:
            # Alembic is half a second of a core, and an API process never needs it.
            from hub.preparing import prepare  # noqa: PLC0415 - as above

            prepare(settings)
        hub = build(settings)
        await hub.open()
        try:
            return await work(hub)
        finally:
            await hub.close()
    except (PersistenceError, psycopg.Error, PoolTimeout):
        # By name only: the driver's own words may hold the URL, and with it a password.
        raise DatabaseError(
            "the database does not answer as it should; see HUB_DATABASE_URL"
        ) from None


async def enrol(hub: Hub, entry: AgencyRegistered) -> Record:
    """Register an agency, or change its entry. Its payload names the two officers."""
    record = await hub.door.say(Own(entry, agency_sub_id(entry.agency)))
    hub.directory.refresh()
    return record


async def register_key(hub: Hub, agency: str, jwk: Jwk) -> Record:
    """Register an agency's first key, in the name of the hub's two officers."""
    now = seconds(hub.clock)
    payload = KeyRegistered(
        agency=agency,
        kid=jwk.thumbprint(),
        jwk=jwk,
        nbf=now - 60,
        exp=now + KEY_LIFE_S,
        approved_by=hub.settings.officers,
    )
    record = await hub.door.say(Own(payload, agency_sub_id(agency)))
    hub.directory.refresh()
    return record


async def revoke_key(hub: Hub, payload: KeyRevoked) -> Record:
    """Revoke a key, in the hub's name."""
    record = await hub.door.say(Own(payload, agency_sub_id(payload.agency)))
    hub.directory.refresh()
    return record


def _connection(settings: Settings) -> AbstractContextManager[psycopg.Connection[Any]]:
    return psycopg.connect(settings.database_url, autocommit=True, connect_timeout=5)
