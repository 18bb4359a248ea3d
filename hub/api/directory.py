"""Agencies, their keys, contracts, receipts, and whether the hub is well.

In: nothing secret. Out: what partners need to verify, and what operators need to watch.
Never here: anything about a person.
"""

from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from contracts.base import Slug, Uuid
from hub.api.access import Caller
from hub.api.documents import answers, problems
from hub.api.log import reader
from hub.api.schemas import AGENCIES, JWKS, LIVE, READY, RECEIPT
from hub.api.wiring import signed_in, the_hub
from hub.clock import seconds
from hub.ids import as_uuid
from hub.ledger.frontdoor import canonical
from hub.telemetry import REGISTRY, WAITING

router = APIRouter(tags=["directory"])
_SUFFIX = ".schema.json"
# Listed once, so that what is asked for is looked up and never made into a path.
_SCHEMAS = {
    file.name.removesuffix(_SUFFIX): file
    for file in files("contracts").joinpath("schema").iterdir()
    if file.name.endswith(_SUFFIX)
}
_JWKS = "application/jwk-set+json"


@router.get("/agencies", responses={200: answers(AGENCIES, "Every agency", receipt=False)})
async def agencies(request: Request) -> Response:
    """Return every registered agency."""
    listed = [
        {"id": a.slug, "name": a.name, "kind": a.kind}
        for a in the_hub(request).directory.now.agencies.all()
    ]
    return Response(canonical({"agencies": listed}), media_type="application/json")


@router.get(
    "/agencies/{agency}/jwks",
    responses={
        200: {"description": "Its keys", "content": {_JWKS: {"schema": JWKS}}},
        **{k: v for k, v in problems(404, 422).items() if k in (404, 422)},
    },
)
async def jwks(request: Request, agency: Annotated[Slug, Path()]) -> Response:
    """Return an agency's keys in force (RFC 7517). `hub` is the hub's own."""
    hub = the_hub(request)
    standing = hub.directory.now
    if standing.agencies.find(agency) is None:
        raise HTTPException(404)
    found = standing.keyring.active(agency, now=seconds(hub.clock))
    keys = [{**k.public.jwk, "alg": str(k.alg), "use": "sig", "kid": k.kid} for k in found]
    return Response(canonical({"keys": keys}), media_type=_JWKS)


@router.get(
    "/receipts/{jti}",
    responses={200: answers(RECEIPT, "The receipt", receipt=False), **problems(404, 422)},
)
async def receipt(
    request: Request, jti: Annotated[Uuid, Path()], caller: Annotated[Caller, Depends(signed_in)]
) -> Response:
    """Return the receipt of an event the caller posted, or of an answer it was given.

    `proof` (c2sp.org/tlog-proof@v1) is null until the log has sequenced it.
    """
    hub = the_hub(request)
    found = await hub.auditor.receipt(caller.agency, as_uuid(jti), officer="ig" in caller.scopes)
    if found is None:
        raise HTTPException(404)
    proof = await reader(request).proof(found.position - 1)
    return Response(
        canonical({"receipt": found.text, "proof": proof}), media_type="application/json"
    )


@router.get(
    "/contracts/{kind}",
    responses={
        200: {
            "description": "JSON Schema",
            "content": {"application/schema+json": {"schema": {"type": "object"}}},
        },
        **{k: v for k, v in problems(404, 422).items() if k in (404, 422)},
    },
)
async def contract(kind: str) -> Response:
    """Return the JSON Schema of an event type, by name and version: `concern-raised-v1`."""
    schema = _SCHEMAS.get(kind)
    if schema is None:
        raise HTTPException(404)
    return Response(schema.read_bytes(), media_type="application/schema+json")


@router.get("/health/live", responses={200: answers(LIVE, "The process runs", receipt=False)})
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@router.get(
    "/health/ready",
    responses={
        200: answers(READY, "The hub can take and give", receipt=False),
        **{k: v for k, v in problems().items() if k == 503},  # noqa: PLR2004
    },
)
async def ready(request: Request) -> dict[str, Any]:
    """Say whether store and vault answer, law is in force, and how far views and log are behind.

    Raises:
        psycopg.OperationalError: the store does not answer; answered as 503.
        UnavailableError: the vault does not answer; answered as 503.
        NotInForceError: there is no law that this software can read; answered as 503.
    """
    hub = the_hub(request)
    _ = hub.rulebook
    await hub.opening.ping()
    async with hub.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT coalesce((SELECT max(position) FROM ledger.header), 0),"
            " (SELECT position FROM views_v1.tracking),"
            " coalesce((SELECT max(size) FROM ledger.tlog_checkpoint), 0)"
        )
        row = await cursor.fetchone()
    async with hub.looking.connection() as connection:
        await connection.execute("SELECT")  # whoever asks next must not be given one that is gone
    head, projected, sequenced = row if row is not None else (0, 0, 0)
    return {"status": "ready", "position": head, "projected": projected, "sequenced": sequenced}


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Return Prometheus metrics."""
    WAITING.set(the_hub(request).appender.depth)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
