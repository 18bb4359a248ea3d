"""Start a whole hub for a try-out: every process of it, and agencies enrolled, each with its key.

In: the agencies. Out: a Running hub; nothing of it is left when the `with` ends.
Never here: what agencies say, or a key that is used for anything else.
"""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import rmtree

import httpx

from adapters.kit import AgencyKey, Edge, authorities, machine
from contracts.governance import AgencyRegistered, Jwk
from hub.assembly import build, enrol, register_key
from hub.demo.agencies import Agency
from hub.demo.personas import HELD_FOR, PERSONAS
from hub.demo.processes import Child, LaunchError, start
from hub.demo.signing_in import identity_provider, signed_in
from hub.preparing import prepare
from hub.settings import Settings

LOCALHOST = "127.0.0.1"
READY_S = 60.0
PAUSE_S = 0.05
APP_ROLE = "hub_app"
CHECKPOINT_MS = 25
"""The story asks some hundred questions one after the other, and each answer waits for one."""
PROCESSES = (("API", "serve"), ("projector", "project"), ("sequencer", "sequence"))
VAULT_ROLE = "hub_vault"


@dataclass(frozen=True, slots=True)
class Running:
    """A hub that answers, and what each agency needs to talk to it."""

    url: str
    folder: Path
    keys: Mapping[str, AgencyKey]
    children: tuple[Child, ...]
    edge: Edge
    database_url: str
    """For an officer's command on the hub's own machine; no agency ever has it."""

    def store(self, slug: str) -> Path:
        """Return the file in which an agency's kit keeps what must last."""
        return self.folder / f"{slug}.db"

    def check(self) -> None:
        """Say so if a part has stopped.

        Raises:
            LaunchError: one has.
        """
        for child in self.children:
            child.check()

    def settle(self) -> None:
        """Wait until the views hold everything that is in the ledger.

        Raises:
            LaunchError: they do not get there, or a part stopped.
        """
        head: int | None = None
        for _ in self._tries():
            said = self._ready()
            if said is not None:
                head = said["position"] if head is None else head
                if said["projected"] >= head:
                    return
        raise LaunchError("the projector does not keep up")

    def wait_ready(self) -> None:
        """Wait until the hub takes requests.

        Raises:
            LaunchError: it does not, or a part stopped.
        """
        for _ in self._tries():
            if self._ready() is not None:
                return
        raise LaunchError("the API does not answer")

    def _tries(self) -> Iterator[None]:
        deadline = self.edge.now() + READY_S
        while self.edge.now() < deadline:
            self.check()
            yield
            self.edge.sleep(PAUSE_S)

    def _ready(self) -> dict[str, int] | None:
        with suppress(httpx.TransportError):
            answer = httpx.get(f"{self.url}/health/ready", verify=authorities())
            if answer.is_success:
                said: dict[str, int] = answer.json()
                return said
        return None


@contextmanager
def running(agencies: Iterable[Agency]) -> Iterator[Running]:
    """Start everything, enrol the agencies, and end everything afterwards.

    Raises:
        LaunchError: a part does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-demo-", dir=_safe_parent()))
    children: list[Child] = []
    try:
        children.append(_database(folder))
        settings = signed_in(_settings(folder, _address(children[0])), LOCALHOST)
        children.append(identity_provider(settings, [asdict(p) for p in PERSONAS], folder))
        prepare(settings)
        told = {f"HUB_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
        children.append(_vault(settings, told, folder))
        keys = asyncio.run(_enrol(settings, agencies))
        for name, command in PROCESSES:
            log = folder / f"{command}.log"
            children.append(start(name, ["hub", command], settings=told, log=log))
        hub = Running(
            settings.public_url, folder, keys, tuple(children), machine(), settings.database_url
        )
        hub.wait_ready()
        yield hub
    finally:
        for child in reversed(children):
            child.end()
        rmtree(folder, ignore_errors=True)


def _safe_parent() -> str | None:
    # As root the server runs as another user, and opens every folder above its data to all. And
    # it is told of its socket's folder in a way that a space would break in two.
    elsewhere = os.geteuid() == 0 or " " in tempfile.gettempdir()
    return "/var/tmp" if elsewhere else None  # noqa: S108 - a random name below it


def _database(folder: Path) -> Child:
    # Its lock lies in a shared folder, owned by whoever came first, unless this one exists.
    # Each level on its own: `parents` would leave the upper one open to others, and unused.
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir(mode=0o700)
    return start(
        "database",
        ["hub.demo.postgres", str(folder)],
        settings={"XDG_RUNTIME_DIR": str(runtime)},
        log=folder / "database.log",
        talks=True,
    )


def _address(database: Child) -> str:
    heard = b"" if database.process.stdout is None else database.process.stdout.readline()
    if not heard:
        raise LaunchError(f"the database did not start: {database.last_words()}")
    owner: str = json.loads(heard)["owner"]
    return owner


def _vault(settings: Settings, told: Mapping[str, str], folder: Path) -> Child:
    """Start the vault, and wait until it listens: nothing can be sealed before."""
    child = start("vault", ["hub", "vault"], settings=told, log=folder / "vault.log")
    edge = machine()
    deadline = edge.now() + READY_S
    while not settings.vault.exists():
        child.check()
        if edge.now() > deadline:
            raise LaunchError("the vault does not answer")
        edge.sleep(PAUSE_S)
    return child


def _settings(folder: Path, owner: str) -> Settings:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port = probe.getsockname()[1]
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    return Settings(
        owner_url=owner,
        database_url=owner.replace("//postgres:@", f"//{APP_ROLE}:@", 1),
        public_url=f"http://{LOCALHOST}:{port}",
        host=LOCALHOST,
        port=port,
        workers=1,
        keys_dir=keys,
        checkpoint_ms=CHECKPOINT_MS,
        vault_dir=folder / "vault",
        vault_database_url=owner.replace("//postgres:@", f"//{VAULT_ROLE}:@", 1),
    )


async def _enrol(settings: Settings, agencies: Iterable[Agency]) -> dict[str, AgencyKey]:
    hub = build(settings)
    await hub.open()
    keys = {}
    try:
        for agency in agencies:
            await enrol(
                hub,
                AgencyRegistered(
                    agency=agency.slug,
                    name=agency.name,
                    kind=agency.kind,
                    prevent_specified="yes" if agency.prevent_specified else "no",
                    public_authority="yes" if agency.public_authority else "no",
                    scopes=agency.scopes,
                    approved_by=settings.officers,
                ),
            )
            keys[agency.slug] = AgencyKey.generate()
            public = json.dumps(keys[agency.slug].public_jwk())
            await register_key(hub, agency.slug, Jwk.model_validate_json(public))
            if agency.slug in HELD_FOR:
                await hub.keystore.enrol(agency.slug, asked_by=HELD_FOR[agency.slug])
    finally:
        await hub.close()
    return keys
