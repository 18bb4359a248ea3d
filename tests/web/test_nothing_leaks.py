"""Nobody is named where pages are not read: in addresses, titles, headers, logs, cookies."""

import re

import pytest

from contracts.identity import SubjectDescribed
from hub.web.who import ROLES
from tests.support.parts import concern
from tests.web.matrix import MATRIX, guarded
from tests.web.site import APP, Site, Visitor
from tests.web.test_doors import knock
from tests.web.test_find import NUMBER, search

FAMILY, GIVEN, BORN = "Featherstonehaugh", "Ermintrude", "1931-02-03"
PERSONAL = (FAMILY, GIVEN, NUMBER, BORN, FAMILY.upper(), NUMBER[:3] + " " + NUMBER[3:6])
TITLE = re.compile(r"<title>([^<]*)</title>")
FIXED = re.compile(r"[A-Za-z :?,\u2013\u2019-]+")


@pytest.fixture
def described(site: Site) -> Site:
    """A woman whom an agency described, known to two."""
    born = SubjectDescribed(
        about="adult", given_name=GIVEN, family_name=FAMILY, birth_date=BORN, postcode="ZZ99 9ZZ"
    )
    site.parts.post("gp-c", concern(harm=f"{GIVEN} {FAMILY} was hurt"))
    site.parts.post("council-a", born)
    site.parts.project()
    return site


def outside(visitor: Visitor) -> str:
    """Return all of the last answers but their bodies: what history, proxies and caches keep."""
    assert visitor.last is not None
    answers = [*visitor.last.history, visitor.last]
    titles = " ".join(title for one in answers for title in TITLE.findall(one.text))
    return " ".join(f"{one.url} {one.headers}" for one in answers) + titles


def test_a_search_by_name_and_a_read_leave_nothing_outside_the_page(
    described: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    visitor = described.signed_in("liaison-1")
    kept = []
    typed = {"number": "", "family": FAMILY, "given": GIVEN, "postcode": "ZZ99 9ZZ"}
    born = {"born__day": "3", "born__month": "2", "born__year": "1931"}
    for fields in ({}, {**typed, **born}, {**typed, "born__day": "40"}):
        search(visitor, **fields)
        kept.append(outside(visitor))
    search(visitor)
    place = next(link for link in visitor.links() if link.count("/") == 4)
    assert FAMILY in visitor.get(place).text, "the page itself has it, or this test shows nothing"
    kept.append(outside(visitor))
    kept += [str(dict(visitor.http.cookies)), "".join(capfd.readouterr()), caplog.text]
    assert [word for word in PERSONAL if any(word in one for one in kept)] == []


def test_an_error_inside_while_a_name_is_at_hand_says_its_class_and_route_alone(
    described: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError(f"{GIVEN} {FAMILY} {NUMBER}")

    visitor = described.signed_in("liaison-1")
    monkeypatch.setattr("hub.disclosure.find.Finder.find", broken)
    page = search(visitor)
    logged = "".join(capfd.readouterr())
    assert "request.failed" in logged
    assert "ValueError" in logged
    assert [word for word in PERSONAL if word in page + logged + outside(visitor)] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_title_is_fixed_words(described: Site, role: str) -> None:
    visitor = described.signed_in(f"{role}-1")
    titles = set()
    for at in MATRIX:
        if at.startswith("GET ") and role in guarded().get(at, frozenset(ROLES)):
            answer = knock(visitor, at)
            if "html" in answer.headers.get("content-type", ""):
                titles |= set(TITLE.findall(answer.text)) or {f"none at {at}"}
    assert titles
    assert {title for title in titles if not FIXED.fullmatch(title)} == set()


def test_what_was_typed_is_kept_in_no_table(described: Site) -> None:
    visitor = described.signed_in("liaison-1")
    search(visitor, number="", family=FAMILY, given=GIVEN, born__day="3", born__month="2",
           born__year="1931")  # fmt: skip
    kept = ""
    for table in ("web_errand", "web_session", "web_login"):
        rows = described.parts.rows(f"SELECT t::text FROM ops.{table} t")  # noqa: S608 - ours
        kept += str(rows)
    assert kept
    assert [word for word in PERSONAL if word in kept] == []
    assert visitor.get(f"{APP}/find").status_code == 200
    assert FAMILY not in visitor.text(), "nor back on the form"
