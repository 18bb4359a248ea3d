"""A chronology is read whole or refused by field, and never quoted in an error."""

from datetime import date
from pathlib import Path

import pytest

from hub.demo.chronology import ChronologyError, last_day, load, read, shipped
from tests.demo.files import ALL_FILES, MINIMAL, minimal, raw


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: path.stem)
def test_every_row_of_a_file_is_read(path: Path) -> None:
    whole, written = load(path), raw(path)
    assert [fact.id for fact in whole.fact] == [row["id"] for row in written["fact"]]
    assert [count.number for count in whole.count] == [row["number"] for row in written["count"]]
    assert [k.days for k in whole.knowable] == [row["days"] for row in written["knowable"]]


def test_the_shipped_file_keeps_the_figures_of_the_review() -> None:
    whole = shipped()
    assert len(whole.fact) == 54
    assert {count.number for count in whole.count} >= {29, 40, 19, 78, 558}
    assert all(fact.strength in "ABC" for fact in whole.fact)
    assert {k.basis for k in whole.knowable} == {"inference", "press", "official"}


def test_days_to_the_act_are_the_days_between_the_two_dates() -> None:
    for knowable in shipped().knowable:
        assert (date.fromisoformat(knowable.acted_on) - knowable.day).days == knowable.days


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2008", date(2008, 12, 31)),
        ("2008-02", date(2008, 2, 29)),
        ("2008-02-11", date(2008, 2, 11)),
    ],
)
def test_a_date_that_is_not_a_day_counts_at_its_end(when: str, day: date) -> None:
    assert last_day(when) == day


def test_facts_come_by_day_and_else_as_the_file_has_them() -> None:
    whole = shipped()
    ordered = whole.in_order()
    assert [f.day for f in ordered] == sorted(f.day for f in whole.fact)
    first_day = [f.id for f in ordered if f.date == "2008-03-16"]
    assert first_day == [f.id for f in whole.fact if f.date == "2008-03-16"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"\xff", "file"),
        (b"not toml", "file"),
        (b"", "review"),
        (minimal(day="2019-13"), "fact.1.date"),
        (minimal(day="2019-02-30"), "fact.1.date"),
        (minimal(day="0000"), "fact.1.date"),
        (minimal(day="February"), "fact.1.date"),
        (minimal(source="S9"), "fact.1.source_ref"),
        (minimal(event="not an event"), "fact.1.event"),
        (MINIMAL.replace('"police"', '"army"').encode(), "fact.1.agency"),
        (MINIMAL.replace("year = 2020", 'year = "2020"').encode(), "review.year"),
        (MINIMAL.encode() + b'secret_name = "x"', "fact.1"),
        (MINIMAL.encode() + MINIMAL[MINIMAL.index("[[fact]]") :].encode(), "fact.2.id"),
    ],
)
def test_a_bad_file_is_refused_by_file_and_field(text: bytes, field: str) -> None:
    with pytest.raises(ChronologyError, match="bad-file") as refused:
        read(text, "bad-file")
    assert field in [where for where, _ in refused.value.faults]


def test_a_refusal_repeats_nothing_of_the_file() -> None:
    text = MINIMAL.replace("A force", "x" * 700).replace('"police"', '"Jane Doe"')
    with pytest.raises(ChronologyError) as refused:
        read((text + '"Jane Roe" = "Jane Roe"').encode(), "bad-file")
    assert "Jane" not in str(refused.value)
    assert "xxx" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChronologyError, match="cannot be read"):
        load(tmp_path / "absent.toml")
