"""What pages weigh: bytes as a browser gets them, of a first visit and of a long timeline."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.codes import AbuseType
from contracts.enquiry import EnquiryOpened
from contracts.triage import RoleAssigned
from hub.web import told
from tests.support.parts import concern
from tests.web.matrix import MATRIX, PARAMETER, STREAM, guarded
from tests.web.site import APP, Site, Visitor
from tests.web.test_find import search

FIRST_BYTES = 600_000
LATER_BYTES = 150_000
MARKUP_BYTES = 400_000
"""What a timeline of 300 may weigh uncompressed: made small, before it is pressed small."""
ASSET = re.compile(r'(?:href|src)="([^"]+\.(?:css|js|svg))"')
OURS = {"sec-fetch-site": "same-origin", "accept-encoding": "gzip"}


@dataclass
class Sent:
    """What came over the wire."""

    size: int
    encoding: str
    text: str


def sent(visitor: Visitor, path: str, **headers: str) -> Sent:
    """Return what comes for an address, by the bytes on the wire."""

    async def ask() -> Sent:
        async with visitor.http.stream("GET", path, headers=headers) as answer:
            body = b"".join([chunk async for chunk in answer.aiter_raw()])
        encoding = answer.headers.get("content-encoding", "")
        return Sent(len(body), encoding, "" if encoding else body.decode())

    found: Sent = visitor.parts.run(ask())
    return found


@pytest.fixture
def case(site: Site, monkeypatch: pytest.MonkeyPatch) -> tuple[Visitor, str]:
    """A visitor, and the address of a timeline of three hundred records.

    Fifty are posted and released as any other; the page gets them six times over, under numbers
    of their own, since three hundred signatures would weigh the same and take ten seconds.
    """
    parts = site.parts
    parts.post("council-a", EnquiryOpened(about="adult", lead="council-a"))
    parts.post("council-a", RoleAssigned(about="adult", agency="police-b", role="partner"))
    for n in range(48):
        kind = (AbuseType.PHYSICAL, AbuseType.NEGLECT, AbuseType.SEXUAL)[n % 3]
        said = concern(types=(kind,), injuries="two fractures", addressed_to=("council-a",))
        parts.post(("gp-c", "trust-d", "home-e")[n % 3], said)
    parts.project()
    real = told.read

    async def sixfold(*asked: Any) -> told.Told | None:  # noqa: ANN401 - passed through
        found = await real(*asked)
        assert found is not None
        found.items = [
            {**item, "position": item["position"] + 1000 * n}
            for n in range(6)
            for item in found.items
        ]
        return found

    monkeypatch.setattr("hub.web.timeline.read", sixfold)
    visitor = site.signed_in("liaison-1")
    search(visitor)
    return visitor, next(link for link in visitor.links() if link.count("/") == 4)


def test_a_timeline_of_three_hundred_is_small_and_then_pressed(case: tuple[Visitor, str]) -> None:
    visitor, place = case
    whole = sent(visitor, place)
    assert whole.text.count('class="moj-timeline__item"') == 300
    assert whole.text.count('class="hub-stop"') == 300
    assert whole.encoding == ""
    assert whole.size <= MARKUP_BYTES
    pressed = sent(visitor, place, **OURS)
    assert pressed.encoding == "gzip"
    assert pressed.size <= LATER_BYTES


@pytest.mark.parametrize("site_that_asks", ["cross-site", "same-site", ""])
def test_what_another_site_made_a_browser_ask_is_never_compressed(
    case: tuple[Visitor, str], site_that_asks: str
) -> None:
    visitor, place = case
    headers = {**OURS, "sec-fetch-site": site_that_asks}
    assert sent(visitor, place, **headers).encoding == ""


def test_a_first_visit_with_all_that_it_loads_is_light(site: Site) -> None:
    visitor = site.visitor()
    first = sent(visitor, f"{APP}/")
    assets = set(ASSET.findall(first.text))
    script = next(path for path in assets if path.endswith("hub.js"))
    vendored = script.replace("hub.js", "vendor/govuk-frontend.min.js")
    assert "govuk-frontend.min.js" in sent(visitor, script).text, "it loads one more"
    weight = first.size + sum(sent(visitor, path).size for path in assets | {vendored})
    assert len(assets) >= 5
    assert weight <= FIRST_BYTES


def test_every_page_that_needs_no_id_is_light_after_the_first(site: Site) -> None:
    weights = {}
    for at, roles in guarded().items():
        if at.startswith("GET ") and not PARAMETER.search(at) and at != STREAM:
            visitor = site.signed_in(f"{min(roles)}-1")
            weights[at] = sent(visitor, APP + at.removeprefix("GET ")).size
    assert weights
    assert {at: w for at, w in weights.items() if w > LATER_BYTES} == {}
    assert set(weights) <= set(MATRIX)
