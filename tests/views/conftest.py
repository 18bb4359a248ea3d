"""A ledger to tell a story in, and the views folded from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from hub.rulebook import Rulebook, shipped
from hub.views.runner import Projector, connect
from tests.views.story import TURN, Story
from tests.views.ticking import TellsBy, teller


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return shipped()


@pytest.fixture(scope="session")
def turning(rulebook: Rulebook) -> Rulebook:
    """The law, with one provision that begins and one that ends a few days into every story."""
    return replace(
        rulebook,
        rules=tuple(
            replace(rule, since=TURN)
            if rule.id == "s42-cooperation"
            else replace(rule, until=TURN + timedelta(days=2))
            if rule.id == "setting-concern"
            else rule
            for rule in rulebook.rules
        ),
    )


@pytest.fixture
def connection(hub_database: str) -> Iterator[Connection[Any]]:
    with connect(hub_database) as opened:
        yield opened


@pytest.fixture
def story(connection: Connection[Any]) -> Story:
    told = Story(connection)
    told.agencies()
    return told


@pytest.fixture
def projector(rulebook: Rulebook) -> Projector:
    return Projector(rulebook, now_ms=lambda: 0)


@pytest.fixture
def project(projector: Projector, connection: Connection[Any]) -> Callable[[], int]:
    return lambda: projector.catch_up(connection)


@pytest.fixture
def told(hub_database: str, projector: Projector, connection: Connection[Any]) -> TellsBy:
    return teller(hub_database, projector, connection)
