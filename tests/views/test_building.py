"""Building in parts gives the rows that folding one by one gives, whatever crosses the parts."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import Connection

from contracts.enquiry import EvidenceAdded
from hub.rulebook import Rulebook
from hub.views import parts as cutting
from hub.views import tables
from hub.views.building import build
from hub.views.parts import Parts
from hub.views.rebuild import rebuild
from hub.views.runner import Projector
from tests.support.ledger_rows import Posted, append, uid
from tests.support.postgres import Postgres
from tests.views.story import Step, Story
from tests.views.test_runner import database, rows, steps

BESIDE = "views_built"
NAMES = ("anna", "bert")


@contextmanager
def in_parts(cases: int, places: int) -> Iterator[None]:
    """Have every build cut its ledger into so many parts, however few rows it has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parts, "of", classmethod(lambda cls, *_: cls(cases, places)))
        yield


def built(
    connection: Connection[object], law: Rulebook, story: Story, url: str
) -> dict[str, list[str]]:
    """Return the rows that a build gives, up to where the live views stand."""
    row = connection.execute("SELECT position FROM views_v1.tracking").fetchone()
    assert row is not None
    tables.drop(connection, BESIDE)
    tables.create(connection, BESIDE)
    upto = int(str(row[0]))  # type: ignore[index] # a row of the default factory is a tuple
    build(url, BESIDE, upto=upto, processes=1, first=law)
    Projector(law, now_ms=lambda: 0, schema=BESIDE).sweep(connection, story.now_s)
    return rows(connection, BESIDE)


def tell(connection: Connection[object], law: Rulebook, told: list[Step]) -> Story:
    """Play a story while a projector folds it, step by step."""
    live = Projector(law, now_ms=lambda: 0)
    story = Story(connection)
    story.agencies("council-a", "police-a", "trust-a", "home-a")
    for step in told:
        story.play([step])
        live.catch_up(connection)
        live.sweep(connection, story.now_s)
    return story


LONG = [Step(n, n // 3, n // 2, n * 7, (1, 3600, 90_000)[n % 3]) for n in range(100)]


@pytest.mark.parametrize(("cases", "places"), [(1, 1), (7, 3)])
def test_a_long_story_built_in_parts_is_what_was_folded_step_by_step(
    postgres: Postgres, turning: Rulebook, cases: int, places: int
) -> None:
    with database(postgres) as connection, in_parts(cases, places):
        story = tell(connection, turning, LONG)
        expected = rows(connection)
        found = built(connection, turning, story, url_of(connection, postgres))
        assert found == expected
        assert {name for name, there in expected.items() if there} >= {
            "entitlement", "notice", "register", "disclosed_item", "setting_alarm", "fact",
        }  # fmt: skip


def test_a_day_on_which_a_rule_begins_is_folded_though_the_rulebook_stays(
    postgres: Postgres, turning: Rulebook
) -> None:
    told = [*[Step(0, later_s=1)] * 4, Step(0, later_s=200_000)]
    with database(postgres) as connection, in_parts(5, 2):
        story = tell(connection, turning, told)
        found = built(connection, turning, story, url_of(connection, postgres))
        assert found == rows(connection)


def test_who_was_shown_somebody_erased_is_told_though_the_hub_files_it_elsewhere(
    postgres: Postgres, rulebook: Rulebook
) -> None:
    with database(postgres) as connection, in_parts(7, 2):
        story = tell(connection, rulebook, [])
        for name in NAMES:
            item = story.post("trust-a", EvidenceAdded, name)
            story.disclose("police-a", [item], name)
            story.disclose("council-a", [item], name)
        for name in NAMES:
            story.erase(name)
        live = Projector(rulebook, now_ms=lambda: 0)
        live.catch_up(connection)
        told = connection.execute(
            "SELECT agency, subject::text FROM views_v1.notice WHERE cause = 'correction'"
        ).fetchall()
        both = [(agency, uid(name)) for agency in ("council-a", "police-a") for name in NAMES]
        assert sorted(told) == sorted(both)
        expected = rows(connection)
        assert built(connection, rulebook, story, url_of(connection, postgres)) == expected


@pytest.mark.heavy
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=steps)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_any_story_built_in_parts_is_what_was_folded_step_by_step(
    postgres: Postgres, turning: Rulebook, told: list[Step]
) -> None:
    with database(postgres) as connection, in_parts(5, 2):
        story = tell(connection, turning, told)
        found = built(connection, turning, story, url_of(connection, postgres))
        assert found == rows(connection)


def test_what_cannot_be_folded_is_parked_as_a_projector_parks_it(
    postgres: Postgres, rulebook: Rulebook
) -> None:
    with database(postgres) as connection, in_parts(3, 1):
        story = tell(connection, rulebook, LONG[:30])
        odd = [
            Posted(
                agency="police-a",
                subject=uid("anna"),
                jti=uid(f"odd {n}"),
                type_uri="https://hub.example/events/nobody-knows/v1",
                occurred_at=story.now_s,
                facts=facts,
            )
            for n, facts in enumerate(
                ([(f"s:{uid('anna')}", "hold", "active", None)], [("q:nobody", "hold", "no", None)])
            )
        ]
        append(connection, odd, at_ms=story.now_s * 1000)
        story.play(LONG[30:40])
        live = Projector(rulebook, now_ms=lambda: 0)
        live.catch_up(connection)
        live.sweep(connection, story.now_s)
        expected = rows(connection)
        assert len(expected["parked"]) == 2
        found = built(connection, rulebook, story, url_of(connection, postgres))
        assert found == expected


def test_a_rebuild_by_parts_is_identical_swapped_and_has_every_index(
    postgres: Postgres, rulebook: Rulebook
) -> None:
    asked = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'views_v1' ORDER BY 1"
    with database(postgres) as connection, in_parts(4, 2):
        tell(connection, rulebook, LONG[:40])
        indexes = connection.execute(asked).fetchall()
        url = url_of(connection, postgres)
        report = rebuild(url, rulebook, now_ms=lambda: 0, processes=1)
        assert (report.identical, report.swapped) == (True, True)
        assert connection.execute(asked).fetchall() == indexes
        left = "SELECT relname FROM pg_class WHERE relname IN ('part', 'odd', 'corrected')"
        assert connection.execute(left).fetchall() == []


def test_rows_are_dealt_to_every_part_that_they_reach() -> None:
    parts = Parts(7, 3)
    assert {parts.of_subject(uid(f"s {n}")) for n in range(99)} == set(range(7))
    assert {parts.of_setting(f"1-{n}") for n in range(99)} == {7, 8, 9}
    assert Parts.of(10, 2) == Parts(4, 1)
    assert Parts.of(10 * cutting.EACH, 2).cases == 10


def url_of(connection: Connection[object], postgres: Postgres) -> str:
    """Return the URL of the database a connection is to."""
    return postgres.url(connection.info.dbname)
