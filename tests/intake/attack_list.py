"""The attack list on events, a row for each: what is sent, and the answer that must come.

Every row is named in English. The answer is an `err` code, `accepted`, or `accepted as the same`
for a token that must count as a replay of the sound one.
"""

import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.intake.attack_tools import (
    SOUND_ES256,
    Attack,
    beyond,
    body,
    concern,
    deep,
    der,
    headed,
    member,
    post,
    raw,
    resigned,
    respelled,
    said,
    signed_by,
    standard_alphabet,
    swapped,
    tail_bits,
    twin,
    unsigned,
    with_hs256,
)
from tests.intake.world import (
    CONCERN,
    COUNCIL,
    DAY,
    EXPIRED,
    FUTURE,
    HUB,
    JTI,
    NOW,
    P256_ORDER,
    POLICE,
    REVOKED,
    STRANGER,
    header,
    spelled,
    token,
)


def keys_and_algorithms() -> Iterator[Attack]:
    bad = "invalid_key"
    for alg in ("none", "nOnE", "EdDSA", "RS256", "ES384", "", None, 5, ["Ed25519"], {"a": 1}):
        yield Attack(f"alg {alg!r}", bad, post(headed(alg=alg)))
    yield Attack("alg none without a signature", bad, post(lambda: unsigned("none")))
    yield Attack("HS256 keyed with the public key", bad, post(with_hs256))
    yield Attack("ES256 on an Ed25519 key", bad, post(headed(alg="ES256")))
    yield Attack("Ed25519 on an ES256 key", bad, post(headed(POLICE, alg="Ed25519")))
    yield Attack("ES256 signature in DER", bad, post(resigned(der, SOUND_ES256)))
    zeros = resigned(lambda _: bytes(64), SOUND_ES256)
    yield Attack("ES256 r and s zero", bad, post(zeros))
    n = P256_ORDER.to_bytes(32, "big")
    yield Attack("ES256 r and s the order", bad, post(resigned(lambda _: n + n, SOUND_ES256)))
    yield Attack("ES256 s zero", bad, post(resigned(lambda s: s[:32] + bytes(32), SOUND_ES256)))
    yield Attack("Ed25519 s plus L", bad, post(resigned(beyond)))
    yield Attack("Ed25519 all zero", bad, post(resigned(lambda _: bytes(64))))
    yield Attack("payload swapped", bad, post(swapped))
    yield Attack("signature cut", bad, post(resigned(lambda s: s[:-1])))
    yield Attack("signature longer", bad, post(resigned(lambda s: s + b"\0")))
    yield Attack("signature empty", bad, post(resigned(lambda _: b"")))
    yield Attack("another agency's signature", bad, post(lambda: signed_by(POLICE)))
    for kid in ("../../etc/passwd", "' or 1=1--", "", 7, None, STRANGER.kid, "A" * 43, "é" * 43):
        yield Attack(f"kid {kid!r}", bad, post(headed(kid=kid)))
    yield Attack("kid of 600 bytes", "invalid_request", post(headed(kid="k" * 600)))
    yield Attack("kid missing", "invalid_request", post(headed(kid=...)))
    yield Attack("ES256 twin of an accepted event", "accepted as the same",
                 post(resigned(twin, SOUND_ES256)))  # fmt: skip


def headers() -> Iterator[Attack]:
    bad = "invalid_request"
    extra: dict[str, Any] = {
        "jwk": COUNCIL.jwk,
        "jku": "http://169.254.169.254/latest/meta-data",
        "x5u": "https://attacker.example/cert.pem",
        "x5c": ["MIIB"],
        "b64": False,
        "cty": "JWT",
        "zip": "DEF",
    }
    for name, value in extra.items():
        yield Attack(f"header with {name}", bad, post(headed(**{name: value})))
    for crit in (["unknown"], [], None, 5, ["alg"]):
        yield Attack(f"crit {crit!r}", bad, post(headed(crit=crit)))
        yield Attack(f"crit {crit!r} unsigned", bad, post(partial(unsigned, crit=crit)))
    for typ in ("JWT", "at+jwt", "client-authentication+jwt", "SECEVENT+JWT", 1, None, ...):
        yield Attack(f"typ {'absent' if typ is ... else repr(typ)}", bad, post(headed(typ=typ)))
    text = spelled(header(COUNCIL))
    yield Attack("alg twice", bad, post(raw(text[:-1] + b',"alg":"Ed25519"}')))
    yield Attack("alg twice, spelled a\\u006cg", bad, post(raw(text[:-1] + b',"a\\u006cg":"x"}')))
    yield Attack("header no object", bad, post(raw(b'["alg","kid","typ"]')))
    yield Attack("header no JSON", bad, post(raw(b"{alg:none}")))
    yield Attack("header with a byte order mark", bad, post(raw(b"\xef\xbb\xbf" + text)))
    yield Attack("header 40,000 deep", bad, post(raw(b"[" * 40_000)))


