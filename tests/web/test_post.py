"""Post without a system: checked, previewed, signed by the key held for the agency, received."""

import html
import json
import re

import pytest

from contracts.concern import ConcernRaised, ReferralMade
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease
from contracts.police import Hold
from contracts.triage import RiskAssessed
from hub.intake import encoding
from tests.support.parts import NHS_NUMBERS, person
from tests.web.site import APP, Site, Visitor

CONCERN = {
    "about": "adult",
    "nhs": "999 000 0018",
    "given": "Ann",
    "family": "Quill",
    "type-0": "yes",
    "harm": "Two bruises on <b>her</b> arm.\r\nShe would not say how.",
    "source": "fact",
    "names": "nobody",
    "know-at_risk": "yes",
    "know-care_needs": "yes",
    "consent": "given",
    "wishes": "I want to stay here",
    "act-council-a": "yes",
}
REFERRAL = {
    "about": "adult",
    "nhs": "9990000018",
    "to": "council-a",
    "why": "Please assess her needs",
    "names": "nobody",
    "ground": "risk",
    "level": "high",
    "by-day": "1",
    "by-month": "2",
    "by-year": "2099",
}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def fill(visitor: Visitor, kind: str, **fields: str) -> str:
    """Send a form to be checked."""
    visitor.get(f"{APP}/post/{kind}")
    return visitor.send(f"{APP}/post/{kind}", **fields).text


def hidden(page: str) -> dict[str, str]:
    """Return what the check page would send on."""
    # The last form: the first is the one to sign out by.
    at = page.index("<h2", page.rindex('id="reach"') + 20)
    found = dict(_HIDDEN.findall(page[at:]))
    return {name: html.unescape(value) for name, value in found.items() if name != "csrf"}


def press(visitor: Visitor, kind: str, step: str) -> str:
    """Press a button of the check page."""
    return visitor.send(f"{APP}/post/{kind}", **hidden(visitor.text()), step=step).text


@pytest.fixture
def held(site: Site) -> Site:
    """A site whose hub holds the practice's key."""
    site.parts.run(site.parts.hub.keystore.enrol("gp-c", asked_by="admin-1"))
    return site


@pytest.fixture
def nurse(held: Site) -> Visitor:
    """A nurse of that practice."""
    return held.signed_in("practitioner-1")


def posted(site: Site) -> list[str]:
    rows = site.parts.rows("SELECT type FROM ledger.header WHERE agency = 'gp-c' ORDER BY position")
    return [row[0] for row in rows]


def test_a_concern_is_checked_previewed_sent_and_received(held: Site, nurse: Visitor) -> None:
    page = fill(nurse, "concern", **CONCERN)
    assert "Check before you send" in page
    assert "&lt;b&gt;her&lt;/b&gt;" in page
    council = re.search(r"council-a</th>.*?</tr>", page, re.DOTALL)
    assert council is not None
    assert "what is feared" in council[0]
    assert "Told at once" in council[0]
    assert posted(held) == [], "nothing is sent before it was checked"
    page = press(nurse, "concern", "send")
    assert "Your receipt" in page
    assert posted(held) == [
        SubjectDescribed.TYPE,
        ConcernRaised.TYPE,
        ClearedForRelease.TYPE,
    ]
    receipt = re.search(r'hub-code">([^<]+)<', page)
    assert receipt is not None
    claims = json.loads(encoding.decode(receipt[1].split(".")[1].encode()))
    assert claims["pos"] == held.parts.head() - 1
    assert claims["aud"].endswith("/agencies/gp-c")


def test_what_the_council_reads_is_what_was_typed(held: Site, nurse: Visitor) -> None:
    fill(nurse, "concern", **CONCERN)
    press(nurse, "concern", "send")
    held.parts.project()
    [(subject,)] = held.parts.rows("SELECT DISTINCT subject FROM views_v1.item")
    answer = held.parts.timeline("council-a", subject)
    fields = {k: v for i in json.loads(answer.body)["items"] for k, v in i["fields"].items()}
    assert fields["family_name"] == "Quill"
    assert fields["types"] == ["Physical Abuse"]
    assert fields["harm"] == "Two bruises on <b>her</b> arm.\r\nShe would not say how."
    assert fields["at_risk"] == "yes"
    assert "others_at_risk" not in fields or fields["others_at_risk"] is None


