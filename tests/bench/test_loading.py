"""A made-up ledger is one that the hub's own commands take: verified, rebuilt, numbered whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from hub.assembly import jwk_of, signer_of
from hub.audit.hands import past_of
from hub.audit.verify_run import verify_hub
from hub.bench.forged import PEOPLE
from hub.bench.forging import named
from hub.bench.loading import Loaded, load
from hub.bench.processes import BenchError
from hub.bench.shape import PLACES, dice_of, history, places
from hub.bench.steps import Step
from hub.clock import SystemClock
from hub.ids import SystemSource
from hub.intake.identifiers import IdentifierKind, identifier
from hub.ledger.logparts import sequencer
from hub.ledger.sequencer import connect as as_sequencer
from hub.preparing import prepare
from hub.projecting import projector
from hub.settings import Settings
from hub.vault.client import Checking
from hub.vault.serve import operators
from hub.views.rebuild import rebuild
from hub.views.runner import connect
from tests.support.postgres import Postgres
from tests.support.vaults import hub_settings, vault_of

pytestmark = pytest.mark.heavy
EVENTS, READS = 300, 0.4
CLOCK, SOURCE = SystemClock(), SystemSource()


class Made(NamedTuple):
    """A small made-up ledger, and what loading it said."""

    settings: Settings
    loaded: Loaded


@pytest.fixture(scope="module")
def made(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("load")
    database = postgres.create()
    settings = hub_settings(postgres.url(database), folder)
    prepare(settings)
    with vault_of(settings, CLOCK, SOURCE):
        loaded = load(settings, folder, events=EVENTS, reads=READS, processes=1)
        yield Made(settings, loaded)
    postgres.drop(database)


def test_verifying_opens_every_row_and_finds_no_fault(made: Made) -> None:
    one = sequencer(made.settings, CLOCK, SOURCE)
    with as_sequencer(made.settings.owner) as connection:
        one.load(connection)
        while one.step(connection):
            pass
    jwk = jwk_of(signer_of(made.settings, SOURCE)).model_dump(mode="json")
    report = verify_hub(
        made.settings,
        vkey="",
        older=[],
        opening=lambda: Checking(operators(made.settings.vault), jwk, None),
        clock=CLOCK,
        source=SOURCE,
    )
    # Nothing is put on record of this check, so that the rows stay those that were made.
    assert [fault["check"] for fault in report["faults"]] == ["opened"]
    assert report["opened"] > EVENTS * (1 + READS)


def test_views_folded_one_by_one_and_rebuilt_are_identical(made: Made) -> None:
    with connect(made.settings.owner) as connection:
        last = projector().catch_up(connection)
        parked = connection.execute("SELECT count(*) FROM views_v1.parked").fetchone()
    assert last >= made.loaded.rows
    assert parked == (0,)
    owner = made.settings.owner
    for processes in (0, 2):
        report = rebuild(owner, now_ms=CLOCK.now_ms, compare_only=True, processes=processes)
        assert report.identical
        assert report.rows["item"] == EVENTS
        assert report.rows["register"] == EVENTS * READS
        assert report.rows["setting_count"] > 0


def test_what_an_answer_names_is_what_would_have_been_decided(made: Made) -> None:
    past = past_of(made.settings.owner, 1)
    assert past.released > EVENTS * READS
    assert past.not_reproduced == 0
    assert sum(times for _, times in past.sets) == past.released


def test_every_index_and_key_is_there_again(made: Made, hub_database: str) -> None:
    asked = (
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_index i"
        " ON i.indexrelid = c.oid WHERE c.relnamespace = 'ledger'::regnamespace"
    )
    with psycopg.connect(made.settings.owner) as filled, psycopg.connect(hub_database) as fresh:
        found, wanted = (set(c.execute(asked).fetchall()) for c in (filled, fresh))
    assert wanted <= found


def test_a_ledger_that_holds_something_is_not_filled(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="not empty"):
        load(made.settings, tmp_path, events=1)


def test_numbers_stay_in_the_range_kept_for_tests_and_run_out() -> None:
    names = [named(number) for number in range(50)]
    assert [identifier(one.kind, one.value) for one in names] == names
    numbers = [one.value for one in names if one.kind is IdentifierKind.NHS_NUMBER]
    assert all(number.startswith("999") for number in numbers)
    assert len(set(numbers)) > 40
    assert named(1_000_000).kind is IdentifierKind.AGENCY_REF


def drawn(seed: int, events: int, settings: int = PLACES) -> Iterator[tuple[int, str | None, Step]]:
    """Yield what a load draws."""
    return history(dice_of(seed), events, lambda _, steps: steps, settings)


def test_a_ledger_of_several_areas_has_the_settings_of_as_many() -> None:
    assert (places(1), places(91_500), places(915_000)) == (300, 300, 3_000)
    seen = {place for _, place, _ in drawn(1, 20_000, 3_000) if place}
    assert len(seen) > 2 * 300
    assert max(int(place.removeprefix("1-")) for place in seen) < 100 + 3_000


def test_no_chunk_has_more_people_than_numbers_of_its_own() -> None:
    for chunk in (100, 1_000, 10_000):
        for number in range(12):
            told = drawn(number, chunk)
            assert len({person for person, _, _ in told}) <= chunk // PEOPLE
