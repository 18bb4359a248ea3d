"""Officers read the law, try a change to one rule, and make it law: one proposes, two approve."""

import html
from typing import Any

import pytest

from hub.ledger.releases import releases
from tests.support.parts import Parts
from tests.web.site import APP, Site, Visitor

RULE = "s42-enquiry"
NOTHING = "00000000-0000-4000-8000-000000000001"


def file_of(visitor: Visitor) -> str:
    """Return the rule's file as the form shows it."""
    return html.unescape(visitor.text().split('id="file"')[1].split(">", 1)[1].split("<", 1)[0])


def drafting(site: Site, rule: str = RULE) -> tuple[Visitor, dict[str, str]]:
    """Return an officer's browser at the form of a rule, and what the form holds."""
    visitor = site.signed_in("ig_officer-1")
    page = visitor.get(f"{APP}/rulebook/draft", rule=rule).text
    day = page.split('id="day"')[1].split('value="')[1].split('"')[0]
    return visitor, {"file": file_of(visitor), "name": "2026.x", "day": day}


def test_the_law_in_force_is_read_rule_by_rule_with_its_cases(site: Site) -> None:
    visitor = site.signed_in("auditor-1")
    page = visitor.get(f"{APP}/rulebook").text
    assert "A section 42 enquiry by the council and the police" in page
    assert "In force" in page
    page = visitor.get(f"{APP}/rulebook/rules/{RULE}").text
    assert "Care Act 2014 s42" in page
    assert "from 1 April 2015" in page
    assert "The police are a partner and see no third parties" in page
    assert "Draft a change" not in page, "an auditor reads"
    assert visitor.get(f"{APP}/rulebook/rules/none").status_code == 404
    assert visitor.get(f"{APP}/rulebook/proposals/{NOTHING}").status_code == 404


def test_trying_a_change_says_what_would_be_wider_and_changes_nothing(site: Site) -> None:
    visitor, sent = drafting(site)
    before = site.parts.head()
    wider = {
        **sent,
        "file": sent["file"].replace('["council", "police"]', '["council", "police", "gp"]'),
    }
    page = visitor.send(f"{APP}/rulebook/draft", **wider).text
    assert "Wider" in page
    assert "recipient_kind=gp" in page
    assert "What if it had been law" in page
    page = visitor.send(f"{APP}/rulebook/draft", **sent).text
    assert "answers as the law in force does" in page
    assert site.parts.head() == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"file": "id = "}, "The rule: *:"),
        ({"file": "title = 'x'"}, "id: is missing"),
        ({"name": "<b>"}, "A name is up to 40"),
        ({"day": "soon"}, "Enter a day of the calendar"),
    ],
)
def test_what_is_wrong_with_a_draft_is_told_beside_its_field(
    site: Site, changes: dict[str, str], told: str
) -> None:
    visitor, sent = drafting(site)
    answer = visitor.send(f"{APP}/rulebook/draft", **{**sent, **changes})
    assert answer.status_code == 422
    assert told in html.unescape(answer.text)


def test_a_fact_or_a_field_that_does_not_exist_is_named_with_its_place(site: Site) -> None:
    visitor, sent = drafting(site)
    for wrong in (
        sent["file"].replace('fact = "s42"', 'fact = "s43"'),
        sent["file"].replace('title = "', 'titel = "'),
    ):
        page = html.unescape(visitor.send(f"{APP}/rulebook/draft", **{**sent, "file": wrong}).text)
        assert f"Rules/{RULE}.toml" in page
        assert wrong.splitlines()[3] in page, "what was written is still there"


def test_a_case_that_comes_out_otherwise_is_named_and_cannot_be_proposed(site: Site) -> None:
    visitor, sent = drafting(site)
    narrower = sent["file"].replace('["council", "police"]', '["council"]')
    page = visitor.send(f"{APP}/rulebook/draft", **{**sent, "file": narrower}).text
    assert "Cases that come out otherwise" in page
    assert "Propose it" not in page
    forced = visitor.send(f"{APP}/rulebook/draft", **{**sent, "file": narrower, "propose": "yes"})
    assert forced.status_code == 422
    assert (
        site.parts.rows("SELECT 1 FROM ledger.header WHERE type LIKE '%rulebook-proposed%'") == []
    )


@pytest.mark.heavy  # it proves the whole law
def test_one_proposes_two_others_approve_and_only_then_it_is_law(site: Site) -> None:
    visitor, sent = drafting(site)
    title = "An enquiry under section 42"
    changed = sent["file"].replace("A section 42 enquiry by the council and the police", title)
    visitor.send(f"{APP}/rulebook/draft", **{**sent, "file": changed, "propose": "yes"})
    assert visitor.last is not None
    path = visitor.last.url.path
    assert "You proposed it" in visitor.text()

    def act(person: str, what: str) -> str:
        officer = site.signed_in(person)
        page = officer.get(path).text
        report = (
            page.split('name="report" value="')[1].split('"')[0] if 'name="report"' in page else ""
        )
        return html.unescape(officer.send(f"{path}/{what}", report=report).text)

    assert "Nobody approves what they proposed" in act("ig_officer-1", "approve")
    assert "1 of 2 approvals" in act("ig_officer-2", "approve")
    assert "approved it before" in act("ig_officer-2", "approve")
    assert "1 of 2 officers have approved it" in act("ig_officer-3", "release")
    assert "2 of 2 approvals" in act("ig_officer-3", "approve")
    assert "Released" in act("ig_officer-3", "release")
    assert _title(site.parts) == title
    assert title in site.signed_in("auditor-1").get(f"{APP}/rulebook").text


def _title(parts: Parts) -> Any:  # noqa: ANN401
    with parts.hub.directory.connect() as connection:
        return releases(connection).at(parts.now).rule(RULE).file.title
