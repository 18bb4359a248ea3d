"""The register as a file: what the page shows, marked, and on record before it goes."""

import csv
import io

import pytest

from contracts.police import Hold
from hub.audit.exports import as_csv
from hub.audit.typeset import typeset
from tests.support.parts import concern
from tests.web.site import APP, Site
from tests.web.test_find import search, timeline
from tests.web.test_register import subject_of

MARKING = "OFFICIAL-SENSITIVE"


@pytest.fixture
def read(site: Site) -> Site:
    """A site where the council read a timeline, and the home looked and was refused."""
    site.parts.post("gp-c", concern())
    site.parts.project()
    timeline(site.signed_in("liaison-1"))
    search(site.signed_in("home-1"))
    site.parts.project()
    return site


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_csv_has_what_fits_the_filters_and_marks_every_row(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    visitor.get(f"{APP}/register", outcome="refused")
    link = next(one for one in visitor.links() if "form=csv" in one)
    answer = visitor.get(link)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert MARKING in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    found = rows(answer.content)
    assert {row["Officer"] for row in found} == {"home-1"}
    assert {row["Marking"] for row in found} == {MARKING}
    entry = read.entries()[-1]
    assert (entry["channel"], entry["user"]) == ("export", "ig_officer-1")


def test_a_pdf_is_tagged_says_its_language_and_title_and_is_on_record(read: Site) -> None:
    answer = read.signed_in("ig_officer-1").get(f"{APP}/exports/register", form="pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    for needed in (
        b"/MarkInfo",
        b"/StructTreeRoot",
        b"/Lang",
        b"pdfuaid:part",
        b"/DisplayDocTitle",
    ):
        assert needed in answer.content, needed
    assert read.entries()[-1]["channel"] == "export"


def test_an_auditor_takes_that_and_not_what_nor_of_whom(read: Site) -> None:
    visitor, subject = read.signed_in("auditor-1"), subject_of(read)
    found = rows(visitor.get(f"{APP}/exports/register").content)
    assert found
    assert not {"About", "Records", "Kinds of information"} & set(found[0])
    assert subject not in visitor.text()
    assert visitor.get(f"{APP}/exports/register", subject=subject).status_code == 403


def test_more_than_one_file_holds_is_refused_and_not_cut_short(
    read: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.audit.exports.MOST", 1)
    before = len(read.entries())
    answer = read.signed_in("ig_officer-1").get(f"{APP}/exports/register")
    assert answer.status_code == 422
    assert "narrow them" in answer.text
    assert len(read.entries()) == before


def test_who_saw_what_is_a_pdf_for_the_person_and_on_record(read: Site) -> None:
    visitor, subject = read.signed_in("ig_officer-1"), subject_of(read)
    visitor.get(f"{APP}/who-saw/{subject}")
    link = next(one for one in visitor.links() if "/exports/who-saw/" in one)
    assert visitor.get(link).content.startswith(b"%PDF")
    entry = read.entries()[-1]
    assert (entry["channel"], entry["subject"]) == ("export", subject)
    read.parts.post("police-b", Hold(about="adult", implicated=("home-e",), until="2099-01-01"))
    assert visitor.get(link).status_code == 200


def test_without_the_typesetter_csv_serves_and_pdf_says_what_is_missing(
    read: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    visitor = read.signed_in("ig_officer-1")
    before = len(read.entries())
    answer = visitor.get(f"{APP}/exports/register", form="pdf")
    assert answer.status_code == 503
    assert "needs the extra" in answer.text
    assert len(read.entries()) == before, "nothing was given, so nothing is on record"
    assert visitor.get(f"{APP}/exports/register").status_code == 200


def test_a_pdf_takes_text_for_text_and_is_the_same_for_the_same_text() -> None:
    one, other = (
        typeset(title="T", about=["#panic() *x* $"], head=["A"], rows=[["#[b]"]]) for _ in "12"
    )
    assert one == other


def test_a_spreadsheet_runs_nothing_of_a_csv() -> None:
    written = as_csv(title="", about=(), head=["A"], rows=[["=1+1"], ["@x"], ["plain"]])
    assert [row["A"] for row in rows(written)] == ["'=1+1", "'@x", "plain"]
