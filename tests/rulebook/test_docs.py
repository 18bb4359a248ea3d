"""Hold the pages to the rules: whole, the same each time, and nothing promised that is not so."""

import re
from xml.etree import ElementTree as ET

from contracts.base import Category
from hub.disclosure import glass
from hub.rulebook import shipped
from hub.rulebook.docs import GIVES_WAY, GLASS, VITAL, pages
from hub.rulebook.matrix import Way, matrix

LAW = shipped()
PAGES = pages(LAW)
CELLS = matrix(LAW)


def test_every_rule_has_a_page_and_the_index_links_to_each() -> None:
    assert {f"rules/{rule.id}.md" for rule in LAW.rules} < set(PAGES)
    linked = set(re.findall(r"\((rules/[\w-]+\.md)\)", PAGES["README.md"]))
    assert linked == {f"rules/{rule.id}.md" for rule in LAW.rules}


def test_pages_are_the_same_each_time() -> None:
    assert pages(LAW) == PAGES


def test_every_link_between_pages_resolves() -> None:
    for name, text in PAGES.items():
        folder = name.rpartition("/")[0]
        for target in re.findall(r"\]\(([\w/.-]+)\)", text):
            assert f"{folder}/{target}".lstrip("/") in PAGES, (name, target)


def test_no_page_leaves_a_gap_where_a_word_should_stand() -> None:
    for name, text in PAGES.items():
        assert not re.search(r"\{\w*\}|None|frozenset|\|\s*\|\s*\|\s*\|$", text), name


def test_what_is_not_confirmed_is_said_on_its_page_and_in_the_dpia() -> None:
    for rule in LAW.rules:
        unconfirmed = "C" in rule.file.strength
        assert ("**Not confirmed**" in PAGES[f"rules/{rule.id}.md"]) is unconfirmed, rule.id
    left = PAGES["dpia.md"].split("## 7.")[1]
    assert "(rules/L-special.md)" in left
    assert "(rules/child-duty-16LA.md)" in left


def test_a_rule_that_is_not_in_force_is_shown_so_and_gives_nobody_anything() -> None:
    assert "**not in force**" in PAGES["rules/csa-report.md"]
    assert not any("csa-report" in cell.rules for cell in CELLS.values())
    assert "rules/child-duty-16LA.md" not in PAGES["sharing-agreement-annex.md"]


def test_the_matrix_says_who_can_never_be_shown_what() -> None:
    kinds = {kind for kind, _ in CELLS}
    assert all(CELLS[kind, Category.WHISTLEBLOWER].way is Way.NEVER for kind in kinds)
    assert CELLS["cqc", Category.CRIMINAL].way is Way.NEVER
    assert CELLS["council", Category.CONCERN].way is Way.DUTY
    assert CELLS["safeguarding_lead", Category.PROFESSIONAL].way is Way.CONSENT
    assert not any("prevent-refer" in CELLS["gp", c].rules for c in Category)


def test_the_picture_has_a_square_for_each_cell_and_reads_without_colour() -> None:
    drawn = ET.fromstring(PAGES["matrix.svg"])  # noqa: S314 - our own picture
    texts = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    letters = [text for text in texts if text in {"D", "P", "C", "A", "-"}]
    assert len(letters) == len(CELLS)
    assert "health" in texts


def test_the_dpia_says_of_each_question_of_a_bar_what_no_answer_to_it_does() -> None:
    rows = {
        row.split("(rules/")[1].partition(".md)")[0]: row
        for row in PAGES["dpia.md"].split("## 5.")[1].split("## 6.")[0].splitlines()
        if "(rules/" in row
    }
    words = {"applies": "It bites all the same", "refer": "A person finds out", "ignore": "It does"}
    heads = re.compile("|".join(words.values()))
    for rule in (r for r in LAW.rules if r.forbids):
        for condition in rule.file.when:
            question = f"*{LAW.vocabulary[condition.fact].question}*"
            before = heads.findall(rows[rule.id].split(question)[0])
            assert before[-1] == words[condition.if_not_recorded or "applies"], (rule.id, question)


def test_the_dpia_says_what_broken_glass_opens_as_it_does() -> None:
    assert set(GLASS) == glass.KINDS
    assert {GIVES_WAY} == glass.GIVE_WAY
    assert VITAL == glass.VITAL
    said = PAGES["dpia.md"].split("**In an emergency**")[1].split("## 5.")[0]
    assert "the police, a council, children's services or an NHS trust" in " ".join(said.split())
    assert {GIVES_WAY, VITAL} == set(re.findall(r"rules/([\w-]+)\.md", said))


def test_the_dpia_names_each_gateway_that_waits_for_a_person_and_no_other() -> None:
    said = PAGES["dpia.md"].split("**Who decides.**")[1].split("**In an emergency**")[0]
    waiting = {
        rule.id
        for rule in LAW.rules
        if rule.permits and rule.since is not None and "human_review" in rule.file.obligations
    }
    assert waiting == set(re.findall(r"rules/([\w-]+)\.md", said)) != set()


def test_the_policy_document_is_asked_for_by_the_first_and_second_part_of_schedule_1() -> None:
    asked, others = PAGES["policy-document.md"].split("## Other conditions relied on")
    others = others.split("## How the principles")[0]
    titles = {rule.file.title: rule.id for rule in LAW.rules if rule.effect == "layer"}
    assert {titles[t] for t in re.findall(r"^### (.+)$", others, re.MULTILINE)} == {
        "L-held", "L-offence-claims", "L-offence-official", "L-offence-rights",
        "L-special-claims", "L-special-consent", "L-special-rights",
    }  # fmt: skip
    assert {"L-special", "L-special-care", "L-offence", "L-special-urgent"} < {
        titles[t] for t in re.findall(r"^### (.+)$", asked, re.MULTILINE)
    }


def test_each_rules_words_stand_by_themselves() -> None:
    for rule in LAW.rules:
        assert not rule.file.plain.strip().startswith("The same"), rule.id
