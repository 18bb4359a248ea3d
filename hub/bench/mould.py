"""A mould: everything about an event that does not change from one person to the next, done once.

In: a payload, who posts it, the law's vocabulary. Out: signed tokens, header texts and facts of as
many events as wanted. Never here: a row, a key of a subject.

What the front door works out of an event (its header, its facts, where they are folded) is worked
out here by the front door's own `draft` and `assertions`, on an event about nobody, into which the
subject's ids and times are then written. `hub verify` takes each such header apart again, and the
tests of the bench have it do so.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from contracts.base import Payload
from contracts.envelope import TYP
from contracts.labels import plain
from hub.intake import encoding
from hub.intake.identifiers import Identifier, read_sub_id
from hub.ledger.draft import draft
from hub.ledger.resolve import assertions
from hub.rulebook.model import FactEntry

JTI: Final = "00000000-0000-4000-8000-00000000000a"
SUBJECT: Final = UUID("00000000-0000-4000-8000-00000000000b")
NAMED: Final = "urn:nhs:number:9990000018"
_IAT, _TOE = 1_111_111_111, 1_222_222_222


@dataclass(frozen=True, slots=True)
class Poster:
    """Who signs: its name and kind, its key's name, and what signs with it."""

    slug: str
    kind: str
    issuer: str
    kid: str
    sign: Callable[[bytes], bytes]


class FactText(NamedTuple):
    """A fact as it is folded, with the ids to be written into its key."""

    key: str
    fact: str
    value: str
    after_s: int | None
    """Seconds after the event happened at which it ends."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An event that came through no door, as `draft` looks at one."""

    agency: str
    jti: str
    type_uri: str
    payload: Payload
    token: bytes
    signing_digest: bytes
    toe: int
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class Mould:
    """One kind of event of one poster. `claims` has the places for iat, toe, jti and subject."""

    slug: str
    type_uri: str
    kind: str
    categories: int
    routing: str
    facts: tuple[FactText, ...]
    facts_json: str
    header: bytes
    claims: str
    sign: Callable[[bytes], bytes]
    partner: str | None

    def token(self, iat: int, toe: int, jti: str, named: str, *, body: str = "") -> bytes:
        """Return a signed event. `body`: the claims, where more than these is written into them."""
        text = (body or self.claims) % (iat, toe, jti, named)
        signing = self.header + b"." + encoding.encode(text.encode())
        return signing + b"." + encoding.encode(self.sign(signing))

    def stated(self, subject: str, jti: str, toe: int) -> tuple[str, list[FactText]]:
        """Return the facts as a header has them, and each with its key and the second it ends."""
        found = [
            FactText(
                key.replace(_S, subject).replace(JTI, jti),
                fact,
                value,
                None if after is None else toe + after,
            )
            for key, fact, value, after in self.facts
        ]
        if self.facts_json:
            return self.facts_json.replace(_S, subject).replace(JTI, jti), found
        return json.dumps(found), found


_S: Final = str(SUBJECT)


def mould(
    payload: Payload,
    by: Poster,
    sub_id: Mapping[str, Any],
    *,
    audience: str,
    vocabulary: Mapping[str, FactEntry],
) -> Mould:
    """Return the mould of a payload. `sub_id` names nobody: `NAMED`, or the agency it is filed by.

    The subject a payload itself names is `SUBJECT`, and its own jti is `JTI`.
    """
    claims = {
        "iss": by.issuer,
        "aud": audience,
        "iat": _IAT,
        "toe": _TOE,
        "jti": JTI,
        "sub_id": dict(sub_id),
        "events": {payload.TYPE: plain(payload)},
    }
    made = _Made(
        agency=by.slug,
        jti=JTI,
        type_uri=payload.TYPE,
        payload=payload,
        token=b"",
        signing_digest=b"",
        toe=0,
        identifiers=read_sub_id(claims["sub_id"]),
    )
    drawn = draft(made, poster_kind=by.kind, vocabulary=vocabulary)
    facts = tuple(
        FactText(a.key, a.fact, a.value, a.expires_at) for a in assertions(drawn, SUBJECT)
    )
    lasting = all(fact.after_s is None for fact in facts)
    return Mould(
        slug=by.slug,
        type_uri=payload.TYPE,
        kind=drawn.kind,
        categories=drawn.categories,
        routing=_dense(drawn.routing),
        facts=facts,
        facts_json=_dense(facts) if lasting else "",
        header=encoding.encode(_dense({"alg": "Ed25519", "kid": by.kid, "typ": TYP}).encode()),
        claims=_with_places(_dense(claims), sub_id),
        sign=by.sign,
        partner=drawn.partner,
    )


def _with_places(text: str, sub_id: Mapping[str, Any]) -> str:
    """Return claims as a format of iat, toe, jti and the subject's name, in this order."""
    named = str(sub_id["uri"])
    text = text.replace("%", "%%").replace(str(_IAT), "%d", 1).replace(str(_TOE), "%d", 1)
    return text.replace(JTI, "%s", 1).replace(named, "%s", 1)


def _dense(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
