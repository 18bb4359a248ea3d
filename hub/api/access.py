"""Access tokens: issued for 300 seconds, bound to a key, and turned back into a Caller.

In: the `Authorization`, `DPoP` and `Hub-User` headers of a request. Out: Caller, or AccessError.
Never here: what a caller may see. That is the rulebook's; scopes only say which doors exist.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from hub.api.dpop import AsyncOnce, DpopError, Once, read_proof
from hub.intake.agencies import Agency, AgencyRegister, issuer_uri
from hub.intake.errors import IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jws import check_signature, split
from hub.intake.signing import Signer
from hub.ledger.record import Spend

LIFETIME_S: Final = 300
TOKEN_TYP: Final = "at+jwt"  # noqa: S105 - a media type, not a secret
SCOPES: Final = ("events", "read", "ig")
_MAX_TOKEN_CHARS: Final = 4096
_USER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CHALLENGE: Final = 'DPoP algs="Ed25519 ES256"'


class AccessError(Exception):
    """A request is not let in. `status` is 400, 401 or 403; `code` is the OAuth error code."""

    def __init__(self, status: int, code: str, description: str) -> None:
        """Keep what the answer needs; nothing of the request."""
        super().__init__(f"{code}: {description}")
        self.status = status
        self.code = code
        self.description = description

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` header for a 401 or 403. Source: RFC 9449 section 7.1."""
        return f'{_CHALLENGE}, error="{self.code}", error_description="{self.description}"'


class Caller(Struct, frozen=True, kw_only=True):
    """Who is asking: an agency, and perhaps which of its officers, by an opaque id."""

    agency: str
    issuer: str
    kind: str
    scopes: frozenset[str]
    user: str | None = None

    def require(self, scope: str) -> None:
        """Refuse a caller without `scope`.

        Raises:
            AccessError: 403 insufficient_scope.
        """
        if scope not in self.scopes:
            raise AccessError(403, "insufficient_scope", f"scope {scope} is needed here")


class Sent(Struct, frozen=True):
    """What a request shows of itself.

    Its method, its URL as clients know it, without query and fragment, every value of the two
    headers, and `Hub-User`, if there is one.
    """

    method: str
    url: str
    authorization: Sequence[str]
    dpop: Sequence[str]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class _Grant:
    """What a verified access token says. `exp` is judged again at every use."""

    issuer: str
    scopes: frozenset[str]
    jkt: str
    exp: int