def test_words_that_may_name_others_are_held_back_and_the_page_says_so(
    held: Site, nurse: Visitor
) -> None:
    page = fill(nurse, "concern", **{**CONCERN, "names": "others"})
    assert "They are held back from every agency" in page
    press(nurse, "concern", "send")
    held.parts.project()
    [(subject,)] = held.parts.rows("SELECT DISTINCT subject FROM views_v1.item")
    assert b"Two bruises" not in held.parts.timeline("council-a", subject).body


def test_the_button_pressed_twice_sends_once(held: Site, nurse: Visitor) -> None:
    fill(nurse, "concern", **CONCERN)
    fields = hidden(nurse.text())
    first = nurse.send(f"{APP}/post/concern", **fields, step="send").url
    nurse.get(f"{APP}/")
    again = nurse.send(f"{APP}/post/concern", **fields, step="send")
    assert again.url == first
    assert len(posted(held)) == 3


def test_going_back_keeps_what_was_typed(nurse: Visitor) -> None:
    fill(nurse, "concern", **CONCERN)
    page = press(nurse, "concern", "change")
    assert "Two bruises on &lt;b&gt;her&lt;/b&gt; arm." in page
    assert 'value="Quill"' in page
    assert re.search(r'name="act-council-a" type="checkbox" value="yes" checked', page)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"about": ""}, "Select whom or what it is about"),
        ({"nhs": "9990000019"}, "This is not a valid NHS number"),
        ({"nhs": "", "given": ""}, "Enter an NHS number, or a full name and a date of birth"),
        ({"nhs": ""}, "Enter a date of birth, or an NHS number"),
        ({"born-day": "30", "born-month": "2", "born-year": "1950"}, "Enter a real date of birth"),
        ({"about": "setting"}, "Enter the CQC location ID"),
        ({"about": "setting", "location-id": "x"}, "Enter a CQC location ID, like 1-1234567"),
        ({"type-0": ""}, "Select at least one kind of abuse or neglect"),
        ({"harm": ""}, "Say what happened, or what you saw"),
        ({"harm": "x" * 4001}, "Use at most 4,000 characters"),
        ({"source": "gossip"}, "Select how you know"),
        ({"names": ""}, "Select whether what you wrote names anybody else"),
        ({"act-council-a": ""}, "Select at least one agency that should act on it"),
        ({"act-council-a": "", "act-nobody": "yes"}, "Select at least one agency"),
        ({"when-day": "1", "when-month": "1", "when-year": "2099"}, "must be today or in the past"),
        ({"when-day": "x", "when-month": "1", "when-year": "2020"}, "Enter a real date"),
    ],
)
def test_what_is_wrong_with_a_concern_is_said_at_its_field(
    held: Site, nurse: Visitor, changes: dict[str, str], words: str
) -> None:
    page = fill(nurse, "concern", **{**CONCERN, **changes})
    assert "There is a problem" in page
    assert words in page
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page, target
    assert posted(held) == []


def test_a_person_without_a_number_goes_by_the_agencys_own_reference(
    held: Site, nurse: Visitor
) -> None:
    born = {"born-day": "27", "born-month": "3", "born-year": "1950"}
    fill(nurse, "concern", **{**CONCERN, "nhs": "", **born})
    assert "Your receipt" in press(nurse, "concern", "send")
    subjects = held.parts.rows("SELECT DISTINCT subject FROM ledger.header WHERE agency = 'gp-c'")
    assert len(subjects) == 1


