"""The report and the summary say what the answers say, in words a liaison officer knows."""

import io
from collections import Counter

import pytest
from rich.console import Console

from hub.demo import pattern
from hub.demo.agencies import CAST, IG
from hub.demo.ann import WRONG_REPORT
from hub.demo.chronology import SHIPPED, shipped
from hub.demo.look import FIRST, Hidden
from hub.demo.mapping import script
from hub.demo.office import Account
from hub.demo.people import ANN, HOME
from hub.demo.report import Report
from hub.demo.summary import summary
from hub.demo.tryout import Told
from hub.demo.wording import short
from tests.demo.canned import alarm, answer, item

CQC_KEEPS_OUT = [
    {"rule": "setting-concern", "title": "A concern about a setting"},
    {"rule": "x-third-party", "title": "Other people's names are taken out"},
]


@pytest.fixture
def told() -> Told:
    review = script(shipped(), SHIPPED)
    told = Told((*CAST, IG, *review.agencies), posted=Counter(ConcernRaised=2))
    hospital = review.centre[0].label
    seen = item("gp", "concern", "health", jti=WRONG_REPORT, kind="crime-reported")
    told.first = [answer("council", ANN.label, seen), answer("provider", ANN.label, status=404)]
    told.last = [
        answer("council", ANN.label, item("council", "identity"), item("gp", "health")),
        answer("provider", ANN.label, status=404),
        answer("cqc", HOME.label, item("council", "concern", because=CQC_KEEPS_OUT)),
        answer("commissioner", HOME.label, alarms=[alarm("harm-3", "2026-05-02")]),
    ]
    told.review = [
        answer(
            "review-council",
            hospital,
            item("review-police", "concern"),
            alarms=[alarm("harm-3", "2008-03-16"), alarm("harm-3", "2009-04-30")],
        ),
        answer("review-cqc", hospital, alarms=[alarm("harm-3", "2008-03-16")]),
    ]
    told.requests = [
        (FIRST[0], answer("police", "Bob", status=403, reasons=["Your request is refused."]))
    ]
    told.recalls = {"council": [{"cause": "correction"}], "gp": [{"cause": "item"}]}
    told.hidden = Hidden(((answer("provider", ""), answer("provider", "")),))
    told.who_saw = [{"partner": "council", "outcome": "released", "categories": ["health"]}]
    entries = ({"jti": "1", "outcome": "released"}, {"jti": "2", "outcome": "refused"})
    told.account = Account(entries, frozenset("1"), frozenset("1"), unbroken=True)
    told.lines = pattern.lines(shipped(), told.review)
    return told


@pytest.fixture
def printed(told: Told) -> str:
    page = io.StringIO()
    Report(told, Console(file=page, highlight=False)).print(shipped(), took_s=9.0)
    return page.getvalue()


def test_no_line_is_wider_than_a_hundred_columns(printed: str) -> None:
    assert max(len(line) for line in printed.splitlines()) <= 100


def test_shown_and_own_and_nothing_are_told_apart(printed: str) -> None:
    rows = {line[:16].strip(): line[16:].split() for line in printed.splitlines()}
    assert rows["health"] == ["●", "·"]
    assert rows["who it is"] == ["○", "·"]
    assert rows["after the hold"] == ["2", "·"]


def test_each_section_says_what_came_of_it(printed: str) -> None:
    text = " ".join(printed.split())
    assert "Council A section 42 enquiry" in text
    assert "Your request is refused." in text
    assert "bytes of the answers were the same" in text
    assert "It had been shown to Council." in text
    assert "Told so by the hub, and acknowledged: Council." in text
    assert "The register and the receipts the agencies hold agree." in text
    assert "seeing is not acting" in text
    assert "558 physical interventions" in text


def test_a_threshold_is_one_line_with_its_days_basis_and_strength(told: Told) -> None:
    (raised,) = [line for line in told.lines if line.basis == "replay"]
    assert raised.day.isoformat() == "2008-03-16"
    assert raised.what.endswith("again on 2009-04-30")
    assert raised.whom == "Council, CQC"
    assert raised.strength == "B, year inferred"
    assert raised.days == 1152  # to 2011-05-12, as the review has it


def test_every_finding_of_the_review_is_a_line_of_its_own(told: Told) -> None:
    findings = [line for line in told.lines if line.basis != "replay"]
    assert [(line.days, line.basis) for line in findings] == [
        (k.days, k.basis) for k in shipped().knowable
    ]


def test_a_pattern_of_no_setting_is_said_to_be_none(told: Told) -> None:
    told.lines = pattern.lines(shipped(), [])
    page = io.StringIO()
    Report(told, Console(file=page)).print(shipped(), took_s=1.0)
    assert "here it had none to raise" in page.getvalue()


def test_the_summary_counts_what_was_answered(told: Told) -> None:
    made = summary(told, took_s=1.25)
    assert made["agencies"] == len(told.agencies)
    assert made["events_posted"] == 2
    assert (made["disclosures"], made["refusals"]) == (1, 1)
    assert made["views"]["council"]["items"] == 2
    assert made["views"]["council"]["of_others"] == 1
    assert made["views"]["council"]["categories_of_others"] == ["existence", "health"]
    assert made["views"]["provider"] == {
        "items": 0,
        "of_others": 0,
        "categories": [],
        "categories_of_others": [],
        "types": {},
    }
    assert made["hidden_existence_identical"] is True
    assert made["register_complete"] is True
    assert made["recalled"] == {"council": 1}
    assert [found["raised_on"] for found in made["alarms"]] == [
        "2026-05-02",
        "2008-03-16",
        "2009-04-30",
    ]


@pytest.mark.parametrize(
    ("here", "there", "unbroken"),
    [("1", "12", True), ("12", "1", True), ("", "", True), ("1", "1", False)],
)
def test_the_register_is_complete_only_if_both_ends_agree(
    here: str,
    there: str,
    unbroken: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    account = Account((), frozenset(there), frozenset(here), unbroken=unbroken)
    assert not account.complete


def test_one_header_more_makes_hidden_and_unknown_differ() -> None:
    plain = answer("provider", "")
    more = answer("provider", "", status=404)
    assert Hidden(((plain, answer("provider", "")),)).identical
    assert not Hidden(((plain, more),)).identical
    assert not Hidden(()).identical


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("provider", "Home"),
        ("review-provider", "Provid."),
        ("review-council-2", "Council 2"),
        ("review-cqc", "CQC"),
        ("review-childrens-services", "Child"),
        ("ig-office", "the office"),
    ],
)
def test_an_agency_has_a_short_name(slug: str, words: str) -> None:
    assert short(slug, {"ig-office": "the office"}) == words
