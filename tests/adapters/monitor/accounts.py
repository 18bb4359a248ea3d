"""Two accounts of one hub that agree, for tests to spoil.

In: a number. Out: entries, acknowledgements, statements, unwraps. Never here: a test.
"""

import base64
import hashlib
from typing import Any

from adapters.monitor.rows import ACKNOWLEDGED, ISSUED, Entry, Said, Unwrap
from contracts.accounts import figures, month_of

AT = 1_790_000_000
DAY_S = 86_400
MONTH = month_of(AT)


def digest(number: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(bytes([number])).digest()).decode().rstrip("=")


def entry(number: int, partner: str = "council", **said: Any) -> Entry:  # noqa: ANN401
    shown = [{"position": 10 + number, "categories": ["concern", "existence"]}]
    fields = {"body_digest": digest(number), "channel": "timeline", "items": shown, **said}
    return Entry(
        position=100 + number, jti=f"jti-{number}", partner=partner, pseq=number,
        recorded_ms=(AT + number) * 1000, released=True, said=fields,
    )  # fmt: skip


ENTRIES = [entry(1), entry(2), entry(3)]
LEFT = {one.jti for one in ENTRIES}


def ack(one: Entry, **changed: Any) -> Said:  # noqa: ANN401
    said = {"dis": one.jti, "pseq": one.pseq, "bd": one.bd, **changed}
    return Said(900, one.partner, ACKNOWLEDGED, AT * 1000, said)


def account(kind: str, **changed: Any) -> Said:  # noqa: ANN401
    stated = figures([(e.pseq, e.jti, e.bd) for e in ENTRIES], before=0)._asdict()
    whose = {"partner": "council"} if kind == ISSUED else {}
    agency = "hub" if kind == ISSUED else "council"
    return Said(901, agency, kind, AT * 1000, {"month": MONTH, **whose, **stated, **changed})


def unwrap(one: Entry, **changed: Any) -> Unwrap:  # noqa: ANN401
    plain = Unwrap(one.jti, one.partner, (10 + one.pseq,), one.bd)
    return plain._replace(**changed)


def faults(findings: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - an iterable of Finding
    return [(one.at, one.what) for one in findings if one.fault]
