"""One agency, one fake hub, and a clock that moves only when told to."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from adapters.kit import AgencyKey, HubClient, HubKeys, Store
from adapters.kit.edge import Edge, machine
from tests.adapters.kit.fake_hub import AGENCY, FakeHub
from tests.adapters.kit.fake_server import serving

START = 1_767_225_600.0
NO_CAS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loopback needs no certificates, and reading the machine's takes longer than a test."""


class Clock:
    """A clock that a sleep moves on at once. It remembers the sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def edge(clock: Clock) -> Edge:
    return Edge(lambda: clock.now, clock.sleep, machine().new_id, lambda: 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "agency.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def agency_key() -> AgencyKey:
    return AgencyKey.generate("ES256")


@pytest.fixture
def hub(agency_key: AgencyKey) -> Iterator[FakeHub]:
    with serving(FakeHub(agency_key)) as served:
        yield served


@pytest.fixture
def connect(
    hub: FakeHub, agency_key: AgencyKey, edge: Edge, tmp_path: Path
) -> Iterator[Callable[..., HubClient]]:
    """Open a client on the agency's file; again and again is a restart."""
    with ExitStack() as opened:

        def open_client(hub_keys: HubKeys | None = None) -> HubClient:
            client = HubClient(
                httpx.Client(base_url=hub.url, timeout=5, trust_env=False, verify=NO_CAS),
                agency=AGENCY,
                key=agency_key,
                store=Store(tmp_path / "agency.db"),
                hub_keys=hub_keys,
                edge=edge,
            )
            return opened.enter_context(client)

        yield open_client


@pytest.fixture
def client(connect: Callable[..., HubClient]) -> HubClient:
    return connect()
