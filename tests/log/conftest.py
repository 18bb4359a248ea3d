"""Ledgers with a log: quick rows to sequence, and one told story that is verified in every way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.log.world import LogWorld, Story, told
from tests.support.parts import Enrolled, enrolled, fresh_hub, parts
from tests.support.postgres import Postgres

__all__ = ["enrolled", "fresh_hub", "log", "parts", "story"]


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[LogWorld]:
    """Yield an empty ledger with the log's tables."""
    with LogWorld.opened(database_url, tmp_path / "anchor" / "note") as world:
        yield world


@pytest.fixture(scope="session")
def story(
    postgres: Postgres, enrolled: Enrolled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Yield a database to copy, in which things were said, shown and sequenced."""
    with told(postgres, enrolled, tmp_path_factory.mktemp("story")) as story:
        yield story
