"""What folds keep so as not to ask twice, and arrays written by hand say nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from hub.rulebook import Rulebook
from hub.views import case_file, facts
from hub.views.days import LONDON, london_day
from hub.views.judge import Judge
from hub.views.rows import FactRow
from hub.views.store import array
from hub.views.world import ANSWERS_KEPT, Subject, World

NOW = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
WHOSE = {"gp-a": "gp", "police-a": "police", "home-a": "provider"}


def made(rulebook: Rulebook, kinds: dict[str, str]) -> tuple[World, Subject, int]:
    """A World with an enquiry, an item of the surgery, and agencies of these kinds."""
    world = World(Judge(rulebook), clock=NOW)
    for agency, kind in kinds.items():
        for side in ("sender", "recipient"):
            world.register(agency, f"{side}_kind", kind)
    stated = {"item_kind": "enquiry", "item_status": "live"}
    found = world.item_class("gp-a", (), stated)
    partners = {agency: {"role_on_case": "partner"} for agency in WHOSE}
    subject = Subject("1", {"subject_kind": "adult", "s42": "reasonable_cause"}, partners)
    return world, subject, found.id


def decided(world: World, subject: Subject, class_id: int) -> dict[str, int]:
    case_file.decide(world, subject, [class_id], set(WHOSE))
    return {agency: row.mask for agency, row in subject.entitled[class_id].items()}


def test_an_answer_kept_is_not_given_once_the_register_reads_otherwise(rulebook: Rulebook) -> None:
    world, subject, class_id = made(rulebook, WHOSE)
    first = decided(world, subject, class_id)
    assert set(first) == {"gp-a", "police-a"}
    for kind in ("sab", "police"):
        for side in ("sender", "recipient"):
            facts.load(world, "a:police-a", f"{side}_kind", FactRow(kind, 1, None))
        wanted = decided(*made(rulebook, WHOSE | {"police-a": kind}))
        assert decided(world, subject, class_id) == wanted
    assert decided(world, subject, class_id) == first
    facts.load(world, "a:police-a", "recipient_kind", FactRow("police", 1, NOW))
    assert "recipient_kind" not in world.agencies["police-a"]
    assert set(decided(world, subject, class_id)) == {"gp-a"}


def test_an_answer_kept_is_not_given_about_other_facts_or_by_other_law(rulebook: Rulebook) -> None:
    world, subject, class_id = made(rulebook, WHOSE)
    first = decided(world, subject, class_id)
    subject.relations["police-a"] = {}
    assert set(decided(world, subject, class_id)) == {"gp-a"}
    subject.relations["police-a"] = {"role_on_case": "partner"}
    assert decided(world, subject, class_id) == first
    del subject.facts["s42"]
    assert set(decided(world, subject, class_id)) == {"gp-a"}
    subject.facts["s42"] = "reasonable_cause"
    assert decided(world, subject, class_id) == first
    barred = Judge(replace(rulebook, rules=tuple(r for r in rulebook.rules if not r.permits)))
    assert barred.in_force_since(world.day) == world.judge.in_force_since(world.day)
    assert world.sit(barred)
    assert not world.sit(barred)
    assert decided(world, subject, class_id) == {}


def test_no_more_answers_are_kept_than_there_is_room_for(rulebook: Rulebook) -> None:
    world, _, class_id = made(rulebook, WHOSE)
    answer = world.judge.entitled({}, world.day)
    nothing: frozenset[tuple[str, str]] = frozenset()
    for number in range(ANSWERS_KEPT + 10):
        world.keep_answer((class_id, str(number), nothing, None, date.min), answer)
    assert len(world.answers) == 10


@given(st.integers(0, 2**32))
def test_the_day_of_an_hour_is_the_day_of_each_of_its_seconds(second: int) -> None:
    assert london_day(second) == datetime.fromtimestamp(second, tz=LONDON).date()


VALUES = st.one_of(
    st.lists(
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    ),
    st.lists(
        st.sampled_from(["", "NULL", "null", '"', "\\", '\\"', "{}", ",", " a ", "é\n", None])
    ),
)


def test_arrays_are_read_as_they_were_meant(connection: Connection[Any]) -> None:
    @settings(max_examples=30)
    @given(VALUES, st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)), st.lists(st.booleans()))
    def read(texts: list[str | None], numbers: list[int | None], truths: list[bool]) -> None:
        found = connection.execute(
            "SELECT %s::text[], %s::bigint[], %s::boolean[], %s::date[]",
            [array(texts), array(numbers), array(truths), array([date(2026, 2, 3), None])],
        ).fetchone()
        assert found == (texts, numbers, truths, [date(2026, 2, 3), None])

    read()
