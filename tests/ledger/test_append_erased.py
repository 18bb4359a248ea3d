"""Somebody erased at the one door: nothing more is taken about them, from that leaf on."""

from threading import Barrier, Thread
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from hub.ledger.record import (
    Draft,
    Guard,
    LedgerError,
    Record,
    StaleError,
    SubjectErasedError,
    UnavailableError,
    erasing_key,
    subject_key,
)
from tests.ledger.blocking import Blocking, held_up
from tests.ledger.made import Writer, check, made, nhs, writer


def shredding(subject: UUID, known: int | None = None) -> Draft:
    """Return the hub's own word that somebody is erased, by what was `known` at a position."""
    return made(
        f"shred {subject}",
        agency="hub",
        kind="shred",
        named=(nhs(99),),
        touches=(subject_key(subject),),
        guards=() if known is None else (Guard(erasing_key(subject), known),),
        routing={"about": "agency", "key_id": str(subject)},
    )


def answer(place: int) -> Draft:
    """Return the hub's record of an answer that held one item."""
    return made(
        f"answer with {place}",
        agency="hub",
        kind="disclosure",
        partner="agency-b",
        named=(nhs(98),),
        routing={"items": [{"position": place}]},
    )


def test_an_event_is_refused_from_the_leaf_on_though_the_key_is_not_destroyed_yet(
    ledger: Writer,
) -> None:
    gone = ledger.one(made("a")).subject
    ledger.one(shredding(gone))
    assert ledger.rows("SELECT state FROM ledger.subject_key WHERE key_id = %s", gone) == [
        ("live",)
    ]
    refused, taken = ledger.put(made("b", subject=gone), made("c", named=(nhs(2),)))
    assert type(refused) is SubjectErasedError
    assert isinstance(taken, Record)
    assert ledger.rows("SELECT count(*) FROM ledger.header WHERE subject = %s", gone) == [(1,)]


def test_a_key_destroyed_between_sealing_and_storing_refuses_the_event(
    ledger: Writer, blocking: Blocking
) -> None:
    gone = ledger.one(made("a")).subject
    held_up(ledger, blocking)
    future = ledger.appender.submit(made("b", subject=gone))
    (sealed,) = ledger.resolver.prepare([made("c", subject=gone)])
    assert not isinstance(sealed, LedgerError)
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute(
            "UPDATE ledger.subject_key SET state = 'destroyed', wrapped = '' WHERE key_id = %s",
            [gone],
        )
    blocking.hold.set()
    assert type(future.exception(20)) is SubjectErasedError
    assert [placed.status for placed in ledger.recorder.append([sealed], 1)] == ["erased"]


def test_what_stands_behind_the_erasure_in_one_batch_is_refused_and_before_it_taken(
    ledger: Writer, blocking: Blocking
) -> None:
    gone = ledger.one(made("a")).subject
    held_up(ledger, blocking)
    drafts = [made("b", subject=gone), shredding(gone), made("c", subject=gone)]
    futures = ledger.appender.submit_many(drafts)
    blocking.hold.set()
    before, shred, behind = (f.exception(20) or f.result() for f in futures)
    assert isinstance(before, Record)
    assert isinstance(shred, Record)
    assert type(behind) is SubjectErasedError


def test_whoever_is_named_by_number_is_to_come_back_until_the_erasure_is_done(
    ledger: Writer, database_url: str
) -> None:
    gone = ledger.one(made("a")).subject
    ledger.one(shredding(gone))
    (refused,) = ledger.put(made("b"))
    assert type(refused) is UnavailableError
    with psycopg.connect(database_url, autocommit=True) as owner:
        assert owner.execute("SELECT vault.destroy_key(%s)", [gone]).fetchone() == (True,)
    anew = ledger.one(made("b")).subject
    assert anew != gone
    check(database_url)


def test_a_disclosure_that_rests_on_somebody_is_stale_once_they_are_erased(ledger: Writer) -> None:
    gone = ledger.one(made("a")).subject
    place = ledger.one(shredding(gone)).position
    assert ledger.rows(
        "SELECT position FROM ledger.fact_scope WHERE key = %s", subject_key(gone)
    ) == [(place,)]


@pytest.mark.parametrize("news", ["an item", "an answer", "an erasure"])
@pytest.mark.parametrize("together", [False, True], ids=["before", "in one batch"])
def test_an_erasure_is_stale_by_anything_new_about_whom_it_erases(
    ledger: Writer, blocking: Blocking, news: str, *, together: bool
) -> None:
    gone = ledger.one(made("a"))
    other = ledger.one(made("b", named=(nhs(2),)))
    head = ledger.one(answer(gone.position)).position
    ledger.one(made("c", named=(nhs(2),)))
    ledger.one(answer(other.position))
    new = {
        "an item": made("d", subject=gone.subject),
        "an answer": replace(answer(gone.position), jti=made("again").jti),
        "an erasure": shredding(gone.subject),
    }[news]
    late = replace(shredding(gone.subject, head), jti=made("late").jti)
    if together:
        held_up(ledger, blocking)
        futures = ledger.appender.submit_many([new, late])
        blocking.hold.set()
        found = [f.exception(20) or f.result() for f in futures]
    else:
        found = [ledger.one(new), *ledger.put(late)]
    assert isinstance(found[0], Record)
    assert type(found[1]) is StaleError


def test_an_erasure_is_not_stale_by_what_is_of_somebody_else(ledger: Writer) -> None:
    gone = ledger.one(made("a"))
    other = ledger.one(made("b", named=(nhs(2),)))
    ledger.one(made("c", named=(nhs(2),)))
    ledger.one(answer(other.position))
    ledger.one(shredding(other.subject))
    ledger.one(shredding(gone.subject, other.position))


@pytest.mark.parametrize("seed", range(3))
def test_of_many_posted_while_one_is_erased_those_taken_all_stand_before_the_leaf(
    ledger: Writer, database_url: str, seed: int
) -> None:
    gone = ledger.one(made("first")).subject
    start = Barrier(3)
    answers: list[Record | BaseException] = []

    def post(name: str, one: Writer) -> None:
        start.wait(20)
        for n in range(40):
            answers.extend(one.put(made(f"{seed} {name} {n}", subject=gone)))

    with writer(database_url) as other:
        posting = [Thread(target=post, args=pair) for pair in (("a", ledger), ("b", other))]
        for thread in posting:
            thread.start()
        start.wait(20)
        while len(answers) < 10 + seed * 10:
            pass
        place = ledger.one(shredding(gone)).position
        for thread in posting:
            thread.join(30)
    assert len(answers) == 80
    taken = [a for a in answers if isinstance(a, Record)]
    assert taken
    assert all(a.position < place for a in taken)
    refused = [a for a in answers if not isinstance(a, Record)]
    assert refused
    assert {type(a) for a in refused} == {SubjectErasedError}
    check(database_url)
