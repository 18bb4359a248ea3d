"""The real hub, running for tests: its own database, API and projector, and agencies with keys.

In: the session's PostgreSQL. Out: the fixture `hub`, shared by every test of a session.
Never here: a reset. Tests keep apart by using subjects of their own (`hub.nhs_number()`).
"""

import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from adapters.kit import AgencyKey, HubClient, authorities
from contracts.base import Payload
from contracts.governance import AgencyRegistered, ApiScope, Jwk
from contracts.subject import AgencyKind
from hub.demo.signing_in import identity_provider, signed_in
from hub.settings import Settings
from tests.support.postgres import Postgres
from tests.support.receipts import RECEIPTS
from tests.support.signed_in import SignedIn

HOST = "127.0.0.1"
WAIT_S = 60.0
GRACE_S = 20.0
CAST: Mapping[str, AgencyKind] = {
    "north-council": "council",
    "east-council": "council",
    "north-police": "police",
    "cqc": "cqc",
    "north-trust": "nhs_trust",
    "oak-gp": "gp",
    "elm-provider": "provider",
    "fir-provider": "provider",
    "nurse-regulator": "professional_regulator",
    "north-advocate": "advocate",
}
"""Tests that count receipts enrol agencies of their own instead (`hub.enrol`)."""
IG = "ig-office"
_PREVENT = frozenset({"council", "police", "nhs_trust", "children_services", "probation"})
_PRIVATE = frozenset({"provider", "other", "advocate"})
# From 999 on, a range that is kept for tests and never given to anybody.
_NUMBERS = itertools.count(999_000_000)


@dataclass(slots=True)
class RunningHub:
    """A hub that answers, and what each agency needs to talk to it."""

    settings: Settings
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(repr=False)
    keys: dict[str, AgencyKey] = field(default_factory=dict, repr=False)
    _clients: dict[str, HubClient] = field(default_factory=dict, repr=False)
    _serial: Iterator[int] = field(default_factory=itertools.count)
    _open: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """Return where partners reach it."""
        return self.settings.public_url

    def client(self, agency: str) -> HubClient:
        """Return an agency's kit client; the same one throughout the session."""
        if agency not in self._clients:
            scopes = ("read", "ig") if agency.startswith(IG) else ("events", "read")
            self._clients[agency] = self.new_client(agency, scopes=scopes)
        return self._clients[agency]

    def new_client(
        self, agency: str, *, scopes: tuple[str, ...] = ("events", "read"), store: str = ""
    ) -> HubClient:
        """Return another client of an agency, with a file of its own if `store` names one."""
        client = HubClient.open(
            self.url,
            agency=agency,
            key=self.keys[agency],
            store=self.folder / f"{store or agency}.db",
            scopes=scopes,
        )
        return self._open.enter_context(client)

    def signed_in(self, agency: str, scope: str = "events read") -> SignedIn:
        """Sign an agency in by hand, for what the kit would not send."""
        session = SignedIn(self.url, agency, self.keys[agency], scope)
        return self._open.enter_context(closing(session))

    def enrol(self, kind: AgencyKind, *, scopes: tuple[ApiScope, ...] = ("events", "read")) -> str:
        """Enrol one more agency with a key, and wait until the hub knows it; return its slug."""
        slug = f"{IG if 'ig' in scopes else kind.replace('_', '-')}-{next(self._serial)}"
        self.keys |= asyncio.run(_enrol(self.settings, {slug: kind}, scopes))
        # The agency is there before its key is: only the key says that it may sign in.
        kid = self.keys[slug].kid
        self.until(lambda: kid in self.get(f"/agencies/{slug}/jwks").text)
        return slug

    def post(self, agency: str, payload: Payload, subject: Mapping[str, object]) -> str:
        """Post one event as an agency, which must be taken; return its jti."""
        client = self.client(agency)
        jti = client.outbox.add(payload, subject)
        flushed = client.flush(wait_s=10)
        assert jti in flushed.sent, client.outbox.entry(jti)
        return jti

    def settle(self) -> None:
        """Wait until the views hold everything that is in the ledger now."""
        head = self.ready()["position"]
        self.until(lambda: self.ready()["projected"] >= head)

    def find(self, agency: str, nhs_number: str) -> str:
        """Return the hub's id of a subject that an agency knows of."""
        found = self.client(agency).find(
            purpose="safeguarding_enquiry", identifiers=[("nhs_number", nhs_number)]
        )
        subject: str = found.data["subjects"][0]["id"]
        return subject

    def get(self, path: str) -> httpx.Response:
        """Get what anybody may."""
        return httpx.get(f"{self.url}{path}", timeout=30, verify=authorities())

    def answers(self) -> bool:
        """Return whether the API takes requests."""
        with suppress(httpx.TransportError):
            return self.get("/health/ready").is_success
        return False

    def ready(self) -> dict[str, int]:
        """Return how far the ledger and the views are."""
        said: dict[str, int] = self.get("/health/ready").raise_for_status().json()
        return said

    def until(self, reached: Callable[[], bool], wait_s: float = WAIT_S) -> None:
        """Wait until something holds, while the processes live."""
        deadline = time.monotonic() + wait_s
        while not reached():
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} stopped: {self.log(name)[-2000:]}"
            assert time.monotonic() < deadline, "it took too long"
            time.sleep(0.02)

    def log(self, name: str) -> str:
        """Return everything a process has written."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def nhs_number(self) -> str:
        """Return a valid NHS number that no test of this session has used."""
        while True:
            nine = str(next(_NUMBERS))
            digit = -sum(int(c) * w for c, w in zip(nine, range(10, 1, -1), strict=True)) % 11
            if digit < 10:
                return f"{nine}{digit}"


@contextmanager
def running(
    postgres: Postgres,
    agencies: Mapping[str, AgencyKind],
    commands: tuple[str, ...] = ("serve", "project"),
    people: Sequence[Mapping[str, object]] = (),
    **changes: object,
) -> Iterator[RunningHub]:
    """Start a hub on a fresh database, enrol agencies, and end it all afterwards.

    `changes` replace settings. Where there are people, the try-out's provider signs them in.
    """
    from hub.preparing import prepare  # noqa: PLC0415 - the whole hub: only for tests that run it

    database = postgres.create()
    folder = Path(mkdtemp(prefix="hub-test-"))
    settings = _settings(postgres.url(database), folder).model_copy(update=changes)
    hub = RunningHub(settings, folder, {})
    try:
        prepare(hub.settings)
        hub.processes["vault"] = start(hub, "hub", "vault")
        hub.until(hub.settings.vault.exists)
        if people:
            hub.settings = signed_in(hub.settings, HOST)
            provider = identity_provider(hub.settings, people, folder)
            hub.processes["idp"] = provider.process
        hub.keys |= asyncio.run(_enrol(hub.settings, agencies, ("events", "read")))
        hub.keys |= asyncio.run(_enrol(hub.settings, {IG: "other"}, ("read", "ig")))
        for command in commands:
            hub.processes[command] = start(hub, "hub", command)
        hub.until(hub.answers)
        hub.settle()
        yield hub
    finally:
        hub._open.close()
        for process in hub.processes.values():
            _end(process)
            for pipe in filter(None, (process.stdin, process.stdout)):
                pipe.close()
        rmtree(folder, ignore_errors=True)
        postgres.drop(database)


@pytest.fixture(scope="session")
def hub(postgres: Postgres) -> Iterator[RunningHub]:
    """Yield the session's running hub."""
    with running(postgres, CAST) as started:
        yield started


