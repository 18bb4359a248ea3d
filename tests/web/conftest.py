"""The pages over a hub of the test's own, in this process."""

from collections.abc import Iterator

import pytest

from hub.web import behalf
from tests.support.parts import Parts, enrolled, fresh_hub, parts
from tests.web.live import browser, place
from tests.web.site import Site, opened

__all__ = ["browser", "enrolled", "fresh_hub", "parts", "place"]


@pytest.fixture
def site(parts: Parts) -> Iterator[Site]:
    """Yield the pages."""
    with opened(parts) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_projector_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no projector after a statement: in one process a test projects by hand."""
    monkeypatch.setattr(behalf, "VIEWS_S", 0.05)
