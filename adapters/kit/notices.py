"""The hub's notices: verified, handled once each as far as a crash allows, then acknowledged.

In: the sets of a poll and a handler of the agency's own. Out: what to acknowledge and what failed.
Never here: content. A notice says that something concerns the agency; what, it must ask for.

A notice is acknowledged only after its handler returned and that was written down. A crash between
the two means the handler is called again for it: handlers must bear that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.kit.edge import Edge
from adapters.kit.errors import TokenShapeError
from adapters.kit.receipts import DisclosureReceipt, Verifier
from adapters.kit.sign import TYP
from adapters.kit.store import Store
from contracts.base import HUB_TYPES

NOTICE = f"{HUB_TYPES}/notice/v1"


@dataclass(frozen=True, slots=True)
class Notice:
    """One verified notice."""

    jti: str
    subject: Mapping[str, Any]
    body: Mapping[str, Any]
    token: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A poll's notices: those that verify, and a fault for each that does not."""

    notices: tuple[Notice, ...]
    faults: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Polled:
    """A round of notices. `faults` goes back to the hub with the next poll."""

    notices: tuple[Notice, ...]
    faults: Mapping[str, Mapping[str, str]]
    more: bool
    receipt: DisclosureReceipt | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a round of notices; `failed` names the handler's error by notice."""

    done: tuple[str, ...]
    failed: Mapping[str, Exception]


def open_notices(sets: Mapping[str, object], verifier: Verifier) -> Opened:
    """Verify each notice on its own: a bad one is reported to the hub and holds up no other."""
    good: list[Notice] = []
    faults: dict[str, Mapping[str, str]] = {}
    for jti, token in sets.items():
        try:
            good.append(_open(jti, token, verifier))
        except TokenShapeError as error:
            faults[jti] = {"err": "invalid_request", "description": str(error)}
    return Opened(tuple(good), faults)


class Inbox:
    """The durable list of notices already handled."""

    def __init__(self, store: Store, edge: Edge) -> None:
        self._store = store
        self._edge = edge

    def handle(self, notices: Iterable[Notice], handler: Callable[[Notice], object]) -> Handled:
        """Call the handler for each notice not handled before.

        Returns:
            `done` holds what may be acknowledged, known ones included; a notice whose handler
            raised is not in it, and comes again at the next poll.
        """
        done: list[str] = []
        failed: dict[str, Exception] = {}
        for notice in notices:
            if not self.is_handled(notice.jti):
                try:
                    handler(notice)
                except Exception as error:  # noqa: BLE001 -- the agency's code; others must go on
                    failed[notice.jti] = error
                    continue
                self._store.rows(
                    "INSERT OR IGNORE INTO notice (jti, handled_at) VALUES (?, ?)",
                    notice.jti,
                    self._edge.now(),
                )
            done.append(notice.jti)
        return Handled(tuple(done), failed)

    def is_handled(self, jti: str) -> bool:
        """Say whether the handler has already returned for this notice."""
        return bool(self._store.rows("SELECT 1 FROM notice WHERE jti = ?", jti))


def _open(jti: str, token: object, verifier: Verifier) -> Notice:
    if not isinstance(token, str):
        raise TokenShapeError("the notice is not a token")
    try:
        claims = verifier.open(token.encode(), TYP)
    except UnicodeEncodeError as error:
        raise TokenShapeError("the notice is not a token") from error
    events, subject = claims.get("events"), claims.get("sub_id")
    if claims.get("jti") != jti:
        raise TokenShapeError("the notice is filed under another id")
    if not isinstance(events, dict) or set(events) != {NOTICE} or not isinstance(subject, dict):
        raise TokenShapeError("the token is not a notice")
    if not isinstance(events[NOTICE], dict):
        raise TokenShapeError("the notice's body is not an object")
    return Notice(jti=jti, subject=subject, body=events[NOTICE], token=token)
