"""The pictures in the README: a scene that never changes, what each page is made of, and its shot.

In: the pages over a hub of the test's own. Out: pages in HTML, a digest of each, PNG files.
Never here: pixels compared. Fonts and browsers differ; a picture is stale when its page changed.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Route

from contracts.codes import AbuseType
from contracts.concern import ConcernRaised
from contracts.contact import ContactRecorded
from contracts.enquiry import EnquiryOpened
from contracts.governance import AgencyRegistered
from contracts.identity import SubjectDescribed
from contracts.police import CrimeReported
from contracts.subject import AgencyKind
from contracts.triage import RoleAssigned, S42Decision
from hub.assembly import enrol
from hub.clock import FixedClock
from tests.intake.world import NOW, OFFICERS
from tests.web.site import APP, HUB, Site
from tests.web.test_find import timeline

PICTURES: Final = Path(__file__).parents[2] / "deploy" / "guides" / "pictures"
STATIC: Final = files("hub.web") / "static"
NAMES: Final[Mapping[str, tuple[str, AgencyKind]]] = {
    "council-a": ("Northshire Council", "council"),
    "police-b": ("Northshire Police", "police"),
    "gp-c": ("Elm Road Surgery", "gp"),
    "trust-d": ("Northshire Hospital", "nhs_trust"),
}
TALL: Final = {"timeline": 900, "decision": 760}
"""What of each page is shown: so many pixels from its top."""
SHOWN: Final = {"timeline": 'id="records"', "decision": "What it asked of them"}
"""Where in the markup that ends: what stands below makes no picture old."""
WIDE: Final = 1020
_DAY: Final = 86_400
_MAIN: Final = re.compile(r"<main.*</main>", re.DOTALL)
_FRESH: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{8}\b|[\w-]{43,}|(?:item-|position )\d+"
)
"""What differs each time: ids, a form's token, places in the ledger, digests, signatures."""
_RULE: Final = re.compile(r"^(\.[^{}@]+)\{([^{}]*)\}", re.MULTILINE)
"""A rule for the screen: those for print and forced colours stand further in."""


def play(site: Site) -> None:
    """Post what is known of Ann, over four months, by four agencies; then the council reads it."""
    parts = site.parts
    for slug, (name, kind) in NAMES.items():
        renamed = AgencyRegistered(
            agency=slug, name=name, kind=kind, prevent_specified="no",
            public_authority="yes", scopes=("events", "read"), approved_by=OFFICERS,
        )  # fmt: skip
        parts.run(enrol(parts.hub, renamed))
    parts.hub.directory.refresh()
    clock = parts.hub.clock
    assert isinstance(clock, FixedClock)
    posted = 0
    for happened, came, by, said in _said():
        clock.advance((came - posted) * _DAY)
        posted = came
        parts.post(by, said, toe=NOW + happened * _DAY)
    clock.advance(9 * _DAY)
    parts.project()


def _said() -> Iterator[tuple[int, int, str, Any]]:
    """Yield the day it happened, the day it came to the hub, who posted it, and what."""
    to_council: dict[str, Any] = {
        "about": "adult", "at_risk": "yes", "care_needs": "yes", "addressed_to": ("council-a",),
    }  # fmt: skip
    decided = S42Decision(
        about="adult", care_and_support_needs="yes", abuse_or_risk="yes",
        cannot_protect_self="yes", decision="s42_enquiry",
    )  # fmt: skip
    assault = CrimeReported(about="adult", crime_ref="NS-1", offence="assault", role="victim")
    yield 25, 25, "trust-d", ConcernRaised(**to_council, types=(AbuseType.NEGLECT,))
    yield 58, 59, "gp-c", ConcernRaised(**to_council, types=(AbuseType.PHYSICAL,))
    yield 0, 60, "gp-c", ContactRecorded(about="adult", contact="appointment", seen="yes")
    yield 61, 61, "council-a", SubjectDescribed(about="adult", given_name="Ann", family_name="Lane")
    yield 61, 61, "council-a", decided
    yield 62, 62, "council-a", EnquiryOpened(about="adult", lead="council-a")
    yield 66, 66, "council-a", RoleAssigned(about="adult", agency="police-b", role="partner")
    yield 85, 86, "police-b", assault


def pages(site: Site) -> dict[str, str]:
    """Return each page that has a picture."""
    play(site)
    officer = site.signed_in("liaison-1")
    found = {"timeline": timeline(officer)}
    jti = _newest(site)
    site.parts.project()
    found["decision"] = site.signed_in("ig_officer-1").get(f"{APP}/register/{jti}").text
    return found


def _newest(site: Site) -> str:
    rows = site.parts.rows(
        "SELECT jti::text FROM ledger.header WHERE pseq IS NOT NULL AND routing::text LIKE"
        " '%timeline%' ORDER BY position DESC LIMIT 1"
    )
    return str(rows[0][0])


def digest(page: str, until: str = "") -> str:
    """Return a digest of what a picture shows: its words and marks, and the styles they wear."""
    main = _MAIN.search(page)
    assert main is not None
    assert until in main[0], "the part that is shown has another end now"
    shown = main[0].partition(until)[0] if until else main[0]
    worn = set(re.findall(r"hub-[\w-]+", shown))
    sheet = (STATIC / "hub.css").read_text("utf-8")
    rules = [
        rule[0]
        for rule in _RULE.finditer(sheet)
        if worn & set(re.findall(r"\.(hub-[\w-]+)", rule[1]))
    ]
    vendored = (STATIC / "vendor/VERSIONS.json").read_text("utf-8")
    made_of = (_FRESH.sub("", shown), *rules, vendored)
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()


def draw(browser: Browser, found: Mapping[str, str]) -> None:
    """Draw each page anew."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900})

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(HUB)
        if "/static/" in path:
            kept = STATIC / path.split("/static/", 1)[1].split("/", 1)[1]
            route.fulfill(path=str(kept))
        else:
            name = path.strip("/")
            route.fulfill(body=found.get(name, ""), content_type="text/html; charset=utf-8")

    page.route("**/*", serve)
    for name in found:
        page.goto(f"{HUB}/{name}")
        box = page.locator("main").bounding_box()
        assert box is not None
        top, left = box["y"] + 30, box["x"] - 20
        high = min(box["height"], TALL[name])
        page.screenshot(
            path=str(PICTURES / f"{name}.png"),
            full_page=True,
            clip={"x": left, "y": top, "width": box["width"] + 40, "height": high},
        )
    page.close()
