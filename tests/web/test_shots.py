"""The README's pictures show the pages as they are: a page that changed fails until drawn anew."""

import json
import os
import re

import pytest

from tests.web.browser import CHROMIUM, chromium
from tests.web.shots import PICTURES, SHOWN, digest, draw, pages
from tests.web.site import Site

MADE_OF = PICTURES / "made-of.json"
AGAIN = "DRAW_PICTURES=1 .venv/bin/python -m pytest tests/web/test_shots.py"
MAX_BYTES = 150_000


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """What each picture was made of."""
    found: dict[str, str] = json.loads(MADE_OF.read_text("utf-8"))
    return found


def test_each_picture_shows_the_page_as_it_is(site: Site) -> None:
    found = pages(site)
    now = {name: digest(page, SHOWN[name]) for name, page in found.items()}
    if os.environ.get("DRAW_PICTURES"):
        assert CHROMIUM, "drawing needs a browser"
        with chromium() as browser:
            draw(browser, found)
        MADE_OF.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    made_of = json.loads(MADE_OF.read_text("utf-8"))
    assert made_of == now, f"the pages changed: draw their pictures anew with {AGAIN}"


def test_each_picture_is_small_and_told_in_words_by_the_readme(kept: dict[str, str]) -> None:
    readme = (PICTURES.parents[2] / "README.md").read_text("utf-8")
    shown = dict(re.findall(r"!\[([^\]]{20,})\]\(deploy/guides/pictures/([a-z]+)\.png\)", readme))
    assert set(shown.values()) == set(kept)
    assert {path.stem for path in PICTURES.glob("*.png")} == set(kept)
    for name in kept:
        drawn = (PICTURES / f"{name}.png").read_bytes()
        assert drawn.startswith(b"\x89PNG")
        assert len(drawn) <= MAX_BYTES


def test_a_page_that_says_or_wears_something_else_has_another_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = '<main><p class="hub-held">Held back</p><a href="#item-7">0a1b2c3d</a></main>'
    again = page.replace("item-7", "item-8").replace("0a1b2c3d", "ffff0000")
    assert digest(page) == digest(again), "ids and places are fresh each time"
    assert digest(page) != digest(page.replace("Held", "Kept"))
    below = page.replace("</main>", "<hr><p>Below</p></main>")
    above = page.replace("</main>", "<hr></main>")
    assert digest(below, "<hr>") == digest(above, "<hr>"), "what is not shown makes nothing old"
    before = digest(page)
    monkeypatch.setattr("tests.web.shots._RULE", re.compile(r"^()(x)"))
    assert digest(page) != before, "styles count"
