"""Reads a form that a page of this hub sent: within a size, from this very session.

In: a request. Out: its fields. Never here: a file, a second value under one name that matters.
"""

import asyncio
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request

from hub.web.who import Officer, PageError

_Code = TypeVar("_Code", bound=str)
MAX_BYTES: Final = 32_768
MAX_FIELDS: Final = 250
BODY_SECONDS: Final = 20.0
_TYPE: Final = "application/x-www-form-urlencoded"


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; of a name that comes twice, the last.

    Raises:
        PageError: it is no form, or too long, or too slow.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != _TYPE:
        raise _bad(415)
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _bad(413)
        pairs = parse_qsl(body.decode("utf-8"), max_num_fields=MAX_FIELDS, keep_blank_values=True)
    except (TimeoutError, ValueError):
        raise _bad(400) from None
    return {name: value.strip() for name, value in pairs}


async def own_form(request: Request, officer: Officer) -> dict[str, str]:
    """Return the fields of a form from a page that this session was shown.

    Raises:
        PageError: another site sent it, or another session's page did.
    """
    sent = await fields(request)
    site = request.headers.get("sec-fetch-site", "same-origin")
    token = sent.pop("csrf", "")
    if site != "same-origin" or not compare_digest(token.encode(), officer.session.csrf.encode()):
        raise PageError(
            403, "This form is out of date", "Go back, load the page again, and send it once more."
        )
    return sent


def chosen(sent: Mapping[str, str], name: str, among: Iterable[_Code]) -> _Code | None:
    """Return a field's value where it is one of those offered."""
    value = sent.get(name)
    return next((code for code in among if code == value), None)


def _bad(status: int) -> PageError:
    return PageError(status, "The form could not be read", "Go back and send it again.")
