"""The register for information governance: every answer, in plain words, and readings of it too."""

import html
import re
from pathlib import Path

import pytest

from contracts.police import Hold
from hub.clock import FixedClock
from hub.ledger.checkpoint import Checkpoint, read_proof
from hub.ledger.merkle import leaf_hash, verify_inclusion
from hub.web.who import STEP_UP_S
from tests.log.world import LogWorld
from tests.support.parts import concern
from tests.web.site import APP, Site
from tests.web.test_find import search, timeline

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture
def read(site: Site) -> Site:
    """A site where the council read a timeline and the home was refused it."""
    site.parts.post("gp-c", concern())
    site.parts.project()
    timeline(site.signed_in("liaison-1"))
    search(site.signed_in("home-1"))
    site.parts.project()
    return site


def subject_of(site: Site) -> str:
    return str(site.parts.rows("SELECT subject::text FROM views_v1.item")[0][0])


def newest(site: Site, kind: str) -> str:
    rows = site.parts.rows(
        "SELECT jti::text FROM ledger.header WHERE agency = 'hub' AND type LIKE %s"
        " AND partner <> 'ig-office' ORDER BY position DESC LIMIT 1",
        f"%{kind}%",
    )
    return str(rows[0][0])


def test_the_register_lists_who_asked_what_for_and_what_came_of_it(read: Site) -> None:
    page = read.signed_in("ig_officer-1").get(f"{APP}/register").text
    assert page.index("home-1") < page.index("liaison-1"), "the newest first"
    assert "A safeguarding enquiry" in page
    assert "Released" in page
    assert "Refused" in page
    assert "adult-concern-to-council@1" in page
    entry = read.entries()[-1]
    assert (entry["partner"], entry["channel"]) == ("ig-office", "register")
    assert entry["user"] == "ig_officer-1"