def test_a_referral_names_whom_it_asks_and_by_when(held: Site, nurse: Visitor) -> None:
    page = fill(nurse, "referral", **REFERRAL)
    assert "1 February 2099" in page
    assert "Your receipt" in press(nurse, "referral", "send")
    held.parts.project()
    rows = held.parts.rows(
        "SELECT type, routing FROM ledger.header WHERE agency = 'gp-c' ORDER BY position"
    )
    assert [row[0] for row in rows] == [
        RiskAssessed.TYPE,
        ReferralMade.TYPE,
        ClearedForRelease.TYPE,
    ]
    assert rows[1][1]["to"] == "council-a"
    assert "New: Referral made" not in page
    assert "Waiting for your answer (1)" in held.signed_in("liaison-1").get(f"{APP}/inbox").text


@pytest.mark.parametrize(
    ("to", "ground", "sees"),
    [("trust-d", "consent", "what is feared"), ("trust-d", "care", "who they are")],
)
def test_the_ground_of_a_referral_opens_it_to_whom_it_is_made(
    nurse: Visitor, to: str, ground: str, sees: str
) -> None:
    named = {"given": "Ann", "family": "Quill"}
    page = fill(nurse, "referral", **{**REFERRAL, **named, "to": to, "ground": ground})
    row = re.search(rf"{to}</th>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert sees in row[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": ""}, "Select whom you ask to take it on"),
        ({"why": ""}, "Say what you ask them to do, and why"),
        ({"ground": ""}, "Select on what ground you refer them"),
        ({"level": ""}, "Select how great the risk is"),
        ({"by-year": "2001"}, "must not be past"),
    ],
)
def test_what_is_wrong_with_a_referral_is_said_at_its_field(
    nurse: Visitor, changes: dict[str, str], words: str
) -> None:
    assert words in fill(nurse, "referral", **{**REFERRAL, **changes})


def test_a_preview_tells_nothing_of_what_is_on_record(held: Site) -> None:
    hold = Hold(about="adult", implicated=("gp-c",), until="2099-01-01")
    held.parts.post("police-b", hold, person(NHS_NUMBERS[0]))
    held.parts.project()
    seen = []
    for number in NHS_NUMBERS[:2]:
        page = fill(held.signed_in("practitioner-1"), "concern", **{**CONCERN, "nhs": number})
        seen.append(re.sub(r'value="[^"]*"', "", page).replace(number, ""))
    assert seen[0] == seen[1]


def test_without_a_key_the_page_says_whom_to_ask(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    assert "does not sign for gp-c yet" in visitor.get(f"{APP}/post").text
    answer = visitor.get(f"{APP}/post/concern")
    assert answer.status_code == 409
    assert "Ask whoever administers it" in answer.text
    visitor.get(f"{APP}/")
    assert visitor.send(f"{APP}/post/concern", **CONCERN).status_code == 409


def test_a_receipt_is_shown_to_the_agency_that_sent_it_only(held: Site, nurse: Visitor) -> None:
    fill(nurse, "concern", **CONCERN)
    press(nurse, "concern", "send")
    assert nurse.last is not None
    path = nurse.last.url.path
    other = held.signed_in("liaison-1")
    theirs, nobodys = other.get(path), other.get(f"{APP}/post/sent/{held.parts.jti()}")
    assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text)
    assert theirs.status_code == 404


def test_an_administrator_turns_the_key_on_replaces_it_and_ends_it(site: Site) -> None:
    visitor = site.signed_in("agency_admin-1")
    keystore = site.parts.hub.keystore
    assert "The hub holds no key for you" in visitor.get(f"{APP}/signing").text
    assert "The hub signs for you since" in visitor.send(f"{APP}/signing", do="begin").text
    first = keystore.key_of("council-a")
    visitor.send(f"{APP}/signing", do="begin")
    second = keystore.key_of("council-a")
    assert first is not None
    assert second is not None
    assert first.kid != second.kid
    assert "The hub holds no key for you" in visitor.send(f"{APP}/signing", do="end").text
    assert keystore.key_of("council-a") is None


def test_a_key_that_does_not_open_is_said_and_nothing_is_sent(held: Site, nurse: Visitor) -> None:
    held.parts.rows("UPDATE ops.held_key SET sealed = set_byte(sealed, 20, 1)")
    assert "cannot use the key that it keeps" in fill(nurse, "concern", **CONCERN)
    assert posted(held) == []
