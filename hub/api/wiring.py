"""Hands routes what they need: the hub's parts and who is asking.

In: a request. Out: the Hub of this process, a Caller. Never here: construction (assembly).
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header, Request

from hub.api.access import Caller
from hub.clock import seconds

if TYPE_CHECKING:
    from hub.api.parts import Hub


def the_hub(request: Request) -> "Hub":
    """Return the parts of this process."""
    hub: Hub = request.app.state.hub
    return hub


async def signed_in(
    request: Request,
    hub_user: Annotated[
        str | None,
        Header(
            description="An opaque id of the officer asking, at most 64 characters.",
            # Told, and not checked here: a request that is not let in is not looked at further.
            json_schema_extra={"pattern": "^[A-Za-z0-9._-]{1,64}$"},
        ),
    ] = None,
) -> Caller:
    """Return who is asking, by their access token and DPoP proof.

    Raises:
        AccessError: not let in.
    """
    hub = the_hub(request)
    return await hub.access.check_async(
        authorization=request.headers.getlist("authorization"),
        dpop=request.headers.getlist("dpop"),
        method=request.method,
        url=hub.settings.public_url + request.url.path,
        now=seconds(hub.clock),
        agencies=hub.directory.now.agencies,
        once=hub.once,
        user=hub_user,
    )


async def reader(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    """Return the caller, who may read.

    Raises:
        AccessError: 403, without the scope.
    """
    caller.require("read")
    return caller


async def poster(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    """Return the caller, who may post.

    Raises:
        AccessError: 403, without the scope.
    """
    caller.require("events")
    return caller


async def officer(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
    """Return the caller, who answers for information governance.

    Raises:
        AccessError: 403, without the scope.
    """
    caller.require("ig")
    return caller