def environment(settings: Settings) -> dict[str, str]:
    """Return a hub's environment. It is not traced: its rooms are covered in tests' own process."""
    told = {f"HUB_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    return {**{n: v for n, v in os.environ.items() if not n.startswith("COVERAGE_")}, **told}


def _settings(owner: str, folder: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    parts = urlsplit(owner)
    # The API's role may read, and append through one function. What owns the schemas stays out.
    role = parts._replace(netloc=f"hub_app@{parts.netloc.rpartition('@')[2]}")
    return Settings(
        owner_url=owner,
        database_url=urlunsplit(role),
        public_url=f"http://{HOST}:{port}",
        host=HOST,
        port=port,
        keys_dir=keys,
        receipts=RECEIPTS,
        vault_dir=folder / "vault",
        vault_database_url=urlunsplit(
            parts._replace(netloc=f"hub_vault@{parts.netloc.rpartition('@')[2]}")
        ),
    )


def start(
    hub: RunningHub, module: str, command: str, **changes: object
) -> "subprocess.Popen[bytes]":
    """Start `python -m <module> <command>` over a hub's database; `changes` replace settings."""
    # The API is not told the owner's URL: it must do without.
    owner = hub.settings.owner_url if command in ("project", "sequence") else ""
    settings = hub.settings.model_copy(update={"owner_url": owner, **changes})
    with (hub.folder / f"{command}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, command],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[2],
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _enrol(
    settings: Settings, agencies: Mapping[str, AgencyKind], scopes: tuple[ApiScope, ...]
) -> dict[str, AgencyKey]:
    from hub.assembly import build, enrol, register_key  # noqa: PLC0415 - as above

    hub = build(settings)
    await hub.open()
    keys: dict[str, AgencyKey] = {}
    try:
        for slug, kind in agencies.items():
            entry = AgencyRegistered(
                agency=slug,
                name=slug,
                kind=kind,
                prevent_specified="yes" if kind in _PREVENT else "no",
                public_authority="no" if kind in _PRIVATE else "yes",
                scopes=scopes,
                approved_by=settings.officers,
            )
            await enrol(hub, entry)
            keys[slug] = AgencyKey.generate()
            public = json.dumps(keys[slug].public_jwk())
            await register_key(hub, slug, Jwk.model_validate_json(public))
    finally:
        await hub.close()
    return keys
