"""Asks a witness, or a time stamping authority, over HTTP: the wire, and nothing but the wire.

In: a URL and a request's body. Out: a status and a body. Never here: trust in the answer.
"""

import httpx

TIMEOUT_S = 5.0
MAX_REPLY = 16_384


def ask(url: str, body: str) -> tuple[int, str]:
    """Send a checkpoint to a witness; return its status and its words.

    Raises:
        OSError: it cannot be reached, or does not answer in time.
    """
    try:
        answer = httpx.post(
            f"{url.rstrip('/')}/add-checkpoint",
            content=body.encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
            timeout=TIMEOUT_S,
        )
    except httpx.HTTPError as failed:
        raise OSError(f"a witness does not answer: {type(failed).__name__}") from None
    return answer.status_code, answer.text[:MAX_REPLY]


def stamp(url: str, query: bytes) -> bytes:
    """Send a time stamp query; return the reply. Source: RFC 3161 section 3.4.

    Raises:
        OSError: it cannot be reached, does not answer in time, or not with a reply.
    """
    try:
        answer = httpx.post(
            url,
            content=query,
            headers={"Content-Type": "application/timestamp-query"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
    except httpx.HTTPError as failed:
        raise OSError(f"the time authority does not answer: {type(failed).__name__}") from None
    if len(answer.content) > MAX_REPLY:
        raise OSError("the time authority answers with too much")
    return answer.content
