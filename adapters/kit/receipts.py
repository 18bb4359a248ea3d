"""The hub's receipts, checked before anything else is done with an answer.

In: the `Hub-Receipt` header and what it must be about. Out: a receipt whose every claim fits.
Never here: an answer used without its receipt; a hub key that nobody vouched for.

Source: the hub's receipt form, JWS `hub-receipt+jwt`; RFC 7515.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar
from uuid import UUID

from adapters.kit.chain import Link
from adapters.kit.errors import ReceiptError, TokenShapeError
from adapters.kit.jws import open_token
from adapters.kit.keys import PublicKey, b64, public_of_jwk, thumbprint
from contracts.disclosure import RecipientAcknowledged

Outcome: TypeAlias = Literal["released", "refused"]
Scalar = TypeVar("Scalar", str, int)

TYP = "hub-receipt+jwt"


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """The hub's word that it holds an event, where, and with which digest."""

    jti: str
    position: int
    recorded_at: int
    sd: str
    token: str


@dataclass(frozen=True, slots=True)
class DisclosureReceipt:
    """The hub's word that an answer is on record as a disclosure to this agency.

    Args:
        dis: the disclosure's id.
        pseq: its number for this agency.
        bd: the digest of the answer's bytes.
        outcome: what was done.
        recorded_at: when, in seconds.
        index: its leaf in the hub's log.
        size: the size of the log's first checkpoint over it; None where that is only promised.
        due: by when it is promised, in seconds; None where the log already covers it.
        token: the receipt itself.
    """

    dis: str
    pseq: int
    bd: str
    outcome: Outcome
    recorded_at: int
    index: int
    size: int | None
    due: int | None
    token: str

    @property
    def link(self) -> Link:
        """Its place in the chain."""
        return Link(self.pseq, self.dis, self.bd)


