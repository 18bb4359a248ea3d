"""The two proofs a program shows to get in: who it is, and that its token is its own.

In: the agency's key, the time, fresh ids. Out: short signed tokens.
Never here: the network; a DPoP key on disk. One is made for each process, and lives as long.

Source: RFC 7523 and its update draft (assertions), RFC 9449 (DPoP).
"""

import hashlib
from dataclasses import dataclass, field

from adapters.kit.jws import compact
from adapters.kit.keys import AgencyKey, Signer, b64

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S = 60


def client_assertion(key: Signer, *, client: str, hub_uri: str, now: int, jti: str) -> str:
    """Return the proof that this client is the agency `client`, good for a minute and once."""
    header = {"alg": key.alg, "kid": key.kid, "typ": "client-authentication+jwt"}
    claims = {
        "iss": client,
        "sub": client,
        # The issuer as one string: an assertion made for one server is worth nothing at another.
        "aud": hub_uri,
        "iat": now,
        "exp": now + ASSERTION_LIFE_S,
        "jti": jti,
    }
    return compact(header, claims, key).decode()


@dataclass(frozen=True, slots=True)
class DpopKey:
    """The key that access tokens of this process are bound to."""

    _key: AgencyKey = field(default_factory=AgencyKey.generate)

    @property
    def jkt(self) -> str:
        """The thumbprint the hub writes into `cnf.jkt`."""
        return self._key.kid

    def proof(
        self, *, method: str, url: str, now: int, jti: str, access_token: str | None = None
    ) -> str:
        """Return a proof for one request.

        Args:
            method: the HTTP method.
            url: scheme, host and path, without query.
            now: seconds since 1970.
            jti: a fresh id; the hub takes it once.
            access_token: the token sent beside the proof; None at the token endpoint.
        """
        public = self._key.public_jwk()
        header = {
            "typ": "dpop+jwt",
            "alg": "Ed25519",
            "jwk": {name: public[name] for name in ("kty", "crv", "x")},
        }
        claims: dict[str, object] = {"htm": method, "htu": url, "iat": now, "jti": jti}
        if access_token is not None:
            claims["ath"] = b64(hashlib.sha256(access_token.encode()).digest())
        return compact(header, claims, self._key).decode()
