"""Reads a stored token again: its claims and its payload, brought up to date.

In: token bytes the ledger opened. Out: the claims and a payload of the newest version.
Never here: a judgement. The token was verified when it came in; the sealed row vouches for it.
"""

import json
from collections.abc import Mapping
from typing import Any

from contracts.base import Payload
from contracts.catalogue import read
from hub.intake import encoding


def claims_of(token: bytes) -> Mapping[str, Any]:
    """Return the claims of a token from the ledger."""
    claims: Mapping[str, Any] = json.loads(encoding.decode(token.split(b".")[1]))
    return claims


def payload_of(token: bytes) -> Payload:
    """Return the payload of a token from the ledger, upcast to its type's newest version."""
    ((type_uri, content),) = claims_of(token)["events"].items()
    return read(type_uri, json.dumps(content, ensure_ascii=False).encode())
