"""Compares the register with itself, with the partners' words and with what the vault opened.

In: entries, counters, acknowledgements, statements, unwraps. Out: findings. Never here: I/O.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from adapters.monitor.finding import Finding
from adapters.monitor.rows import ACKNOWLEDGED, ISSUED, Entry, Said, Unwrap
from contracts.accounts import figures, month_of

ACK_S: Final = 86_400
"""How long a partner has to acknowledge."""


def numbers(entries: Iterable[Entry], counters: Mapping[str, int]) -> Iterator[Finding]:
    """Yield each partner whose numbers are not 1, 2, 3 up to the last one given."""
    given: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        given[entry.partner].append(entry.pseq)
    for partner in sorted({*given, *counters}):
        last = max([counters.get(partner, 0), *given[partner]])
        missing = sorted(set(range(1, last + 1)) - set(given[partner]))
        if missing:
            shown = ", ".join(map(str, missing[:5]))
            yield Finding("pseq", partner, f"{len(missing)} of {last} numbers missing: {shown}")
        if len(set(given[partner])) != len(given[partner]):
            yield Finding("pseq", partner, "a number was given twice")
        if given[partner] != sorted(given[partner]):
            yield Finding("pseq", partner, "numbers do not follow the ledger's order")
        if counters.get(partner, 0) != max(given[partner], default=0):
            yield Finding("pseq", partner, "the counter is not at the last number on record")


def acknowledgements(
    entries: Iterable[Entry], said: Iterable[Said], *, now_s: int
) -> Iterator[Finding]:
    """Yield what a partner acknowledged that is not on record so, and what is overdue."""
    known = {entry.jti: entry for entry in entries}
    held: set[str] = set()
    for word in said:
        if word.type != ACKNOWLEDGED:
            continue
        entry = known.get(word.said["dis"])
        told = (word.agency, word.said["pseq"], word.said["bd"])
        if entry is None or told != (entry.partner, entry.pseq, entry.bd):
            what = f"{word.agency} acknowledged an answer that is not on record like that"
            yield Finding("acknowledgement", word.said["dis"], what)
        else:
            held.add(entry.jti)
    overdue: dict[str, int] = defaultdict(int)
    for entry in known.values():
        if entry.jti not in held and entry.recorded_ms // 1000 + ACK_S < now_s:
            overdue[entry.partner] += 1
    for partner, count in sorted(overdue.items()):
        what = f"{count} answers unacknowledged after a day: unconfirmed"
        yield Finding("acknowledgement", partner, what, fault=False)


def acknowledged(said: Iterable[Said]) -> set[str]:
    """Return the disclosures that partners say they hold."""
    return {word.said["dis"] for word in said if word.type == ACKNOWLEDGED}


def statements(entries: Sequence[Entry], said: Iterable[Said]) -> Iterator[Finding]:
    """Yield each month for which hub, partner and register do not state the same."""
    by_partner: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_partner[entry.partner].append(entry)
    for word in said:
        if word.type == ACKNOWLEDGED:
            continue
        partner, month = word.said.get("partner", word.agency), word.said["month"]
        dated = [(month_of(e.recorded_ms // 1000), e) for e in by_partner[partner]]
        on_record = figures(
            [(e.pseq, e.jti, e.bd) for at, e in dated if at == month],
            before=max((e.pseq for at, e in dated if at < month), default=0),
        )
        stated = {name: word.said.get(name) for name in on_record._fields}
        if stated != on_record._asdict():
            who = "the hub's statement" if word.type == ISSUED else "the partner's own account"
            yield Finding("statement", f"{partner} {month}", f"{who} differs from the register")


def unwraps(
    entries: Iterable[Entry], opened: Sequence[Unwrap] | None, left: Collection[str]
) -> Iterator[Finding]:
    """Yield what was opened without being disclosed, and disclosed without being opened.

    `left` names what is known to have left the hub. What did not may have been stopped between its
    record and the vault: then nothing was shown.
    """
    if opened is None:
        yield Finding("unwrap", "vault", "there is no log of what was opened", fault=False)
        return
    known = {entry.jti: entry for entry in entries}
    for one in opened:
        what = _wrongly_opened(one, known.get(one.dis))
        if what:
            yield Finding("unwrap", one.dis, what)
    lines = {one.dis: frozenset(one.positions) for one in opened}
    since = min((known[dis].position for dis in lines if dis in known), default=None)
    for entry in known.values():
        counts = since is not None and entry.position >= since
        if counts and not entry.opened <= lines.get(entry.jti, frozenset()):
            if entry.jti in left:
                yield Finding("unwrap", entry.jti, "shown without having been opened by the vault")
            else:
                what = "on record, but never opened: unconfirmed"
                yield Finding("unwrap", entry.jti, what, fault=False)


def _wrongly_opened(one: Unwrap, entry: Entry | None) -> str:
    if entry is None or entry.partner != one.partner:
        return "opened for a disclosure that is not on record"
    if not set(one.positions) <= {i["position"] for i in entry.said.get("items", ())}:
        return "more was opened than the register says was shown"
    if one.body_digest not in (None, entry.bd):
        return "another answer left the vault than the one on record"
    return ""
