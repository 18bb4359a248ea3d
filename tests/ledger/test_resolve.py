"""Whose event it is: identifiers lead to one subject, aliases link and never merge."""

from collections.abc import Iterator

import psycopg
import pytest
from msgspec.structs import replace

from contracts.integrity import SubjectsSeparated
from hub.ledger.record import (
    SEPARATED,
    JtiReusedError,
    Record,
    SubjectErasedError,
    UnknownSubjectError,
)
from tests.ledger.made import Writer, check, made, nhs, writer


@pytest.fixture
def other(ledger: Writer) -> Iterator[Writer]:
    """Another process's writer, with caches of its own."""
    with writer(ledger.url) as opened:
        yield opened


def test_two_agencies_that_name_one_number_speak_of_one_subject(
    ledger: Writer, other: Writer
) -> None:
    first = ledger.one(made("a", agency="gp-c"))
    second = other.one(made("b", agency="trust-d"))
    third = ledger.one(made("c", agency="council-a", named=(nhs(2),)))
    assert first.subject == second.subject != third.subject


def test_an_identifier_is_kept_only_as_a_keyed_hash(ledger: Writer) -> None:
    record = ledger.one(made("a"))
    assert ledger.rows("SELECT mac, subject FROM ledger.subject_index") == [
        (ledger.vault.blind([("nhs_number", nhs(1).value)])[0], record.subject)
    ]


def test_a_second_identifier_links_to_the_first(ledger: Writer, other: Writer) -> None:
    first = ledger.one(made("a", named=(nhs(1),)))
    ledger.one(made("b", named=(nhs(1), nhs(2))))
    assert other.one(made("c", named=(nhs(2),))).subject == first.subject


def test_a_hub_id_with_a_number_links_the_number(ledger: Writer, other: Writer) -> None:
    first = ledger.one(made("a"))
    ledger.one(made("b", subject=first.subject, named=(nhs(2),)))
    assert other.one(made("c", named=(nhs(2),))).subject == first.subject


def test_an_alias_that_is_somebody_elses_stays_theirs(ledger: Writer, other: Writer) -> None:
    one, two = (ledger.one(made(f"{n}", named=(nhs(n),))) for n in (1, 2))
    third = other.one(made("c", named=(nhs(1), nhs(2))))
    assert third.subject == one.subject
    assert other.one(made("d", named=(nhs(2),))).subject == two.subject


def test_an_identifier_taken_off_somebody_leads_to_nobody_in_any_process(
    ledger: Writer, other: Writer
) -> None:
    first = ledger.one(made("a", named=(nhs(1), nhs(2))))
    assert other.one(made("b", named=(nhs(2),))).subject == first.subject  # and remembers it
    mac = ledger.vault.blind([("nhs_number", nhs(2).value)])[0]
    separated = replace(
        made("c", agency="hub", subject=first.subject, named=()),
        type_uri=SubjectsSeparated.TYPE,
        routing={"identifiers": [mac.hex()]},
        touches=(SEPARATED,),
    )
    ledger.one(separated)
    second = other.one(made("d", named=(nhs(2),)))
    assert second.subject != first.subject
    assert ledger.one(made("e", named=(nhs(2),))).subject == second.subject
    assert ledger.one(made("f", named=(nhs(1),))).subject == first.subject


def test_only_the_hub_takes_an_identifier_off_somebody(ledger: Writer) -> None:
    first = ledger.one(made("a", named=(nhs(1),)))
    mac = ledger.vault.blind([("nhs_number", nhs(1).value)])[0]
    tried = replace(
        made("b", agency="gp-c", subject=first.subject, named=()),
        type_uri=SubjectsSeparated.TYPE,
        routing={"identifiers": [mac.hex()]},
    )
    ledger.one(tried)
    assert ledger.one(made("c", named=(nhs(1),))).subject == first.subject


@pytest.mark.parametrize(
    "names", [((1,), (2,), (1, 2)), ((1,), (1, 2), (2,)), ((1, 2), (2,), (1,))]
)
def test_one_batch_resolves_as_separate_batches_would(
    ledger: Writer, database_url: str, names: tuple[tuple[int, ...], ...]
) -> None:
    drafts = [made(f"{n}", named=tuple(nhs(i) for i in row)) for n, row in enumerate(names)]
    together = [r.subject for r in ledger.put(*drafts) if isinstance(r, Record)]
    with writer(database_url) as later:
        found = {n: later.one(made(f"later {n}", named=(nhs(n),))).subject for n in (1, 2)}
    assert [found[row[0]] for row in names] == together
    assert check(database_url) == 5


def test_a_new_alias_of_a_known_person_is_theirs_for_the_rest_of_the_batch(ledger: Writer) -> None:
    known = ledger.one(made("a", named=(nhs(1),))).subject
    records = ledger.put(made("b", named=(nhs(1), nhs(2))), made("c", named=(nhs(2),)))
    assert [r.subject for r in records if isinstance(r, Record)] == [known, known]


def test_an_unknown_hub_id_is_refused_and_claims_no_identifier(ledger: Writer) -> None:
    never = made("x").jti
    refused, taken = ledger.put(
        made("a", subject=never, named=(nhs(1),)), made("b", named=(nhs(1),))
    )
    assert isinstance(refused, UnknownSubjectError)
    assert isinstance(taken, Record)
    assert taken.subject != never


def test_an_erased_subject_takes_nothing_more(ledger: Writer, other: Writer) -> None:
    gone = ledger.one(made("a")).subject
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute("UPDATE ledger.subject_key SET state = 'destroyed', wrapped = ''")
    refused, taken = other.put(made("b", subject=gone), made("c", named=(nhs(2),)))
    assert isinstance(refused, SubjectErasedError)
    assert isinstance(taken, Record)


def test_what_was_seen_before_an_erasure_leaves_no_key_behind_that_no_table_holds(
    ledger: Writer, other: Writer
) -> None:
    ledger.one(made("a"))
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute("DELETE FROM ledger.subject_index")
        owner.execute("DELETE FROM ledger.subject_key")
    assert other.one(made("a")).seen
    fresh = other.one(made("b")).subject
    assert ledger.rows("SELECT key_id FROM ledger.subject_key") == [(fresh,)]


def test_a_refused_first_event_leaves_no_subject(ledger: Writer) -> None:
    ledger.one(made("a", named=(nhs(1),)))
    (refused,) = ledger.put(made("a", content="other", named=(nhs(2),)))
    assert isinstance(refused, JtiReusedError)
    assert len(ledger.rows("SELECT 1 FROM ledger.subject_key")) == 1
    assert isinstance(ledger.one(made("b", named=(nhs(2),))), Record)
    assert len(ledger.rows("SELECT 1 FROM ledger.subject_key")) == 2
    assert check(ledger.url) == 2


def test_whoever_lost_the_race_for_a_number_is_resolved_again(
    ledger: Writer, other: Writer
) -> None:
    prepared = [e for e in other.resolver.prepare([made("late")]) if not isinstance(e, Exception)]
    first = ledger.one(made("early")).subject
    assert other.recorder.append(prepared, 1)[0].status == "stale"
    assert other.one(made("late")).subject == first
    assert check(ledger.url) == 2
