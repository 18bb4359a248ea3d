"""The transparency log, as any tlog-tiles client reads it.

In: addresses of tiles. Out: the checkpoint, tiles, entries, proofs.
Never here: a row of the ledger.

Hashes and checkpoints are for everybody: a log that only its friends can check is not checked.
Entries name which agency was answered how often, so those are for who is signed in.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.exceptions import HTTPException

from hub.api.access import Caller
from hub.api.documents import problems
from hub.api.wiring import signed_in, the_hub
from hub.ledger.tiles import MAX_LEVEL, AddressError, LogReader, read_address

router = APIRouter(tags=["log"])
NOTE: Final = "text/plain; charset=utf-8"
TILE: Final = "application/octet-stream"
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_OPEN: dict[int | str, dict[str, Any]] = {
    k: v for k, v in problems(404, 422).items() if k in (404, 422, 503)
}
_BYTES: dict[str, Any] = {"description": "Bytes", "content": {TILE: {}}}
_TEXT: dict[str, Any] = {"description": "Text", "content": {"text/plain": {}}}
Address = Annotated[
    str, Path(description="A tile's number: `x001/x234/067`; a partial one ends in `.p/112`.")
]


@router.get("/checkpoint", responses={200: _TEXT, **_OPEN}, response_class=Response)
async def checkpoint(request: Request) -> Response:
    """Return the latest checkpoint: a signed note of the log's size and root."""
    published = await reader(request).checkpoint()
    if published is None:
        raise HTTPException(404)
    return Response(published.note, media_type=NOTE, headers={"Cache-Control": "no-cache"})


@router.get(
    "/tile/entries/{address:path}",
    responses={200: _BYTES, **problems(404, 422)},
    response_class=Response,
)
async def entries(
    request: Request, address: Address, _: Annotated[Caller, Depends(signed_in)]
) -> Response:
    """Return a bundle of 256 entries, or of as many as a partial address says."""
    return _tile(await reader(request).entries(*_read(address)), {"Cache-Control": "private"})


@router.get(
    "/tile/{level}/{address:path}", responses={200: _BYTES, **_OPEN}, response_class=Response
)
async def tile(
    request: Request, level: Annotated[int, Path(ge=0, le=63)], address: Address
) -> Response:
    """Return a tile of 256 hashes, or of as many as a partial address says."""
    n, width = _read(address)
    if level > MAX_LEVEL:
        raise HTTPException(404)
    return _tile(await reader(request).tile(level, n, width), _FOR_EVER)


@router.get("/log/proof/{index}", responses={200: _TEXT, **_OPEN}, response_class=Response)
async def proof(request: Request, index: Annotated[int, Path(ge=0, lt=2**63)]) -> Response:
    """Return the proof that a leaf is in the log (c2sp.org/tlog-proof@v1), checkable offline."""
    found = await reader(request).proof(index)
    if found is None:
        raise HTTPException(404)
    return Response(found, media_type=NOTE, headers={"Cache-Control": "no-cache"})


def reader(request: Request) -> LogReader:
    """Return what reads this hub's log."""
    hub = the_hub(request)
    return LogReader(hub.pool, quorum=hub.settings.witness_quorum)


def _read(address: str) -> tuple[int, int]:
    try:
        return read_address(address)
    except AddressError:
        raise HTTPException(404) from None


def _tile(data: bytes | None, headers: dict[str, str]) -> Response:
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type=TILE, headers=headers)