def encodings() -> Iterator[Attack]:
    bad = "invalid_request"
    yield Attack("padding", bad, post(respelled(lambda t: t + b"==")))
    yield Attack("newline at the end", bad, post(respelled(lambda t: t + b"\n")))
    yield Attack("newline inside", bad, post(respelled(lambda t: t[:300] + b"\n" + t[300:])))
    yield Attack("space in front", bad, post(respelled(lambda t: b" " + t)))
    yield Attack("the other alphabet", bad, post(standard_alphabet))
    yield Attack("non-canonical tail", bad, post(respelled(tail_bits)))
    yield Attack("four parts", bad, post(respelled(lambda t: t + b".AAAA")))
    yield Attack("two parts", bad, post(respelled(lambda t: t.rpartition(b".")[0])))
    yield Attack("five parts, as if encrypted", bad, post(respelled(lambda t: t + b".AA.AA")))
    yield Attack("empty", bad, post(lambda: b""))
    yield Attack("not ASCII", bad, post(respelled(lambda t: "é".encode() + t)))
    yield Attack("claims with a byte order mark", bad, post(body(lambda t: b"\xef\xbb\xbf" + t)))
    utf16 = body(lambda t: t.decode().encode("utf-16"))
    yield Attack("claims in UTF-16", bad, post(utf16))
    yield Attack("bad UTF-8", bad, post(body(member(b'"\xff"'))))
    yield Attack("overlong UTF-8", bad, post(body(member(b'"\xc0\xaf"'))))
    yield Attack("surrogate as UTF-8", bad, post(body(member(b'"\xed\xa0\x80"'))))
    yield Attack("lone surrogate", bad, post(body(member(b'"\\ud800"'))))
    yield Attack("NUL escaped", bad, post(body(member(b'"\\u0000"'))))
    yield Attack("NUL raw", bad, post(body(member(b'"\0"'))))
    yield Attack("non-character", bad, post(body(member("\ufdd0".join('""').encode()))))
    yield Attack("non-character escaped", bad, post(body(member(b'"\\uffff"'))))
    nfd = unicodedata.normalize("NFD", "é")
    yield Attack("NFD", bad, post(body(member(f'"{nfd}"'.encode()))))
    yield Attack("NFD escaped", bad, post(body(member(b'"e\\u0301"'))))
    yield Attack("NFC", "accepted", post(body(member('"é"'.encode()))))
    yield Attack("a pair of escapes", "accepted", post(body(member(b'"\\ud83d\\ude00"'))))


def duplicates() -> Iterator[Attack]:
    bad = "invalid_request"
    again = b',"iss":"https://hub.example/agencies/police-b"}'
    yield Attack("iss twice", bad, post(body(lambda t: t[:-1] + again)))
    hidden = again.replace(b"iss", b"is\\u0073")
    yield Attack("iss twice, spelled is\\u0073", bad, post(body(lambda t: t[:-1] + hidden)))
    nested = body(member(b'"x","about":"child"'))
    yield Attack("a member twice in the event", bad, post(nested))
    escaped = body(member(b'"x","\\u0061bout":"child"'))
    yield Attack("a member twice in the event, escaped", bad, post(escaped))


def issuers() -> Iterator[Attack]:
    yield Attack("agency B's key with iss A", "invalid_issuer",
                 post(lambda: token(POLICE, iss=COUNCIL.iss)))  # fmt: skip
    yield Attack("the hub's iss", "invalid_issuer", post(said(iss=HUB)))
    yield Attack("iss no string", "invalid_issuer", post(said(iss=[COUNCIL.iss])))
    yield Attack("iss absent", "invalid_request", post(said(iss=...)))
    yield Attack("A's access token, B's event", "invalid_issuer",
                 post(lambda: SOUND_ES256, caller="council-a"))  # fmt: skip
    yield Attack("its own access token", "accepted as the same",
                 post(lambda: SOUND_ES256, caller="police-b"))  # fmt: skip
    for aud in ("https://other.example", [HUB], HUB + "/", None, ...):
        name = "absent" if aud is ... else repr(aud)
        yield Attack(f"aud {name}", "invalid_audience", post(said(aud=aud)))


