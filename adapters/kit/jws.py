"""Compact JWS, made and opened under one strict profile.

In: claims and a key to sign with; or a token and the keys to trust. Out: bytes, or claims.
Never here: a key taken from a token, an algorithm taken on trust, a claim read before its
signature verified.

Source: RFC 7515 §3.1, RFC 8725 (best current practice).
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from adapters.kit.errors import TokenShapeError
from adapters.kit.keys import PublicKey, Signer, b64, unb64, verifies

MOST_BYTES = 64 * 1024
_UNREADABLE = (ValueError, RecursionError)


def compact(header: Mapping[str, object], claims: Mapping[str, object], key: Signer) -> bytes:
    """Sign `claims`; both parts are compact JSON in UTF-8."""
    signed = f"{b64(dense(header))}.{b64(dense(claims))}".encode()
    return signed + b"." + b64(key.sign(signed)).encode()


def dense(value: object) -> bytes:
    """Return `value` as JSON without white space, in UTF-8, without floats' odd spellings."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def open_token(token: bytes, *, typ: str, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    """Return the claims of a token signed by one of `keys`.

    Raises:
        TokenShapeError: not three canonical parts, a header other than alg, kid and typ, an
            unknown key, a wrong algorithm for that key, a bad signature, or claims that are no
            object.
    """
    if len(token) > MOST_BYTES or not token.isascii() or token.count(b".") != 2:  # noqa: PLR2004
        raise TokenShapeError("the token is not a compact JWS")
    head, body, signature = token.decode().split(".")
    header = _object(head)
    if set(header) != {"alg", "kid", "typ"} or header["typ"] != typ:
        raise TokenShapeError("the token's header is not of the agreed form")
    key = keys.get(str(header["kid"]))
    if key is None:
        raise TokenShapeError("the token is signed by a key that is not trusted")
    # The algorithm is a property of the trusted key. The header may only repeat it.
    if header["alg"] != ("Ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "ES256"):
        raise TokenShapeError("the token names another algorithm than its key has")
    try:
        good = verifies(key, unb64(signature), f"{head}.{body}".encode())
    except _UNREADABLE as error:
        raise TokenShapeError("the token's signature is not base64url") from error
    if not good:
        raise TokenShapeError("the token's signature does not verify")
    return _object(body)


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(unb64(part), object_pairs_hook=_no_repeats)
    except _UNREADABLE as error:
        raise TokenShapeError("a part of the token is not JSON") from error
    if not isinstance(value, dict):
        raise TokenShapeError("a part of the token is not an object")
    return value


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two members of one name let two readers see two documents under one signature.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members
