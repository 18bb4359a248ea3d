"""Each way in which two accounts can differ, and the check that tells of it."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.kit.log import Checkpoint, Frontier, leaf_hash
from adapters.monitor import proxy, register, sealed
from adapters.monitor.finding import Finding
from adapters.monitor.proxy import ProxyLogError
from adapters.monitor.rows import AGREED, ISSUED, Entry, Row, Unwrap
from tests.adapters.monitor.accounts import (
    AT,
    DAY_S,
    ENTRIES,
    LEFT,
    account,
    ack,
    digest,
    entry,
    faults,
    unwrap,
)


def test_numbers_that_run_on_are_no_finding() -> None:
    assert list(register.numbers(ENTRIES, {"council": 3})) == []


@pytest.mark.parametrize(
    ("entries", "counters", "what"),
    [
        ([entry(1), entry(3)], {"council": 3}, "1 of 3 numbers missing: 2"),
        ([entry(1), entry(2)], {"council": 3}, "1 of 3 numbers missing: 3"),
        ([entry(1), entry(1)], {"council": 1}, "a number was given twice"),
        ([entry(2), entry(1)], {"council": 2}, "numbers do not follow the ledger's order"),
        (ENTRIES, {"council": 2}, "the counter is not at the last number on record"),
        ([], {"council": 1}, "1 of 1 numbers missing: 1"),
    ],
)
def test_numbers_that_do_not_are_told(
    entries: list[Entry], counters: dict[str, int], what: str
) -> None:
    assert ("council", what) in faults(register.numbers(entries, counters))


def test_what_was_acknowledged_in_time_is_no_finding_and_what_was_not_is_listed() -> None:
    words = [ack(one) for one in ENTRIES]
    assert list(register.acknowledgements(ENTRIES, words, now_s=AT + 2 * DAY_S)) == []
    assert list(register.acknowledgements(ENTRIES, [], now_s=AT + DAY_S)) == []
    (late,) = register.acknowledgements(ENTRIES, words[:1], now_s=AT + 2 * DAY_S)
    assert (late.at, late.fault) == ("council", False)
    assert late.what.startswith("2 answers unacknowledged")


@pytest.mark.parametrize("changed", [{"bd": digest(9)}, {"pseq": 2}, {"dis": "jti-9"}])
def test_an_acknowledgement_of_something_else_is_a_fault(changed: dict[str, Any]) -> None:
    found = register.acknowledgements(ENTRIES, [ack(ENTRIES[0], **changed)], now_s=AT)
    assert len(faults(found)) == 1


def test_another_agencys_acknowledgement_is_a_fault() -> None:
    word = ack(ENTRIES[0])._replace(agency="police")
    assert len(faults(register.acknowledgements(ENTRIES, [word], now_s=AT))) == 1


@pytest.mark.parametrize("kind", [ISSUED, AGREED])
def test_a_statement_that_differs_from_the_register_is_a_fault(kind: str) -> None:
    assert list(register.statements(ENTRIES, [account(kind)])) == []
    for changed in ({"answers": 2}, {"last": 4}, {"ids": "0" * 64}, {"bodies": "0" * 64}):
        assert faults(register.statements(ENTRIES, [account(kind, **changed)]))
    assert faults(register.statements(ENTRIES[:2], [account(kind)]))


def test_what_the_vault_opened_is_what_was_disclosed() -> None:
    assert list(register.unwraps(ENTRIES, [unwrap(one) for one in ENTRIES], LEFT)) == []
    (note,) = register.unwraps(ENTRIES, None, LEFT)
    assert not note.fault


@pytest.mark.parametrize(
    ("opened", "what"),
    [
        (unwrap(ENTRIES[0], dis="jti-9"), "opened for a disclosure that is not on record"),
        (unwrap(ENTRIES[0], partner="police"), "opened for a disclosure that is not on record"),
        (unwrap(ENTRIES[0], positions=(11, 99)), "more was opened than the register says"),
        (unwrap(ENTRIES[0], body_digest=digest(9)), "another answer left the vault"),
        (unwrap(ENTRIES[0], positions=()), "shown without having been opened by the vault"),
    ],
)
def test_what_was_opened_otherwise_is_told(opened: Unwrap, what: str) -> None:
    found = faults(register.unwraps(ENTRIES, [opened, *map(unwrap, ENTRIES[1:])], LEFT))
    assert any(said.startswith(what) for _, said in found)


def test_what_was_shown_and_never_opened_is_told() -> None:
    opened = [unwrap(ENTRIES[0]), unwrap(ENTRIES[2])]
    found = faults(register.unwraps(ENTRIES, opened, LEFT))
    assert found == [("jti-2", "shown without having been opened by the vault")]
    bare = entry(2, items=[{"position": 12, "categories": ["existence"]}])
    entries = [ENTRIES[0], bare]
    assert list(register.unwraps(entries, [unwrap(ENTRIES[0])], LEFT)) == []


def test_what_was_recorded_and_stopped_before_the_vault_is_only_listed() -> None:
    opened = [unwrap(ENTRIES[0]), unwrap(ENTRIES[2])]
    (note,) = register.unwraps(ENTRIES, opened, LEFT - {"jti-2"})
    assert (note.at, note.fault) == ("jti-2", False)
    assert register.acknowledged([ack(ENTRIES[1]), account(ISSUED)]) == {"jti-2"}


def line(number: int, **changed: Any) -> str:  # noqa: ANN401
    claims = {"dis": f"jti-{number}", "pseq": number, "bd": digest(number)}
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    said = {
        "at": AT + number, "method": "GET", "path": "/subjects/*/timeline", "status": 200,
        "bytes": 900, "receipt": f"h.{part}.s", "digest": digest(number),
    }  # fmt: skip
    return json.dumps({**said, **changed})


LINES = [line(1), line(2), line(3)]


def test_a_proxys_log_that_fits_the_register_is_no_finding() -> None:
    passed = proxy.read([*LINES, ""])
    assert list(proxy.compared(passed, ENTRIES)) == []
    assert [one.told for one in passed] == [True, True, True]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"receipt": ""}, "an answer left without a receipt"),
        ({"receipt": "", "path": "/a/path/nobody/listed"}, "an answer left without a receipt"),
        ({"receipt": "", "path": "/events/poll", "method": "POST"}, "an answer left without a"),
        ({"digest": digest(9)}, "other bytes left than those on record"),
        ({"receipt": json.loads(line(9))["receipt"]}, "an answer left with a receipt for nothing"),
    ],
)
def test_an_answer_that_left_otherwise_is_told(changed: dict[str, Any], what: str) -> None:
    found = faults(proxy.compared(proxy.read([line(1, **changed)]), ENTRIES))
    assert len(found) == 1
    assert found[0][1].startswith(what)


def test_a_page_is_held_against_every_answer_it_names() -> None:
    page = {"path": "/app/find/*/*", "receipt": "", "digest": None}
    whole = proxy.read([line(1, **page, disclosures="jti-1, jti-2"), LINES[2]])
    assert list(proxy.compared(whole, ENTRIES)) == []
    for named, what in (
        ("jti-1, jti-9", "a page left with an answer that is not on record"),
        ("", "an answer left without a receipt"),
    ):
        found = proxy.compared(proxy.read([line(1, **page, disclosures=named)]), ENTRIES)
        assert [said for _, said in faults(found)] == [what]


def test_a_receipt_that_contradicts_the_register_is_told() -> None:
    found = proxy.compared(proxy.read([line(1)]), [replace(ENTRIES[0], pseq=7)])
    assert [what for _, what in faults(found)] == [
        "an answer left with a receipt that contradicts the register"
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "/events/poll", "method": "POST", "bytes": 33},
        {"path": "/agencies/hub/jwks"},
        {"path": "/oauth2/token", "method": "POST"},
        {"path": "/events", "method": "POST", "status": 202},
        {"path": "/subjects/*/timeline", "status": 401},
        {"path": "/statements/2026-10"},
        {"path": "/app/find/*"},
        {"path": "/app"},
        {"path": "/"},
    ],
)
def test_what_tells_nothing_needs_no_record(changed: dict[str, Any]) -> None:
    passed = proxy.read([line(1, receipt="", **changed)])
    assert faults(proxy.compared(passed, ENTRIES)) == []


def test_what_is_on_record_and_never_passed_is_listed_as_unconfirmed() -> None:
    (note,) = proxy.compared(proxy.read([LINES[0], LINES[2]]), ENTRIES)
    assert (note.at, note.fault) == ("jti-2", False)
    streamed = [ENTRIES[0], entry(2, channel="stream"), ENTRIES[2]]
    assert list(proxy.compared(proxy.read([LINES[0], LINES[2]]), streamed)) == []
    assert list(proxy.compared([], ENTRIES)) == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"at": 1}', line(1, status="x"), line(1, receipt="a.é.c")]
)
def test_a_proxys_log_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ProxyLogError):
        proxy.read([text])


def row(position: int) -> Row:
    numbered = ("council", position) if position % 2 else (None, None)
    kind = "disclosure" if position % 2 else "event"
    envelope, commitment = (hashlib.sha256(bytes([position, n])).digest() for n in (1, 2))
    return Row(position, kind, envelope, commitment, *numbered)


ROWS = [row(n) for n in range(1, 8)]
LEAVES = [sealed._entry(one, one.envelope or b"") for one in ROWS]


def head(size: int) -> Checkpoint:
    tree = Frontier()
    for one in LEAVES[:size]:
        tree.add(leaf_hash(one))
    return Checkpoint(size, tree.root(), "")


def compared(rows: list[Row], leaves: list[bytes], *heads: Checkpoint) -> list[Finding]:
    return list(sealed.leaves(rows, leaves, heads))


def test_leaves_that_lead_to_every_checkpoint_are_no_finding() -> None:
    assert compared(ROWS, LEAVES, head(7), head(4)) == []
    (waiting,) = compared([*ROWS, row(8)], LEAVES, head(7))
    assert (waiting.what, waiting.fault) == ("1 rows wait for their leaf", False)
    assert (
        compared(
            [],
            [],
        )
        == []
    )


@pytest.mark.parametrize(
    ("rows", "leaves", "what"),
    [
        (ROWS[:-1], LEAVES, "a row of the ledger is gone"),
        (ROWS[:-1], LEAVES[:-1], "the ledger ends at 6, before what was signed"),
        ([*ROWS[:2], *ROWS[3:]], LEAVES, "a row of the ledger is gone"),
        ([ROWS[0]._replace(envelope=None), *ROWS[1:]], LEAVES, "there is no envelope"),
        ([ROWS[0]._replace(envelope=b"x" * 32), *ROWS[1:]], LEAVES, "the leaf is not that of"),
        ([ROWS[0]._replace(pseq=9), *ROWS[1:]], LEAVES, "the leaf is not that of"),
        (ROWS, [LEAVES[1], *LEAVES[1:]], "the leaves do not lead to the signed root"),
    ],
)
def test_a_ledger_that_is_not_the_logs_is_told(
    rows: list[Row], leaves: list[bytes], what: str
) -> None:
    found = [said for _, said in faults(compared(rows, leaves, head(7)))]
    assert any(said.startswith(what) for said in found), found


def test_a_log_rewritten_as_a_whole_is_told_by_a_checkpoint_that_somebody_kept() -> None:
    kept = head(4)
    rows = [ROWS[0]._replace(envelope=b"x" * 32), *ROWS[1:]]
    leaves = [sealed._entry(one, one.envelope or b"") for one in rows]
    tree = Frontier()
    for one in leaves:
        tree.add(leaf_hash(one))
    rewritten = Checkpoint(7, tree.root(), "")
    assert compared(rows, leaves, rewritten) == []
    assert faults(compared(rows, leaves, rewritten, kept)) == [
        ("4", "the leaves do not lead to the signed root")
    ]
