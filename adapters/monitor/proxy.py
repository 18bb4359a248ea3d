"""Compares what went out through the reverse proxy with what the register says went out.

In: the proxy's log, the register. Out: findings. Never here: a body, or a path with an id in it.

One JSON object a line, as any proxy can write it: `at` (seconds), `method`, `path` (an id in it may
be a star), `status`, `bytes`, `receipt` (the answer's Hub-Receipt), and `digest` (base64url SHA-256
of the answer's bytes) from a proxy that can. Every 2xx must have a receipt on record, save on the
paths below, which tell nothing about anybody: a path that is not listed counts as telling. A page
is made of several answers and has no receipt; `disclosures` (its Hub-Disclosures) names them.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.monitor.finding import Finding
from adapters.monitor.rows import Entry

TELLS_NOTHING: Final = re.compile(
    r"POST /oauth2/token|POST /events(/batch)?|POST /advice|GET /events/stream"
    r"|GET /(agencies|contracts|tile|log|receipts|statements|health)(/.*)?"
    r"|GET /(checkpoint|metrics|openapi\.json|docs|docs/.*)?"
    r"|GET /app(/|/find(/[^/]*)?|/static/.*|/signed-in|/accessibility|/cookies)?"
)
"""The stream's answers carry their receipts inside: the partner's kit checks those. A list of whom
a search found repeats what the search itself named."""
_EMPTY_POLL: Final = len(b'{"sets":{},"moreAvailable":false}')
_STREAMED: Final = "stream"
_OK: Final = range(200, 300)


class ProxyLogError(ValueError):
    """A line of the proxy's log is not of the form above."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One answer that passed the proxy."""

    at: float
    route: str
    status: int
    length: int
    receipt: dict[str, Any] | None
    digest: str | None
    named: tuple[str, ...] = ()
    """The disclosures that a page says it is made of."""

    @property
    def told(self) -> bool:
        """Return whether it may have told something about somebody."""
        if self.status not in _OK or TELLS_NOTHING.fullmatch(self.route):
            return False
        return not (self.route == "POST /events/poll" and self.length == _EMPTY_POLL)

    @property
    def dis(self) -> str | None:
        """Return the disclosure that its receipt names."""
        return None if self.receipt is None else self.receipt.get("dis")


def read(lines: Iterable[str]) -> list[Passed]:
    """Return the answers of a proxy's log.

    Raises:
        ProxyLogError: a line is not as it must be.
    """
    try:
        return [_passed(json.loads(line)) for line in lines if line.strip()]
    except (ValueError, LookupError, TypeError) as wrong:
        raise ProxyLogError("the proxy's log is not in the agreed form") from wrong


def left(passed: Iterable[Passed]) -> set[str]:
    """Return the disclosures that passed the proxy."""
    return {dis for one in passed for dis in (*one.named, one.dis) if dis is not None}


def compared(passed: Sequence[Passed], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield answers that left without an entry, and entries of that time that did not leave."""
    known = {entry.jti: entry for entry in entries}
    seen = left(passed)
    for one in passed:
        for dis in one.named:
            if dis not in known:
                yield Finding("proxy", dis, "a page left with an answer that is not on record")
        if one.dis is not None or (one.told and not one.named):
            what = _wrong(one, known.get(one.dis or ""))
            if what:
                yield Finding("proxy", one.dis or f"{one.route} at {one.at:.0f}", what)
    yield from _unsent(passed, entries, seen)


def _wrong(one: Passed, entry: Entry | None) -> str:
    if one.dis is None:
        return "an answer left without a receipt"
    if entry is None:
        return "an answer left with a receipt for nothing on record"
    receipt = one.receipt or {}
    if (receipt.get("pseq"), receipt.get("bd")) != (entry.pseq, entry.bd):
        return "an answer left with a receipt that contradicts the register"
    if one.digest not in (None, entry.bd):
        return "other bytes left than those on record"
    return ""


def _unsent(
    passed: Sequence[Passed], entries: Sequence[Entry], seen: set[str]
) -> Iterator[Finding]:
    """Yield entries that no answer carried: recorded and not sent, which a crash may explain."""
    if not passed:
        return
    first, last = min(one.at for one in passed), max(one.at for one in passed)
    for entry in entries:
        inside = first <= entry.recorded_ms / 1000 <= last
        if inside and entry.jti not in seen and entry.said["channel"] != _STREAMED:
            what = "on record, but no answer with it passed: unconfirmed"
            yield Finding("proxy", entry.jti, what, fault=False)


def _passed(line: dict[str, Any]) -> Passed:
    path = str(line["path"]).partition("?")[0]
    named = str(line.get("disclosures") or "")
    return Passed(
        at=float(line["at"]),
        route=f"{line['method']} {path}",
        status=int(line["status"]),
        length=int(line["bytes"]),
        receipt=_claims(str(line.get("receipt") or "")),
        digest=line.get("digest"),
        named=tuple(part.strip() for part in named.split(",")) if named else (),
    )


def _claims(token: str) -> dict[str, Any] | None:
    """Return what a receipt says. Its signature is the partner's to check; here the ledger is."""
    if token.count(".") != 2:  # noqa: PLR2004 - the parts of a compact JWS
        return None
    part = token.split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said if isinstance(said, dict) else None
