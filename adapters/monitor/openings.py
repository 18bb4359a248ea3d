"""Compares what the vault opened for no answer with what the hub said that it would open.

In: the vault's own lines, the hub's events. Out: findings. Never here: I/O.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from adapters.monitor.finding import Finding
from adapters.monitor.rows import Due, Opening
from contracts.integrity import places_digest


def openings(opened: Sequence[Opening], due: Sequence[Due]) -> Iterator[Finding]:
    """Yield each opening that no event of the hub covers, and each event that nothing followed.

    What was opened before the first such event is counted and no more: then none was asked for.
    """
    said = {one.jti: one for one in due}
    since = min((one.recorded_ms for one in due), default=None)
    used = Counter(one.dis or "" for one in opened)
    early = 0
    for one in opened:
        if one.dis is None and (since is None or one.at_ms < since):
            early += 1
            continue
        what = _wrong(one, said.get(one.dis or ""))
        if what or (one.dis and used[one.dis] > 1):
            yield Finding("unwrap", one.dis or one.reason, what or "one event was used twice")
    if early:
        what = f"{early} openings from before the hub put them on record"
        yield Finding("unwrap", "vault", what, fault=False)
    for event in due:
        if event.jti not in used:
            what = f"on record ({event.said['reason']}), but nothing was opened"
            yield Finding("unwrap", event.jti, what, fault=False)


def _wrong(one: Opening, event: Due | None) -> str:
    if event is None or event.said["reason"] != one.reason:
        return f"opened ({one.reason}) without an event of the hub that says so"
    exact = event.said.get("places")
    if exact is not None and exact != places_digest(one.positions):
        return "other statements were opened than those on record"
    return ""
