"""Hold the pages to the rules: whole, the same each time, and nothing promised that is not so."""

import re
from xml.etree import ElementTree as ET

from contracts.base import Category
from hub.rulebook import shipped
from hub.rulebook.docs import pages
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
