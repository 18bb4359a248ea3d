"""The attack list on signing in: client assertions, access tokens and DPoP proofs."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.api.signing_in import (
    CLIENT_KEY,
    OTHER_KEY,
    READ_URL,
    SIGN_IN_URL,
    MemoryOnce,
    answer_of,
    assertion,
    form,
    new_tokens,
    outcome,
    proof,
    sign_in,
    signed_in,
)
from tests.intake.attack_tools import SOUND, Attack, post
from tests.intake.world import COUNCIL, HUB, NOW, POLICE, REVOKED, STRANGER, Anything, b64, spelled

NO_CLIENT = "401 invalid_client"
NO_PROOF = "401 invalid_dpop_proof"
NOT_LET_IN = "401 invalid_token"


def signs_in(make: Callable[[], str]) -> Callable[[], str]:
    return lambda: answer_of(sign_in(form(make())))


def stated(**changes: Anything) -> Callable[[], str]:
    return signs_in(lambda: assertion(**changes))


def headed(**head: Anything) -> Callable[[], str]:
    return signs_in(lambda: assertion(head=head))


def asks(make: Callable[[str], str], **options: Anything) -> Callable[[], str]:
    def send() -> str:
        token = signed_in()
        return outcome(token, make(token), **options)

    return send


def proves(head: dict[str, Any] | None = None, **changes: Anything) -> Callable[[], str]:
    return asks(lambda token: proof(token=token, head=head, **changes))


def assertions() -> Iterator[Attack]:
    yield Attack("assertion, sound", "200 accepted", stated())
    yield Attack("assertion replayed", NO_CLIENT, _assertion_twice)
    yield Attack("assertion with an aud array", NO_CLIENT, stated(aud=[HUB]))
    yield Attack("assertion with the token URL as aud", NO_CLIENT, stated(aud=SIGN_IN_URL))
    yield Attack("assertion with exp in an hour", NO_CLIENT, stated(exp=NOW + 3600))
    yield Attack("assertion with exp in 121 s", NO_CLIENT, stated(exp=NOW + 121))
    yield Attack("assertion with exp now", NO_CLIENT, stated(exp=NOW))
    for exp in (float(NOW + 60), str(NOW + 60), True, None, ...):
        name = "absent" if exp is ... else repr(exp)
        yield Attack(f"assertion with exp {name}", NO_CLIENT, stated(exp=exp))
    for crit in (None, 5, [], ["exp"]):
        yield Attack(f"assertion with crit {crit!r}", NO_CLIENT, headed(crit=crit))
    yield Attack("assertion unsigned with crit null", NO_CLIENT, signs_in(_unsigned))
    for typ in ("JWT", "at+jwt", "secevent+jwt", ...):
        name = "absent" if typ is ... else typ
        yield Attack(f"assertion with typ {name}", NO_CLIENT, headed(typ=typ))
    for alg in ("none", "HS256", "ES256", "EdDSA", None):
        yield Attack(f"assertion with alg {alg}", NO_CLIENT, headed(alg=alg))
    yield Attack("assertion with jwk", NO_CLIENT, headed(jwk=COUNCIL.jwk))
    yield Attack("assertion with another iss", NO_CLIENT, stated(iss=POLICE.iss))
    yield Attack("assertion with another sub", NO_CLIENT, stated(sub=POLICE.iss))
    yield Attack("assertion with an unknown claim", NO_CLIENT, stated(scope="ig"))
    yield Attack("assertion with iat in the future", NO_CLIENT, stated(iat=NOW + 61))
    yield Attack("assertion with nbf a string", NO_CLIENT, stated(nbf="0"))
    for jti in ("", "j" * 129, 5, None, ...):
        name = "absent" if jti is ... else repr(jti)[:8]
        yield Attack(f"assertion with jti {name}", NO_CLIENT, stated(jti=jti))
    for name, agent in (("revoked", REVOKED), ("unknown", STRANGER)):
        yield Attack(f"assertion by a key {name}", NO_CLIENT, stated(agent=agent))
    yield Attack("event as client assertion", NO_CLIENT, signs_in(SOUND.decode))
    for text in ("", "a.b", "a.b.c", "....", "\x00", "é", "\ud800".encode("utf-8", "replace")):
        yield Attack(f"assertion {text!r}", NO_CLIENT, signs_in(partial(str, text)))
    yield Attack("assertion 40,000 deep", NO_CLIENT, signs_in(lambda: _deep(3_000)))
    yield Attack("client assertion as event", "invalid_request",
                 post(lambda: assertion().encode()))  # fmt: skip
    yield Attack("access token as event", "invalid_request",
                 post(lambda: signed_in().encode()))  # fmt: skip


def proofs() -> Iterator[Attack]:
    yield Attack("proof, sound", "200 accepted", proves())
    stolen = asks(lambda token: proof(OTHER_KEY, token=token))
    yield Attack("stolen token with another key", NO_PROOF, stolen)
    yield Attack("proof without ath", NO_PROOF, asks(lambda _: proof()))
    yield Attack(
        "proof with ath of another token", NO_PROOF, asks(lambda _: proof(token=SOUND.decode()))
    )
    for ath in (None, 5, "", "é"):
        yield Attack(f"proof with ath {ath!r}", NO_PROOF, proves(ath=ath))
    yield Attack("proof with a wrong htu", NO_PROOF, proves(htu="https://evil.example/"))
    yield Attack("proof with a query in htu", NO_PROOF, proves(url=READ_URL + "?a=b"))
    yield Attack("proof with a wrong htm", NO_PROOF, proves(htm="GET"))
    yield Attack("proof replayed", NO_PROOF, _proof_twice)
    for iat in (NOW - 61, NOW + 61, float(NOW), str(NOW), True, None, ...):
        name = "absent" if iat is ... else repr(iat - NOW if type(iat) is int else iat)
        yield Attack(f"proof with iat {name}", NO_PROOF, proves(iat=iat))
    for jti in ("", "j" * 129, 5, ...):
        name = "absent" if jti is ... else repr(jti)[:8]
        yield Attack(f"proof with jti {name}", NO_PROOF, proves(jti=jti))
    private = {**CLIENT_KEY.jwk, "d": b64(bytes(32))}
    small = {**CLIENT_KEY.jwk, "x": b64(b"\x01" + bytes(31))}
    changed: dict[str, dict[str, Any]] = {
        "typ JWT": {"typ": "JWT"},
        "no typ": {"typ": ...},
        "alg none": {"alg": "none"},
        "alg ES256": {"alg": "ES256"},
        "alg null": {"alg": None},
        "a kid": {"kid": CLIENT_KEY.kid},
        "crit null": {"crit": None},
        "a private key": {"jwk": private},
        "a key of small order": {"jwk": small},
        "a key that is no object": {"jwk": "key"},
        "an empty key": {"jwk": {}},
        "an RSA key": {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        "a symmetric key": {"jwk": {"kty": "oct", "k": "AAAA"}},
        "another's public key": {"jwk": OTHER_KEY.jwk},
        "a point off the curve": {
            "alg": "ES256",
            "jwk": {**OTHER_KEY.jwk, "y": b64(bytes(32))},
        },
    }
    for name, head in changed.items():
        yield Attack(f"proof with {name}", NO_PROOF, proves(head))
    yield Attack("no proof", NO_PROOF, lambda: outcome(signed_in()))
    yield Attack("two proofs", NO_PROOF, _two_proofs)
    yield Attack("proof of junk", NO_PROOF, asks(lambda _: "a.b.c"))
    yield Attack("proof not ASCII", NO_PROOF, asks(lambda _: "é.é.é"))
    yield Attack("proof of 5,000 characters", NO_PROOF, asks(lambda _: "a" * 5000))


def tokens() -> Iterator[Attack]:
    for scheme in ("Bearer", "bearer", "Basic", ""):
        yield Attack(f"downgrade to {scheme!r}", NOT_LET_IN, partial(_with_scheme, scheme))
    yield Attack("no Authorization", NOT_LET_IN, lambda: outcome("", authorization=()))
    yield Attack("two Authorizations", NOT_LET_IN,
                 lambda: outcome("", authorization=("DPoP a", "DPoP b")))  # fmt: skip
    yield Attack("token expired", NOT_LET_IN,
                 asks(lambda t: proof(token=t, iat=NOW + 300), now=NOW + 300))  # fmt: skip
    yield Attack("token signed by an agency", NOT_LET_IN, _forged)
    wrong: tuple[tuple[str, Anything], ...] = (
        ("aud", "https://other.example"),
        ("aud", [HUB]),
        ("iss", POLICE.iss),
    )
    for name, value in wrong:
        yield Attack(f"token with {name} {value!r}", NOT_LET_IN,
                     partial(_hub_signed, **{name: value}))  # fmt: skip
    yield Attack("token with typ JWT", NOT_LET_IN, lambda: _hub_signed(typ="JWT"))
    yield Attack("token without cnf", NOT_LET_IN, lambda: _hub_signed(cnf={}))
    yield Attack("token of an agency gone", NOT_LET_IN,
                 lambda: _hub_signed(sub=f"{HUB}/agencies/gone"))  # fmt: skip
    yield Attack("token of the hub itself", NOT_LET_IN, lambda: _hub_signed(sub=HUB))
    yield Attack("event as access token", NOT_LET_IN, lambda: outcome(SOUND.decode()))
    yield Attack("client assertion as access token", NOT_LET_IN, lambda: outcome(assertion()))
    yield Attack("token not ASCII", NOT_LET_IN, lambda: outcome("\xe9.\xe9.\xe9"))
    yield Attack("token with a lone surrogate", NOT_LET_IN, lambda: outcome("\ud800"))
    yield Attack("token of 5,000 characters", NOT_LET_IN, lambda: outcome("a" * 5000))


def _assertion_twice() -> str:
    once = MemoryOnce()
    first = sign_in(form(assertion()), once=once)
    assert first.status == 200
    again = proof(url=SIGN_IN_URL, jti="proof-2")
    return answer_of(sign_in(form(assertion()), dpop=(again,), once=once))


def _proof_twice() -> str:
    once, token = MemoryOnce(), signed_in()
    same = proof(token=token)
    assert outcome(token, same, once=once) == "200 accepted"
    return outcome(token, same, once=once)


def _two_proofs() -> str:
    token = signed_in()
    return outcome(token, proof(token=token), proof(token=token, jti="proof-2"))


def _with_scheme(scheme: str) -> str:
    token = signed_in()
    return outcome(token, proof(token=token), authorization=(f"{scheme} {token}".strip(),))


def _unsigned() -> str:
    head = {"alg": "Ed25519", "kid": COUNCIL.kid, "typ": "JWT", "crit": None}
    return f"{b64(spelled(head))}.{b64(spelled({'sub': COUNCIL.iss}))}."


def _deep(levels: int) -> str:
    head = {"alg": "Ed25519", "kid": COUNCIL.kid, "typ": "client-authentication+jwt"}
    return COUNCIL.seal(spelled(head), b"[" * levels).decode()


def _forged() -> str:
    """The sound claims, signed by an agency's registered key instead of the hub's."""
    claims = {"iss": HUB, "aud": HUB, "sub": COUNCIL.iss, "exp": NOW + 300, "scope": "ig"}
    claims["cnf"] = {"jkt": CLIENT_KEY.kid}
    head = {"alg": "Ed25519", "kid": COUNCIL.kid, "typ": "at+jwt"}
    token = COUNCIL.seal(spelled(head), spelled(claims)).decode()
    return outcome(token, proof(token=token))


def _hub_signed(*, typ: str = "at+jwt", **changes: Anything) -> str:
    """A token under the hub's own key that says something the hub never says."""
    claims = {"iss": HUB, "aud": HUB, "sub": COUNCIL.iss, "exp": NOW + 300, "scope": "read"}
    claims |= {"cnf": {"jkt": CLIENT_KEY.kid}, **changes}
    token = new_tokens()._signer.sign(claims, typ=typ)
    return outcome(token, proof(token=token))


SIGN_IN_ATTACKS = [*assertions(), *proofs(), *tokens()]
