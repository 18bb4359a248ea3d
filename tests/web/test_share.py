"""Can I share? Only what can still change the advice is asked, and it comes with its law."""

import re

from tests.web.site import APP, Site, Visitor

HARM = {
    "recipient_kind": "council",
    "subject_kind": "adult",
    "purpose": "safeguarding_enquiry",
    "necessary": "yes",
    "at_risk": "yes",
    "addressed_to_recipient": "yes",
    "item_kind": "concern",
}


def question(page: str) -> str:
    found = re.search(r'name="asked" value="([a-z0-9_]+)"', page)
    return "" if found is None else found[1]


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(f-[a-z0-9_]+)" value="([a-z0-9_]+)"', page))


def answer(visitor: Visitor, **more: str) -> str:
    """Send the form of the last page, with an answer."""
    page = visitor.text()
    sent = {**hidden(page), "asked": question(page), **more}
    return visitor.send(f"{APP}/share", **sent).text


def answered(visitor: Visitor, facts: dict[str, str]) -> str:
    """Answer what is asked from `facts`; what they do not hold, with "no" or the last choice."""
    page = visitor.get(f"{APP}/share").text
    for _ in range(40):
        if not question(page):
            break
        offered = re.findall(r'name="answer" type="radio" value="([a-z0-9_]+)"', page)
        other = "no" if "no" in offered else offered[-2]
        page = answer(visitor, answer=facts.get(question(page), other))
    return page


def test_a_practitioner_is_led_to_advice_with_its_law(site: Site) -> None:
    page = answered(site.signed_in("practitioner-1"), HARM)
    assert "You may share" in page or "You must share" in page
    assert "A concern sent to the council" in page
    assert "legislation.gov.uk" in page
    assert "What to write down" in page


def test_each_answer_given_is_listed_and_asked_once(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    page = visitor.get(f"{APP}/share").text
    asked = []
    while question(page) in HARM:
        asked.append(question(page))
        page = answer(visitor, answer=HARM[asked[-1]])
    assert len(asked) == len(set(asked)) >= 4
    assert [name.removeprefix("f-") for name in hidden(page)][: len(asked)] == asked


def test_an_answer_can_be_changed_and_what_came_after_is_asked_again(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    visitor.get(f"{APP}/share")
    first = question(visitor.text())
    answer(visitor, answer=HARM[first])
    second = question(visitor.text())
    answer(visitor, answer=HARM[second])
    page = visitor.send(f"{APP}/share", **hidden(visitor.text()), change=second).text
    assert question(page) == second
    assert list(hidden(page)) == [f"f-{first}"]


def test_whoever_does_not_know_is_told_what_to_find_out(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    visitor.get(f"{APP}/share")
    page = answer(visitor, answer="unknown")
    assert "One more thing can still change this" in page
    assert "Not settled yet" in page
    assert "Do not share" not in page, "what nobody knows yet is not a No"


def test_no_answer_is_told_at_the_question(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    visitor.get(f"{APP}/share")
    first = question(visitor.text())
    page = answer(visitor)
    assert "Select an answer" in page
    assert question(page) == first


def test_an_answer_that_was_not_offered_counts_for_nothing(site: Site) -> None:
    visitor = site.signed_in("practitioner-1")
    visitor.get(f"{APP}/share")
    first = question(visitor.text())
    assert question(answer(visitor, answer="everything")) == first
    page = visitor.send(f"{APP}/share", **{"f-sender_kind": "police", "f-nothing": "yes"}).text
    assert hidden(page) == {}


def test_advice_leaves_nothing_behind(site: Site) -> None:
    visitor, before = site.signed_in("practitioner-1"), site.parts.head()
    answered(visitor, HARM)
    assert site.parts.head() == before
