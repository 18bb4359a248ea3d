"""Shapes of what officers read of the register, of who saw what and of what was known.

In: schemas' words. Out: schemas of whole answers. Never here: a route, a value.
"""

from typing import get_args

from contracts.disclosure import Channel, ReasonCode
from contracts.subject import LEGAL_DEMANDS, PURPOSES
from hub.api.schemas import (
    CATEGORIES,
    DAY,
    DIGEST,
    INSTANT,
    NUMBER,
    TEXT,
    URI,
    UUID,
    Schema,
    closed,
    many,
    maybe,
    one_of,
)

_VERDICT = one_of("upheld", "overturned", "upheld_with_learning")
_FLAGS = many(
    closed(
        item=NUMBER,
        shown={"type": "boolean"},
        facts=many(TEXT),
        position=NUMBER,
        type=URI,
        by=TEXT,
        recorded=INSTANT,
        reviewed={"type": "boolean"},
    )
)
REGISTER_ENTRY = closed(
    position=NUMBER,
    jti=UUID,
    partner=TEXT,
    pseq=NUMBER,
    user=maybe(TEXT),
    subject=maybe(UUID),
    purpose=one_of(*PURPOSES),
    legal_demand=one_of(*LEGAL_DEMANDS),
    channel=one_of(*get_args(Channel)),
    outcome=one_of("released", "refused"),
    rules=many(TEXT),
    day=DAY,
    recorded=INSTANT,
    request_id=maybe(UUID),
    body_digest=DIGEST,
    rulebook=TEXT,
    items=many(NUMBER),
    categories=CATEGORIES,
    review=maybe(
        closed(
            due=maybe(INSTANT),
            completed={"type": "boolean"},
            overdue={"type": "boolean"},
            verdict=maybe(_VERDICT),
        )
    ),
    flags=_FLAGS,
)
REGISTER = closed(entries=many(REGISTER_ENTRY), after=maybe(NUMBER))
REVIEWED = closed(of=UUID, verdict=_VERDICT, officer=TEXT, reviewed=INSTANT)
ORDERED = closed(order=UUID, partner=TEXT, covers=TEXT, officer=TEXT, recorded=INSTANT)
SEPARATED = closed(separated=UUID, items=NUMBER, officers=many(TEXT), recorded=INSTANT)
WHO_SAW = closed(subject=UUID, disclosures=many(REGISTER_ENTRY))
KNOWN = closed(
    subject=UUID,
    agency=TEXT,
    day=DAY,
    items=many(
        closed(
            position=NUMBER,
            jti=UUID,
            type=URI,
            posted_by=TEXT,
            occurred=INSTANT,
            how=one_of("posted", "shown"),
            first_shown=maybe(INSTANT),
            last_shown=maybe(INSTANT),
            categories=CATEGORIES,
            since=many(closed(type=URI, posted_by=TEXT, position=NUMBER, recorded=INSTANT)),
        )
    ),
)
ENTRY: Schema = {
    "type": "object",
    "required": ["jti", "position", "pseq", "outcome", "partner", "purpose", "channel", "reasons"],
    "properties": {
        "jti": UUID,
        "position": NUMBER,
        "pseq": NUMBER,
        "outcome": one_of("released", "refused"),
        "partner": TEXT,
        "user": maybe(TEXT),
        "subject": maybe(UUID),
        "purpose": one_of(*PURPOSES),
        "legal_demand": one_of(*LEGAL_DEMANDS),
        "channel": one_of(*get_args(Channel)),
        "reason_code": one_of(*get_args(ReasonCode)),
        "body_digest": DIGEST,
        "items": many(
            {
                "type": "object",
                "required": ["position", "categories", "decision"],
                "properties": {
                    "position": NUMBER,
                    "categories": CATEGORIES,
                    "withheld": CATEGORIES,
                    "decision": TEXT,
                    "rules": many(TEXT),
                },
            }
        ),
        "reasons": many({"type": "object", "required": ["rule"], "properties": {"rule": TEXT}}),
        "review": maybe({"type": "object"}),
        "flags": _FLAGS,
        "questions": many({"type": "object", "required": ["question", "code", "due", "state"]}),
    },
}