def times() -> Iterator[Attack]:
    bad = "invalid_request"
    yield Attack("iat an hour ago", bad, post(said(iat=NOW - 3600)))
    yield Attack("iat in an hour", bad, post(said(iat=NOW + 3600)))
    yield Attack("iat 301 s ago", bad, post(said(iat=NOW - 301)))
    yield Attack("iat 300 s ago", "accepted", post(said(iat=NOW - 300)))
    yield Attack("iat in 60 s", "accepted", post(said(iat=NOW + 60)))
    yield Attack("iat in 61 s", bad, post(said(iat=NOW + 61)))
    for iat in (float(NOW), str(NOW), True, None, [NOW], float("nan"), ...):
        yield Attack(f"iat {'absent' if iat is ... else repr(iat)}", bad, post(said(iat=iat)))
    huge = body(lambda t: t.replace(f'"iat":{NOW}'.encode(), b'"iat":1e400'))
    yield Attack("iat 1e400", bad, post(huge))
    yield Attack("toe in the future", bad, post(said(toe=NOW + 61)))
    yield Attack("toe true", bad, post(said(toe=True)))
    yield Attack("toe before 1900", bad, post(said(toe=-(2**40))))
    yield Attack("toe 2 years back", "accepted", post(said(toe=NOW - 2 * 365 * DAY)))
    yield Attack("toe 2 years back and a young key", "accepted",
                 post(lambda: token(POLICE, toe=NOW - 2 * 365 * DAY)))  # fmt: skip
    for name, agent, iat in (
        ("revoked key", REVOKED, NOW),
        ("revoked key with iat before the revocation", REVOKED, NOW - 200),
        ("key not yet in force", FUTURE, NOW),
        ("expired key", EXPIRED, NOW),
        ("unregistered key", STRANGER, NOW),
    ):
        yield Attack(name, "invalid_key", post(partial(token, agent, iat=iat)))
    yield Attack("toe cannot revive an expired key", "invalid_key",
                 post(lambda: token(EXPIRED, toe=NOW - DAY)))  # fmt: skip
    yield Attack("expired key, iat while in force", "accepted",
                 post(lambda: token(EXPIRED, iat=NOW - 100)))  # fmt: skip


def shapes() -> Iterator[Attack]:
    bad = "invalid_request"
    yield Attack("exp present", bad, post(said(exp=NOW + 60)))
    yield Attack("extra claim", bad, post(said(sub="someone")))
    yield Attack("no event", bad, post(said(events={})))
    yield Attack("two events", bad, post(said(events={**concern(), HUB: {}})))
    yield Attack("events a list", bad, post(said(events=[concern()])))
    yield Attack("event no object", bad, post(said(events={CONCERN: "x"})))
    yield Attack("event of an unknown type", bad, post(said(events={f"{HUB}/x/v1": {}})))
    yield Attack("event with an unknown member", bad, post(said(events=concern(extra=1))))
    yield Attack("event with a value of the wrong type", bad, post(said(events=concern(harm=1))))
    for jti in (JTI.upper(), "1", 1, None, JTI.replace("-7c3a", "-1c3a"), JTI + "\n", ...):
        yield Attack(f"jti {'absent' if jti is ... else repr(jti)}", bad, post(said(jti=jti)))
    for txn in ("", "t" * 65, 1, None):
        yield Attack(f"txn {txn!r}", bad, post(said(txn=txn)))
    yield Attack("txn", "accepted", post(said(txn="joint-enquiry-7")))
    yield Attack("5,000-digit integer", bad, post(body(member(b"9" * 5000))))
    yield Attack("2**53", bad, post(said(toe=2**53)))
    yield Attack("-2**53", bad, post(said(toe=-(2**53))))
    yield Attack("float", bad, post(said(events=concern(harm=1.5))))
    yield Attack("Infinity", bad, post(body(member(b"Infinity"))))
    yield Attack("depth 20", bad, post(body(deep(20))))
    yield Attack("depth 30,000", bad, post(body(deep(15_000))))
    yield Attack("depth 40,000", bad, post(body(deep(40_000))))
    yield Attack("5 MB", bad, post(body(member(b'"' + b"x" * 5_000_000 + b'"'))))
    yield Attack("claims no object", bad, post(body(lambda _: b"[]")))
    yield Attack("claims no JSON", bad, post(body(lambda t: t[:-1])))


EVENT_ATTACKS = [
    *keys_and_algorithms(),
    *headers(),
    *encodings(),
    *duplicates(),
    *issuers(),
    *times(),
    *shapes(),
]