class AccessTokens:
    """Issues and checks the hub's own access tokens.

    A token is sent with every request of its 300 seconds, so its signature is checked once and
    the outcome kept. The proof, the expiry and the agency's standing are checked every time.
    """

    def __init__(
        self, signer: Signer, *, hub_uri: str, new_id: Callable[[], str], remembered: int = 4096
    ) -> None:
        """Take the hub's key, its URI, a source of token ids, and how many tokens to keep."""
        self._signer = signer
        self._hub_uri = hub_uri
        self._new_id = new_id
        self._remembered = remembered
        self._grants: OrderedDict[str, _Grant] = OrderedDict()

    def whose(self, authorization: Sequence[str]) -> str:
        """Return whose request this says to be: an issuer whose token was verified before, or "".

        Nothing is decided by it but in whose turn the request is checked.
        """
        token = authorization[0].partition(" ")[2] if len(authorization) == 1 else ""
        grant = self._grants.get(token)
        return "" if grant is None else grant.issuer

    def issue(self, *, agency: str, scopes: frozenset[str], jkt: str, now: int) -> str:
        """Return a token for `agency`, good only with the key named `jkt`.

        Source: RFC 9068; RFC 9449 section 6.1.
        """
        issuer = issuer_uri(self._hub_uri, agency)
        claims = {
            "iss": self._hub_uri,
            "aud": self._hub_uri,
            "sub": issuer,
            "client_id": issuer,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": self._new_id(),
            "scope": " ".join(s for s in SCOPES if s in scopes),
            "cnf": {"jkt": jkt},
        }
        return self._signer.sign(claims, typ=TOKEN_TYP)

    def check(
        self,
        *,
        authorization: Sequence[str],
        dpop: Sequence[str],
        method: str,
        url: str,
        now: int,
        agencies: AgencyRegister,
        once: Once,
        user: str | None = None,
    ) -> Caller:
        """Return who sent a request.

        Args:
            authorization: every value of the `Authorization` header.
            dpop: every value of the `DPoP` header.
            method: the request's method.
            url: its URL as clients know it, without query and fragment.
            now: seconds since 1970.
            agencies: the register, as it stands now.
            once: where the proof is spent.
            user: the `Hub-User` header, if there is one.

        Raises:
            AccessError: not let in.
        """
        sent = Sent(method, url, authorization, dpop, user)
        caller, spent = self.read(sent, now, agencies)
        if not once.first_time(spent.kind, spent.key, spent.expires_at):
            raise replayed()
        return caller

    async def check_async(
        self,
        *,
        authorization: Sequence[str],
        dpop: Sequence[str],
        method: str,
        url: str,
        now: int,
        agencies: AgencyRegister,
        once: AsyncOnce,
        user: str | None = None,
    ) -> Caller:
        """Return who sent a request: `check`, for an event loop.

        Raises:
            AccessError: not let in.
        """
        sent = Sent(method, url, authorization, dpop, user)
        caller, spent = self.read(sent, now, agencies)
        if not await once.first_time(spent.kind, spent.key, spent.expires_at):
            raise replayed()
        return caller

    def read(self, sent: Sent, now: int, agencies: AgencyRegister) -> tuple[Caller, Spend]:
        """Check everything but whether the proof was used before.

        The request is let in only once the second part of the answer was spent.

        Raises:
            AccessError: not let in.
        """
        token = _token(sent.authorization)
        grant = self._grant(token)
        if now >= grant.exp:
            raise AccessError(401, "invalid_token", "the access token has expired")
        try:
            proof = read_proof(
                sent.dpop, method=sent.method, url=sent.url, now=now, access_token=token
            )
        except DpopError as refusal:
            raise AccessError(401, "invalid_dpop_proof", str(refusal)) from None
        if proof.jkt != grant.jkt:
            raise AccessError(401, "invalid_dpop_proof", "the token is bound to another key")
        agency = agencies.by_issuer(grant.issuer, self._hub_uri)
        return _caller(agency, grant, sent.user), proof.spend

    def _grant(self, token: str) -> _Grant:
        """Return what `token` says, from memory if it was verified before."""
        known = self._grants.get(token)
        if known is not None:
            return known
        grant = self._grants[token] = self._verify(token)
        if len(self._grants) > self._remembered:
            self._grants.popitem(last=False)  # the oldest, so the nearest its expiry
        return grant

    def _verify(self, token: str) -> _Grant:
        """Check a token the hub is said to have signed.

        Source: RFC 9068 section 4; RFC 8725.
        """
        try:
            compact = split(token.encode(), typ=TOKEN_TYP)
            check_signature(compact, self._signer.public)
            claims = read_object(compact.payload)
        except (IntakeError, JsonRefusedError, UnicodeEncodeError):
            raise AccessError(401, "invalid_token", "not an access token of this hub") from None
        if claims.get("iss") != self._hub_uri or claims.get("aud") != self._hub_uri:
            raise AccessError(401, "invalid_token", "the access token is for another place")
        return _grant_of(claims)


def _grant_of(claims: Mapping[str, Any]) -> _Grant:
    """Read the claims the hub itself wrote; only a token made by other means lacks one."""
    match claims:
        case {"sub": str(sub), "scope": str(scope), "cnf": {"jkt": str(jkt)}, "exp": int(exp)}:
            return _Grant(sub, frozenset(scope.split()), jkt, exp)
        case _:
            raise AccessError(401, "invalid_token", "the access token lacks a claim")


def _token(authorization: Sequence[str]) -> str:
    """Return the token of a `DPoP` authorization. `Bearer` would need no key, so it is refused."""
    if len(authorization) != 1:
        raise AccessError(401, "invalid_token", "not exactly one Authorization header")
    scheme, _, token = authorization[0].partition(" ")
    if scheme.lower() != "dpop":
        raise AccessError(401, "invalid_token", "the DPoP scheme is the only one accepted")
    if not token or len(token) > _MAX_TOKEN_CHARS:
        raise AccessError(401, "invalid_token", "no access token of a possible length")
    return token


def _caller(agency: Agency | None, grant: _Grant, user: str | None) -> Caller:
    """Return the caller as the register stands now, which may have changed since the token."""
    if agency is None:
        raise AccessError(401, "invalid_token", "the agency is not registered any more")
    if user is not None and _USER.fullmatch(user) is None:
        raise AccessError(400, "invalid_request", "Hub-User is not an opaque id")
    return Caller(
        agency=agency.slug,
        issuer=grant.issuer,
        kind=agency.kind,
        scopes=grant.scopes & agency.scopes,
        user=user,
    )


def replayed() -> AccessError:
    """Return why a request is not let in whose proof was used before."""
    return AccessError(401, "invalid_dpop_proof", "the proof was used before")
