"""A mould: everything about an event that does not change from one person to the next, done once.

In: a payload, who posts it, the law's vocabulary. Out: signed tokens, and rows, of as many events
as wanted. Never here: a key of a subject, a table.

What the front door works out of an event (its header, its facts, where they are folded) is worked
out here by the front door's own `draft` and `assertions`, on an event about nobody: marks stand for
its subject, its ids, its times and its place. The bytes are then written once, with the marks'
places left open (forms). `hub verify` takes each such header apart again, and the tests of the
bench have it do so.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypedDict
from uuid import UUID

import msgspec

from contracts.base import Payload
from contracts.envelope import TYP
from contracts.labels import plain
from hub.bench import copying
from hub.bench.forms import Form
from hub.bench.steps import SETTING
from hub.intake import encoding
from hub.intake.identifiers import Identifier, read_sub_id
from hub.ledger.draft import draft
from hub.ledger.record import Assertion, Draft
from hub.ledger.resolve import assertions
from hub.rulebook.model import FactEntry

JTI: Final = "00000000-0000-4000-8000-00000000000a"
SUBJECT: Final = UUID("00000000-0000-4000-8000-00000000000b")
NAMED: Final = "urn:nhs:number:9990000018"
_IAT, _TOE, _END = 1_111_111_111, 1_222_222_222, 1_444_444_440
# Eight bytes each, and such as no text holds.
_AT: Final = b"\xff\xfeplaces"
_ENDS: Final = b"\xff\xfeends %d"
MARKS: Final = (
    b"%d" % _IAT, b"%d" % _TOE, JTI.encode(), NAMED.encode(), str(SUBJECT).encode(),
    SETTING.encode(), _AT,
)  # fmt: skip
"""What stands for: issued at, happened at, own id, how the subject is named, its id, in which
place, and the position in eight bytes."""
_S: Final = str(SUBJECT)
_Q: Final = struct.Struct(">q")
_dense: Final = msgspec.json.Encoder().encode
_form: Final = cache(Form)
"""Of what many moulds have alike."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Who signs: its name and kind, its key's name, and what signs with it."""

    slug: str
    kind: str
    issuer: str
    kid: str
    sign: Callable[[bytes], bytes]


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
    """One kind of event of one poster. Its forms are of the values that `values` returns."""

    slug: str
    kind: str
    type_uri: str
    partner: str | None
    header: bytes
    """The token's first part, and the dot behind it."""
    claims: Form
    sign: Callable[[bytes], bytes]
    routing: Form
    facts: Form
    after: tuple[int, ...]
    """How many seconds after the event happened facts of it end."""
    lasting: tuple[tuple[tuple[str, str], Form], ...]
    """Rows of facts about the subject, of which the latest stands; each under what it replaces."""
    scopes: tuple[tuple[str, Form], ...]
    once: tuple[Form, ...]
    """Rows of facts about the event itself, which replace none."""
    once_scopes: tuple[Form, ...]
    topic: bytes
    """A column."""
    cells: bytes
    """The header's row, as `copying.cells` returns it."""

    def values(self, toe: int, *given: bytes) -> tuple[bytes, ...]:
        """Return what is written into the forms: what MARKS stand for, and more, is given."""
        if not self.after:
            return given
        ends = [toe + after for after in self.after]
        return (*given, *(b"%d" % end for end in ends), *(_Q.pack(end) for end in ends))

    def signed(self, values: Sequence[bytes]) -> tuple[bytes, bytes]:
        """Return what is signed, and the token."""
        signing = self.header + encoding.encode(self.claims.of(values))
        return signing, signing + b"." + encoding.encode(self.sign(signing))


def mould(
    payload: Payload,
    by: Poster,
    sub_id: Mapping[str, Any],
    *,
    audience: str,
    vocabulary: Mapping[str, FactEntry],
    more: Sequence[bytes] = (),
) -> Mould:
    """Return the mould of a payload.

    Args:
        payload: the place it names is `SETTING`.
        by: who signs.
        sub_id: whom it is about: `NAMED`, or the agency that it is filed by.
        audience: the hub.
        vocabulary: of the law in force.
        more: what else is written into it: what stands for that in the payload.
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
    return _poured(claims, drawn, by, more)


def _poured(claims: Mapping[str, Any], drawn: Draft, by: Poster, more: Sequence[bytes]) -> Mould:
    """Return the mould of a draft, with a form for each thing that is written of it."""
    facts = assertions(drawn, SUBJECT)
    after = tuple(dict.fromkeys(f.expires_at for f in facts if f.expires_at is not None))
    marks = (
        *MARKS,
        *more,
        *(b"%d" % (_END + n) for n in range(len(after))),
        *(_ENDS % n for n in range(len(after))),
    )
    topic = copying.text(drawn.type_uri.encode())
    return Mould(
        slug=by.slug,
        kind=drawn.kind,
        type_uri=drawn.type_uri,
        partner=drawn.partner,
        header=encoding.encode(_dense({"alg": "Ed25519", "kid": by.kid, "typ": TYP})) + b".",
        claims=Form(_dense(claims), marks),
        sign=by.sign,
        routing=Form(_dense(drawn.routing), marks),
        facts=_form(_dense([_told(fact, after) for fact in facts]), marks),
        after=after,
        topic=topic,
        cells=copying.cells(by.slug, topic, drawn.kind, drawn.categories, drawn.partner),
        **_folded(facts, after, marks),
    )


class _Folded(TypedDict):
    lasting: tuple[tuple[tuple[str, str], Form], ...]
    scopes: tuple[tuple[str, Form], ...]
    once: tuple[Form, ...]
    once_scopes: tuple[Form, ...]


def _folded(
    facts: Sequence[Assertion], after: tuple[int, ...], marks: tuple[bytes, ...]
) -> _Folded:
    """Return the rows of facts, as they are folded. Of an agency's there are none: see loading."""
    rows = {(fact.key, fact.fact): _form(_fact(fact, after), marks) for fact in facts}
    keys = {key: _form(copying.scope(key, _AT), marks) for key, _ in rows}
    return {
        "lasting": tuple((slot, row) for slot, row in rows.items() if _S in slot[0]),
        "scopes": tuple((key, row) for key, row in keys.items() if _S in key),
        "once": tuple(row for (key, _), row in rows.items() if JTI in key),
        "once_scopes": tuple(row for key, row in keys.items() if JTI in key),
    }


def _told(fact: Assertion, after: tuple[int, ...]) -> tuple[str, str, str, int | None]:
    """Return a fact as a header has it."""
    ends = None if fact.expires_at is None else _END + after.index(fact.expires_at)
    return fact.key, fact.fact, fact.value, ends


def _fact(fact: Assertion, after: tuple[int, ...]) -> bytes:
    ends = None if fact.expires_at is None else _ENDS % after.index(fact.expires_at)
    return copying.fact(fact.key, fact.fact, fact.value, _AT, ends)
