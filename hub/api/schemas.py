"""The shapes of the hub's answers, as OpenAPI 3.1 tells them to whoever writes a client.

In: the closed words of contracts. Out: JSON Schemas. Never here: behaviour, a request's shape.
"""

from typing import Any, TypeAlias

from contracts.base import Category
from contracts.subject import AGENCY_KINDS, PURPOSES

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
UUID: Schema = {"type": "string", "format": "uuid"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
URI: Schema = {"type": "string", "format": "uri"}
JWS: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"}
DIGEST: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}


def closed(**members: Schema) -> Schema:
    """Return the schema of an object that has exactly these members."""
    return {
        "type": "object",
        "required": list(members),
        "properties": members,
        "additionalProperties": False,
    }


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def one_of(*values: str) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """Return a schema that lets null through as well."""
    return {"anyOf": [schema, {"type": "null"}]}


def keyed(schema: Schema) -> Schema:
    """Return the schema of a map from ids."""
    return {"type": "object", "propertyNames": UUID, "additionalProperties": schema}


CATEGORIES = many(one_of(*Category))
REASON = closed(rule=TEXT, title=maybe(TEXT), cite=many(URI), words=TEXT)
ITEM = closed(
    position=NUMBER,
    jti=UUID,
    type=URI,
    posted_by=TEXT,
    occurred=INSTANT,
    recorded=INSTANT,
    status=one_of("live", "retracted", "disputed", "erased"),
    fields={"type": "object", "description": "What of the payload may be shown, by its contract."},
    shown=CATEGORIES,
    withheld=CATEGORIES,
    because=many(REASON),
    obligations=many(TEXT),
)
PATTERN = closed(
    setting=TEXT,
    counts=many(
        closed(
            month={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
            type=URI,
            count=NUMBER,
            posters=NUMBER,
        )
    ),
    alarms=many(
        closed(
            rule=TEXT,
            because=TEXT,
            raised_on=DAY,
            window_days=NUMBER,
            count=NUMBER,
            posters=NUMBER,
        )
    ),
    because=many(REASON),
)
WISHES = closed(
    asked=maybe(TEXT),
    text=maybe(TEXT),
    position=NUMBER,
    jti=UUID,
    posted_by=TEXT,
    occurred=INSTANT,
    recorded=INSTANT,
)
_PAGE: dict[str, Schema] = {
    "subject": UUID,
    "purpose": one_of(*PURPOSES),
    "wishes": maybe(WISHES),
    "items": many(ITEM),
    "next": maybe(TEXT),
    "setting_risk": maybe(PATTERN),
}
TIMELINE = closed(**_PAGE)
_EXEMPT = closed(
    field=TEXT,
    category=one_of(*Category),
    exemption=TEXT,
    provision=TEXT,
    cite=URI,
    words=TEXT,
)
BUNDLE = closed(
    subject=UUID,
    purpose={"const": "subject_rights"},
    items=many(closed(**ITEM["properties"], exempt=many(_EXEMPT))),
    next=maybe(TEXT),
)
RELEASED = closed(
    outcome={"const": "released"},
    request_id=UUID,
    **_PAGE,
    break_glass=maybe(
        closed(
            until=INSTANT,
            completed_by=INSTANT,
            opened=many(closed(position=NUMBER, categories=CATEGORIES)),
        )
    ),
)
REFUSED = closed(
    outcome={"const": "refused"},
    request_id=maybe(UUID),
    purpose=one_of(*PURPOSES),
    reasons=many(TEXT),
    what_would_change=many(TEXT),
    review=TEXT,
)
ADVICE = closed(
    verdicts=closed(
        **dict.fromkeys(Category, one_of("must_share", "share", "ask_a_person", "do_not_share"))
    ),
    because=many(
        closed(
            kind=TEXT,
            words=TEXT,
            rule=maybe(TEXT),
            title=maybe(TEXT),
            cite=many(URI),
            strength=maybe(TEXT),
        )
    ),
    question=maybe(
        closed(
            fact=TEXT,
            words=TEXT,
            values={"type": "object", "additionalProperties": TEXT},
            rule=TEXT,
            title=TEXT,
        )
    ),
    release=TEXT,
    rulebook=TEXT,
)
RECEIPT = closed(receipt=JWS, proof={"type": ["string", "null"]})
STATEMENT = closed(statement=JWS, proof={"type": ["string", "null"]})
INTAKE_ERROR = closed(err=TEXT, description=TEXT)
BATCH = closed(ack=many(UUID), setErrs=keyed(INTAKE_ERROR), receipts=keyed(JWS))
POLLED = closed(sets=keyed(JWS), moreAvailable={"type": "boolean"})
AGENCIES = closed(agencies=many(closed(id=TEXT, name=TEXT, kind=one_of(*AGENCY_KINDS))))
JWKS = closed(
    keys=many(
        {
            "type": "object",
            "required": ["kty", "crv", "x", "alg", "use", "kid"],
            "properties": {
                "kty": one_of("OKP", "EC"),
                "crv": one_of("Ed25519", "P-256"),
                "alg": one_of("Ed25519", "ES256"),
                "use": {"const": "sig"},
                "x": DIGEST,
                "y": DIGEST,
                "kid": DIGEST,
            },
            "additionalProperties": False,
        }
    )
)
LIVE = closed(status={"const": "live"})
READY = closed(status={"const": "ready"}, position=NUMBER, projected=NUMBER, sequenced=NUMBER)
TOKEN = closed(
    access_token=JWS, token_type={"const": "DPoP"}, expires_in={"const": 300}, scope=TEXT
)
TOKEN_ERROR = closed(error=TEXT, error_description=TEXT)
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "faults": many(closed(pointer=TEXT, fault=TEXT)),
    },
    "additionalProperties": False,
}
