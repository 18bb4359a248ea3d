"""A real Chromium, driven by Playwright, with axe to judge each page it opens.

In: a running hub with people. Out: pages, what axe finds in them, screenshots.
Never here: a browser that is downloaded. Debian's is used; without it, tests say so and skip.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = which("chromium") or ""
WHY_NOT = "Debian's chromium is not installed here; `make test` as root installs it"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": 320, "height": 256}
"""What is left of 1280 by 1024 at 400%. Source: WCAG 2.2 success criterion 1.4.10."""
SHOTS = Path(__file__).parents[2] / ".pytest_cache" / "screenshots"

_NAMED = """const named = e => e.dataset.walk || (e.dataset.walk = e.tagName.toLowerCase()
    + (e.type === "radio" ? ":" + e.name : " " + (window.walked = (window.walked || 0) + 1)
    + " " + (e.id || e.getAttribute("href") || e.name || "")));"""
_USABLE = (
    "() => {"
    + _NAMED
    + """
    const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    return [...document.querySelectorAll(all)].filter(e => !e.disabled && e.type !== "hidden"
        && (e.checkVisibility ? e.checkVisibility({visibilityProperty: true}) : true)).map(named);
}"""
)
"""What can be used on a page, each under a name of its own."""
_FOCUSED = (
    "() => {"
    + _NAMED
    + """
    const e = document.activeElement, beside = e.parentElement;
    const drawn = (one, part) => { const s = getComputedStyle(one, part);
        // A stop in the picture draws its ring inside <use>, where a style is not seen from here.
        return s.outlineStyle !== "none" || s.boxShadow !== "none"
            || !["", "none"].includes(s.getPropertyValue("--hub-ring").trim()); };
    const label = beside && beside.querySelector("label");
    return [named(e), drawn(e) || [...e.querySelectorAll("*")].some(c => drawn(c))
        || Boolean(label && drawn(label, "::before"))];
}"""
)
"""What has the focus, and whether it shows."""


@dataclass  # Playwright sets a name of its own on whoever listens
class Window:
    """One page in one browser window, and all it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, person: str) -> None:
        """Sign in at the provider."""
        self.page.goto(f"{self.url}/app/sign-in?person={person}")

    def open(self, path: str) -> None:
        """Open an address of the hub."""
        self.page.goto(self.url + path)

    def faults(self) -> list[str]:
        """Return what axe finds wrong with the page, and what runs out of the window."""
        found: dict[str, Any] = (
            Axe().run(self.page, options={"runOnly": {"type": "tag", "values": TAGS}}).response
        )
        wrong = [f"{v['id']}: {v['nodes'][0]['target']}" for v in found["violations"]]
        beyond = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wrong + ([f"{beyond} px too wide"] if beyond > 0 else []) + self.complaints

    def unreached(self) -> list[str]:
        """Walk the page with the Tab key; return what is wrong with the walk.

        Everything that can be used is reached once round, a group of radio buttons as one, and
        whatever has the focus shows it. Source: WCAG 2.2 success criteria 2.1.1, 2.1.2 and 2.4.7.
        """
        live = self.page.locator("#live-off")
        if live.count():  # its link goes once the page hears of news by itself: walk after that
            expect(live).to_be_hidden()
        wanted = set(self.page.evaluate(_USABLE))
        reached: dict[str, bool] = {}
        last = ""
        for _ in range(4 * len(wanted) + 5):  # a day has a stop for each of its parts
            self.page.keyboard.press("Tab")
            name, shows = self.page.evaluate(_FOCUSED)
            if name in reached and name != last:
                break
            reached[name] = reached.get(name, False) or shows
            last = name
        missed = sorted(wanted - set(reached))
        unseen = sorted(name for name, shows in reached.items() if name in wanted and not shows)
        return [f"not reached: {one}" for one in missed] + [f"unseen: {one}" for one in unseen]

    def keep(self, name: str) -> None:
        """Keep a picture of the whole page, for whoever looks at it."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)

    def note(self, message: ConsoleMessage) -> None:
        """Note what the browser complains of: a policy that was broken, a script that failed."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser."""
    with sync_playwright() as playwright:
        # Its own sandbox cannot be made as root in a container.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, url: str, **options: Any) -> Iterator[Window]:  # noqa: ANN401
    """Yield a fresh window, without anybody's cookies."""
    context = browser.new_context(**options)
    found = Window(context.new_page(), url)
    found.page.on("console", found.note)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    yield found
    context.close()
