"""Reads a request's body within a size and a time.

In: an ASGI receive. Out: the bytes. Never here: parsing.
"""

import asyncio

from starlette.types import Receive

from hub.api.problems import RequestTooLargeError, RequestTooSlowError

BODY_SECONDS = 20.0


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the whole body, of at most `limit` bytes.

    Raises:
        RequestTooLargeError: it is longer. What follows is not read, so memory stays flat.
        RequestTooSlowError: it did not arrive within BODY_SECONDS.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise RequestTooSlowError
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise RequestTooLargeError
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise RequestTooSlowError from None