def test_filters_narrow_the_register(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    refused = visitor.get(f"{APP}/register", outcome="refused").text
    assert "home-1" in refused
    assert "liaison-1" not in refused
    by_rule = visitor.get(f"{APP}/register", rule="adult-concern-to-council").text
    assert "liaison-1" in by_rule
    assert "home-1" not in by_rule
    assert "No entry fits" in visitor.get(f"{APP}/register", day="2001-01-01").text
    about = visitor.get(f"{APP}/register", subject=subject_of(read)).text
    assert "liaison-1" in about
    assert "home-1" not in about
    for wrong in ({"day": "2026-02-31"}, {"outcome": "maybe"}, {"subject": "9" * 36}):
        assert visitor.get(f"{APP}/register", **wrong).status_code == 404


ORDERS = {
    "newest": "SELECT jti FROM views_v1.register ORDER BY position DESC",
    "oldest": "SELECT jti FROM views_v1.register ORDER BY position",
    "agency": "SELECT jti FROM views_v1.register ORDER BY partner, position DESC",
}


@pytest.mark.parametrize("order", ORDERS)
def test_every_entry_is_on_one_page_in_the_order_asked_for(
    read: Site, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr("hub.web.register.SIZE", 2)
    visitor = read.signed_in("ig_officer-1")
    read.parts.project()
    wanted = [str(jti) for (jti,) in read.parts.rows(ORDERS[order])]
    visitor.get(f"{APP}/register", sort=order)
    seen = []
    while True:
        seen += re.findall(rf"{APP}/register/({UUID.pattern})", visitor.text())
        further = [link for link in visitor.links() if "past=" in link]
        if not further:
            break
        visitor.get(further[0])
    assert seen == wanted
    assert len(seen) >= 3


def test_the_heads_of_the_columns_say_and_change_the_order(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    assert 'aria-sort="descending"' in visitor.get(f"{APP}/register", outcome="released").text
    oldest, by_agency = [
        link for link in visitor.links() if f"{APP}/register?" in link and "sort=" in link
    ][:2]
    assert "outcome=released" in oldest
    assert 'aria-sort="ascending"' in visitor.get(oldest).text
    assert 'aria-sort="ascending"' in visitor.get(by_agency).text
    assert visitor.get(f"{APP}/register", sort="rule").status_code == 404


def test_an_entry_is_proved_step_by_step_once_the_log_has_it(read: Site, tmp_path: Path) -> None:
    visitor, jti = read.signed_in("ig_officer-1"), newest(read, "disclosure-made")
    assert "has not covered this entry yet" in visitor.get(f"{APP}/register/{jti}").text
    with LogWorld.opened(read.parts.owner, tmp_path / "anchor") as log:
        log.sequence()
    page = visitor.get(f"{APP}/register/{jti}").text
    assert "Holds" in page
    text = html.unescape(page.split('id="inclusion"', 1)[1].split(">", 1)[1].split("<", 1)[0])
    entry = html.unescape(page.split('id="leaf"', 1)[1].split(">", 1)[1].split("<", 1)[0])
    index, path, note = read_proof(text)
    checkpoint = Checkpoint.read(note.rpartition("\n\n")[0] + "\n")
    verify_inclusion(index, checkpoint.size, leaf_hash(entry.encode()), path, checkpoint.root)
    assert page.count('<td class="govuk-table__cell">left</td>') + page.count(
        '<td class="govuk-table__cell">right</td>'
    ) == len(path)
    assert f"--disclosure {jti}" in page


def test_a_rule_is_told_as_it_stood(read: Site) -> None:
    page = (
        read.signed_in("ig_officer-1").get(f"{APP}/register/{newest(read, 'disclosure-made')}").text
    )
    assert re.search(r"in force from [0-9]+ [A-Z][a-z]+ [0-9]{4}", page)
    assert "they are in force today" in page


def test_an_entry_says_in_plain_words_what_was_decided_and_by_which_law(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    page = visitor.get(f"{APP}/register/{newest(read, 'disclosure-made')}").text
    assert "officer liaison-1 of council-a read the timeline" in page
    assert "because “An enquiry is open”" in page
    assert "A concern sent to the council" in page
    assert "Care Act 2014 s42" in page
    assert "These are the rules it was decided by, and they are in force today" in page
    assert re.search(r"<textarea[^>]*>eyJ[\w-]+\.[\w-]+\.[\w-]+</textarea>", page)


def test_a_refusal_says_why(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    page = visitor.get(f"{APP}/register/{newest(read, 'disclosure-refused')}").text
    assert "The hub refused: there was nothing to show" in page


def test_an_officer_signs_an_answer_off_and_it_stays_on_record(read: Site) -> None:
    visitor, jti = read.signed_in("ig_officer-1"), newest(read, "disclosure-made")
    visitor.get(f"{APP}/register/{jti}")
    page = visitor.send(f"{APP}/register/{jti}/review")
    assert page.status_code == 422
    assert "Select what you found" in page.text
    page = visitor.send(f"{APP}/register/{jti}/review", verdict="upheld", note="as it should be")
    assert "Your review is on record" in page.text
    kept = read.parts.rows("SELECT routing->>'of', routing->>'verdict' FROM ledger.header"
                           " WHERE type LIKE '%officer-review%'")  # fmt: skip
    assert kept == [(jti, "upheld")]


def test_nobody_signs_off_what_they_were_given_themselves(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    visitor.get(f"{APP}/register")
    rows = read.parts.rows("SELECT jti::text FROM ledger.header WHERE partner = 'ig-office'")
    own = str(rows[0][0])
    visitor.get(f"{APP}/register/{own}")
    page = visitor.send(f"{APP}/register/{own}/review", verdict="upheld")
    assert page.status_code == 422
    assert "nobody reviews what they were given themselves" in page.text.lower()


def test_an_auditor_sees_that_and_not_what_nor_of_whom(read: Site) -> None:
    visitor = read.signed_in("auditor-1")
    subject = subject_of(read)
    listed = visitor.get(f"{APP}/register").text
    entry = visitor.get(f"{APP}/register/{newest(read, 'disclosure-made')}").text
    for page in (listed, entry):
        assert "liaison-1" in page
        assert subject not in page
        assert "what is feared" not in page
    assert "Sign off" not in entry
    assert visitor.get(f"{APP}/register", subject=subject).status_code == 403


def test_an_entry_that_is_not_there_is_not_there(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    nothing = "00000000-0000-4000-8000-000000000001"
    assert visitor.get(f"{APP}/register/{nothing}").status_code == 404
    assert visitor.get(f"{APP}/register/x").status_code == 404


def test_who_saw_what_is_told_of_one_person_and_read_on_record(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    visitor.get(f"{APP}/who-saw")
    assert "Enter the full reference" in visitor.send(f"{APP}/who-saw", subject="Ann").text
    page = visitor.send(f"{APP}/who-saw", subject=subject_of(read)).text
    assert "an officer of council-a read the timeline" in page
    assert "They saw:" in page
    assert "what is feared" in page
    assert "home-e" not in page, "it asked by a number, and nothing says of whom"
    assert read.entries()[-1]["channel"] == "subject_disclosures"


def test_a_statement_that_must_wait_says_so(read: Site) -> None:
    visitor, path = read.signed_in("ig_officer-1"), f"{APP}/who-saw/{subject_of(read)}"
    assert "Do not give this statement" not in visitor.get(path).text
    read.parts.post("police-b", Hold(about="adult", implicated=("home-e",), until="2099-01-01"))
    read.parts.project()
    assert "Do not give this statement" in visitor.get(path).text


def test_whoever_signed_in_long_ago_says_again_who_they_are(read: Site) -> None:
    visitor = read.signed_in("ig_officer-1")
    clock = read.parts.hub.clock
    assert isinstance(clock, FixedClock)
    for _ in range(3):
        assert visitor.step(f"{APP}/register").status_code == 200
        clock.advance(STEP_UP_S / 3)
    clock.advance(1)
    answer = visitor.step(f"{APP}/register")
    assert answer.status_code == 303
    assert "again=yes" in answer.headers["location"]
    visitor.get(f"{APP}/sign-in", person="ig_officer-1", again="yes")
    assert visitor.step(f"{APP}/register").status_code == 200