@dataclass(slots=True)
class HubKeys:
    """The hub's public keys: pinned by the agency, or fetched from the hub's own key list.

    Args:
        fetch: asks the hub for its JWKs; None when the keys are pinned, so that no answer of the
            hub can change them.
    """

    fetch: Callable[[], Iterable[Mapping[str, Any]]] | None = None
    _keys: dict[str, PublicKey] = field(default_factory=dict)

    @classmethod
    def pinned(cls, jwks: Iterable[Mapping[str, Any]]) -> "HubKeys":
        """Trust these keys and no others."""
        return cls(None, _by_thumbprint(jwks))

    def trusted(self) -> Mapping[str, PublicKey]:
        """Return the keys held, fetching them the first time."""
        if not self._keys:
            self.refresh()
        return self._keys

    def refresh(self) -> None:
        """Fetch the list anew, if it may be fetched: the hub may have changed its key."""
        if self.fetch is not None:
            self._keys = _by_thumbprint(self.fetch())


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks what the hub signed for one agency.

    Args:
        keys: the hub's keys.
        hub_uri: who must have signed.
        agency: whom it must be for.
    """

    keys: HubKeys
    hub_uri: str
    agency: str

    def event(self, token: str | None, *, jti: str) -> EventReceipt:
        """Check the receipt of an event. The caller compares `sd` with what it signed.

        Raises:
            ReceiptError: no receipt, a bad one, or one for another event or agency.
        """
        claims = self._claims(token)
        if _claim(claims, "jti", str) != jti:
            raise ReceiptError("the receipt is for another event")
        return EventReceipt(
            jti=jti,
            position=_claim(claims, "pos", int),
            recorded_at=_claim(claims, "iat", int),
            sd=_claim(claims, "sd", str),
            token=token or "",
        )

    def disclosure(
        self, token: str | None, *, body: bytes, outcome: Outcome | None
    ) -> DisclosureReceipt:
        """Check the receipt of an answer against the answer's bytes.

        Args:
            token: the `Hub-Receipt` header.
            body: the answer, byte for byte as received.
            outcome: what the answer itself says; None where it says neither.

        Raises:
            ReceiptError: no receipt, a bad one, one for another body or agency, or one that puts
                a released answer on record as refused (or the reverse).
        """
        held = self.numbered(token)
        if held.bd != body_digest(body):
            raise ReceiptError("the receipt is for another body")
        if outcome is not None and held.outcome != outcome:
            raise ReceiptError("the receipt records another outcome than the answer's")
        return held

    def numbered(self, token: str | None) -> DisclosureReceipt:
        """Check the receipt of an answer that is not at hand.

        Raises:
            ReceiptError: no receipt, a bad one, or one for another agency.
        """
        claims = self._claims(token)
        said = _claim(claims, "outcome", str)
        if said not in ("released", "refused"):
            raise ReceiptError("the receipt records no outcome")
        dis, pseq = _claim(claims, "dis", str), _claim(claims, "pseq", int)
        if pseq < 1 or _claim(claims, "jti", str) != dis:
            raise ReceiptError("the receipt's claims contradict each other")
        index, size, due = _place(claims)
        return DisclosureReceipt(
            dis=dis,
            pseq=pseq,
            bd=_claim(claims, "bd", str),
            outcome="released" if said == "released" else "refused",
            recorded_at=_claim(claims, "iat", int),
            index=index,
            size=size,
            due=due,
            token=token or "",
        )

    def open(self, token: bytes, typ: str) -> dict[str, Any]:
        """Return the claims of anything the hub signed for this agency.

        Raises:
            TokenShapeError: it is malformed, not the hub's, or not for this agency.
        """
        try:
            claims = open_token(token, typ=typ, keys=self.keys.trusted())
        except TokenShapeError:
            # Perhaps a key newer than the list held. Pinned keys stay as they are.
            self.keys.refresh()
            claims = open_token(token, typ=typ, keys=self.keys.trusted())
        if claims.get("iss") != self.hub_uri or claims.get("aud") != self.agency:
            raise TokenShapeError("the token is not from this hub to this agency")
        return claims

    def _claims(self, token: str | None) -> dict[str, Any]:
        if not token:
            raise ReceiptError("the answer has no receipt")
        try:
            return self.open(token.encode(), TYP)
        except (TokenShapeError, UnicodeEncodeError) as error:
            raise ReceiptError("the receipt does not verify") from error


def body_digest(body: bytes) -> str:
    """Return base64url SHA-256 of an answer's bytes, the receipt's `bd`."""
    return b64(hashlib.sha256(body).digest())


def acknowledgement(link: Link) -> tuple[RecipientAcknowledged, str]:
    """Return the signed word that a disclosure arrived, and the `jti` to send it under.

    The id follows from the disclosure's: made again after a crash, it is the same event.
    """
    digest = hashlib.sha256(f"hub-ack/v1\n{link.dis}".encode()).digest()
    payload = RecipientAcknowledged(about="agency", dis=link.dis, pseq=link.pseq, bd=link.bd)
    return payload, str(UUID(bytes=digest[:16], version=4))


def _claim(claims: Mapping[str, Any], name: str, kind: type[Scalar]) -> Scalar:
    value = claims.get(name)
    if type(value) is not kind:
        raise ReceiptError(f"the receipt has no proper `{name}`")
    return value


def _place(claims: Mapping[str, Any]) -> tuple[int, int | None, int | None]:
    """Return where in the log the receipt says its leaf is, and that it is there or when."""
    index = _claim(claims, "idx", int)
    size = _claim(claims, "size", int) if "size" in claims else None
    due = _claim(claims, "due", int) if "due" in claims else None
    if index < 0 or (size is None) == (due is None) or (size is not None and size <= index):
        raise ReceiptError("the receipt does not say where the log has it")
    return index, size, due


def _by_thumbprint(jwks: Iterable[Mapping[str, Any]]) -> dict[str, PublicKey]:
    # The key id is computed, never taken from the list's own `kid`.
    try:
        return {thumbprint(jwk): public_of_jwk(jwk) for jwk in jwks}
    except (ValueError, KeyError, TypeError) as error:
        raise TokenShapeError("the hub's key list holds something that is no key") from error
