"""Hidden and unknown: the same bytes, the same work at the database, the same rows written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from hub.disclosure.ask import Answer
from tests.disclosure.scene import enquiry, hold, searched
from tests.support.ledger_rows import uid
from tests.support.parts import NHS_NUMBERS, Parts, concern, known

UNKNOWN = UUID(uid("unknown"))
REQUEST = UUID(uid("request"))
HIDDEN_NUMBER, UNKNOWN_NUMBER = NHS_NUMBERS[1], NHS_NUMBERS[2]
Asking = Callable[[Parts, UUID], Answer]


@pytest.fixture
def hidden(parts: Parts) -> UUID:
    """A person whose provider is implicated, and held back by the police."""
    subject = enquiry(parts, "home-e", nhs_number=HIDDEN_NUMBER)
    parts.post("police-b", concern(implicated=("home-e",)), known(subject))
    hold(parts, subject, "home-e")
    parts.project()
    return subject


def counting(execute: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    def executing(cursor: object, query: object, *args: object, **options: object) -> object:
        statements.append(" ".join(str(query).split())[:60])
        return execute(cursor, query, *args, **options)

    return executing


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count the statements that reach PostgreSQL from here on."""
    statements: list[str] = []
    with monkeypatch.context() as patched:
        for kind in (psycopg.AsyncCursor, psycopg.Cursor):
            patched.setattr(kind, "execute", counting(kind.execute, statements))
        yield statements


def rows_by_table(parts: Parts) -> dict[str, int]:
    tables = parts.rows(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('ledger', 'ops') OR schemaname LIKE 'views%'"
    )
    return {t: parts.rows(f"SELECT count(*) FROM {t}")[0][0] for (t,) in tables}  # noqa: S608


def observed(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, ask: Asking, subject: UUID
) -> tuple[Answer, list[str], dict[str, int]]:
    """Return the answer, what it asked of the database, and the rows it left."""
    parts.rows("DELETE FROM ops.answer")
    before = rows_by_table(parts)
    with counted(monkeypatch) as statements:
        answer = ask(parts, subject)
    after = rows_by_table(parts)
    written = {table: count - before[table] for table, count in after.items()}
    return answer, statements, {t: n for t, n in written.items() if n}


def look_up(parts: Parts, subject: UUID) -> Answer:
    return searched(parts, "home-e", UNKNOWN_NUMBER if subject == UNKNOWN else HIDDEN_NUMBER)


def read(parts: Parts, subject: UUID) -> Answer:
    return parts.timeline("home-e", subject)


def request(parts: Parts, subject: UUID) -> Answer:
    return parts.request("home-e", subject, request_id=REQUEST, purpose="direct_care")


@pytest.mark.parametrize("ask", [look_up, read, request])
def test_hidden_and_unknown_are_told_apart_by_nothing(
    parts: Parts, hidden: UUID, monkeypatch: pytest.MonkeyPatch, ask: Asking
) -> None:
    for subject in (hidden, UNKNOWN):  # prepared statements and caches are warm from here
        observed(parts, monkeypatch, ask, subject)
    one, asked_one, wrote_one = observed(parts, monkeypatch, ask, hidden)
    two, asked_two, wrote_two = observed(parts, monkeypatch, ask, UNKNOWN)
    assert one.outcome == two.outcome == "refused"
    assert one.body == two.body
    assert len(one.receipt) == len(two.receipt)
    assert asked_one == asked_two != []
    assert wrote_one == wrote_two != {}


@pytest.mark.parametrize("ask", [look_up, read, request])
def test_hidden_before_the_views_know_is_answered_as_unknown(parts: Parts, ask: Asking) -> None:
    subject = enquiry(parts, "home-e", nhs_number=HIDDEN_NUMBER)
    parts.post("police-b", concern(implicated=("home-e",)), known(subject))
    hold(parts, subject, "home-e")
    hidden = ask(parts, subject)
    parts.rows("DELETE FROM ops.answer")
    assert hidden.body == ask(parts, UNKNOWN).body


def test_whoever_is_not_implicated_is_shown_it(parts: Parts, hidden: UUID) -> None:
    assert read_as(parts, "council-a", hidden).outcome == "released"


def read_as(parts: Parts, partner: str, subject: UUID) -> Answer:
    return parts.timeline(partner, subject)


@pytest.mark.usefixtures("hidden")
def test_the_hidden_are_told_nothing_by_a_poll(parts: Parts) -> None:
    answer = parts.run(parts.hub.notices.poll("home-e", None, limit=10, wait_s=0, channel="poll"))
    assert answer == b'{"sets":{},"moreAvailable":false}'
