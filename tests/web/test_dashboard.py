"""The Board's page: what was published, quarter beside quarter, on record, and nobody in it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from contracts.codes import AbuseType
from hub.clock import FixedClock
from hub.web import dashboard
from tests.disclosure.scene import numbered
from tests.intake.world import NOW
from tests.support.parts import Enrolled, concern, opened, person
from tests.web import site as sites
from tests.web.site import APP, Site

LATER_MS = (NOW + int(timedelta(days=100).total_seconds())) * 1000


@pytest.fixture
def board(enrolled: Enrolled, fresh_hub: str) -> Iterator[Site]:
    """Fourteen concerns about as many people, three of them of a rare kind; a quarter later."""
    with opened(fresh_hub, enrolled.keys_dir) as parts:
        for n in range(14):
            kind = AbuseType.PHYSICAL if n < 11 else AbuseType.SEXUAL
            parts.post("gp-c", concern(types=(kind,)), person(numbered(n)))
        parts.project()
    with (
        opened(fresh_hub, enrolled.keys_dir, clock=FixedClock(LATER_MS)) as parts,
        sites.opened(parts) as site,
    ):
        yield site


def test_a_boards_analyst_reads_rounded_figures_and_the_reading_is_on_record(board: Site) -> None:
    visitor = board.signed_in("sab_analyst-1")
    page = visitor.get(f"{APP}/dashboard").text
    assert "Concerns raised" in page
    assert ">15<br>" in page, "fourteen, to the nearest five"
    assert "Physical Abuse" in page
    assert "Sexual Abuse" not in page, "three are too few"
    assert ">14<" not in page
    assert ">3<" not in page
    assert "Care Act 2014" in page
    entry = board.entries()[-1]
    assert (entry["type"], entry["channel"]) == ("disclosure-made", "dashboard")
    assert (entry["partner"], entry["user"]) == ("board-f", "sab_analyst-1")
    assert visitor.last is not None
    assert len(visitor.last.headers["hub-disclosures"].split(", ")) == 1


def test_another_quarter_is_another_recorded_reading_of_the_same_figures(board: Site) -> None:
    visitor = board.signed_in("sab_analyst-1")
    visitor.get(f"{APP}/dashboard")
    before = len(board.entries())
    older = next(link for link in visitor.links() if "?quarter=" in link)
    page = visitor.get(f"{APP}/dashboard", quarter=older.partition("=")[2]).text
    assert "Of this quarter nothing is broken down" in page
    assert ">15<br>" in page
    assert len(board.entries()) == before + 1
    assert visitor.get(f"{APP}/dashboard", quarter="1; drop").status_code == 404


def test_a_board_with_nothing_to_publish_is_told_so(site: Site) -> None:
    page = site.signed_in("sab_analyst-1").get(f"{APP}/dashboard").text
    assert "There is nothing to publish yet" in page


def test_an_analyst_of_no_board_is_refused_in_words_and_on_record(site: Site) -> None:
    person = next(p for p in site.idp.people if p["id"] == "sab_analyst-1")
    site.idp.people[site.idp.people.index(person)] = {**person, "agency": "home-e"}
    answer = site.signed_in("sab_analyst-1").step(f"{APP}/dashboard")
    assert answer.status_code == 403
    assert "The rules do not show this to your agency" in answer.text
    assert site.entries()[-1]["type"] == "disclosure-refused"


def test_what_is_left_out_has_no_bar() -> None:
    assert dashboard._bars([None, 10, None, 20]) == [(10, 16), (30, 32)]
