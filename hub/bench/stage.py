"""A whole hub for the bench: PostgreSQL that syncs every commit, the API, agencies with keys.

In: a temporary folder. Out: a Stage; nothing of it is left when the `with` ends.
Never here: a database, port or key of anybody else's.

One API process: on two cores the second one is for PostgreSQL and the load. A second API process
takes from them what it gives, and raises the ceilings too (decision 0017).
"""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

import httpx

from adapters.kit import AgencyKey, Edge, authorities, machine
from contracts.governance import AgencyRegistered, ApiScope, Jwk
from contracts.subject import AgencyKind
from hub.assembly import build, enrol, register_key
from hub.bench.processes import BenchError, Child, start
from hub.preparing import prepare
from hub.settings import Settings

LOCALHOST = "127.0.0.1"
WORKERS = 1
READY_S = 60.0
PAUSE_S = 0.05
APP_ROLE = "hub_app"
VAULT_ROLE = "hub_vault"
SCOPES: tuple[ApiScope, ...] = ("events", "read")
PARTNERS: dict[str, AgencyKind] = {
    "north-council": "council",
    "north-police": "police",
    "north-trust": "nhs_trust",
    "oak-gp": "gp",
    "elm-home": "provider",
}
"""The five partners of every case."""
COUNCIL = "north-council"
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Stage:
    """A hub that answers, and what is needed to play its agencies."""

    settings: Settings
    folder: Path
    keys: dict[str, AgencyKey]
    api: Child
    edge: Edge

    @contextmanager
    def projecting(self) -> Iterator[None]:
        """Let a projector bring the views up to the ledger, then end it: it would share the cores.

        Raises:
            BenchError: it stops, or does not get there.
        """
        log = self.folder / "project.log"
        child = start(
            "the projector", ["hub", "project"], settings=told(self.settings), log=log, talks=False
        )
        try:
            yield
            head = self.ready()["position"]
            self.until(lambda: self.ready()["projected"] >= head, child)
        finally:
            child.end()

    @contextmanager
    def awaiting(self) -> "Iterator[Stage]":
        """Yield a second API over the same ledger, whose answers wait, with a sequencer at work.

        Raises:
            BenchError: a part stops, or does not get there.
        """
        port = free_port()
        update = {"port": port, "public_url": f"http://{LOCALHOST}:{port}", "receipts": "await"}
        settings = self.settings.model_copy(update=update)
        children: list[Child] = []
        try:
            for name, command in (("the sequencer", "sequence"), ("the waiting API", "serve")):
                log = self.folder / f"{command}-awaited.log"
                known = settings if command == "sequence" else _without_owner(settings)
                children.append(
                    start(name, ["hub", command], settings=told(known), log=log, talks=False)
                )
            other = replace(self, settings=settings, api=children[-1])
            other.wait()
            other.until(lambda: (r := other.ready())["sequenced"] >= r["position"], children[0])
            yield other
        finally:
            for child in reversed(children):
                child.end()

    def wait(self) -> None:
        """Wait until the API takes requests.

        Raises:
            BenchError: it does not.
        """

        def answers() -> bool:
            with suppress(httpx.TransportError, BenchError):
                return bool(self.ready())
            return False

        self.until(answers, self.api)

    def until(self, reached: Any, child: Child) -> None:  # noqa: ANN401 - a call without arguments
        """Wait until something holds, while a process lives."""
        deadline = self.edge.now() + READY_S
        while not reached():
            child.check()
            if self.edge.now() > deadline:
                raise BenchError(f"{child.name} is not ready")
            self.edge.sleep(PAUSE_S)

    def ready(self) -> dict[str, int]:
        """Return how far the ledger, its views and its log are.

        Raises:
            BenchError: the hub is not well.
        """
        answer = httpx.get(f"{self.settings.public_url}/health/ready", verify=authorities())
        if not answer.is_success:
            raise BenchError(f"the hub is not well: {answer.status_code}")
        said: dict[str, int] = answer.json()
        return said


@contextmanager
def staged() -> Iterator[Stage]:
    """Start everything, enrol the agencies, and end everything afterwards.

    Raises:
        BenchError: a part does not start.
    """
    # As root the server runs as another user, and opens every folder above its data to all.
    parent = "/var/tmp" if os.geteuid() == 0 else None  # noqa: S108 - a random name below it
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-", dir=parent))
    children: list[Child] = []
    try:
        database = _database(folder)
        children.append(database)
        settings = _settings(folder, database.hear()["owner"])
        prepare(settings)
        children.append(vault_of(settings, folder / "vault.log"))
        keys = asyncio.run(enrolled(settings))
        log = folder / "serve.log"
        own = told(_without_owner(settings))
        children.append(start("the API", ["hub.bench.serve"], settings=own, log=log, talks=False))
        stage = Stage(settings, folder, keys, children[-1], machine())
        stage.wait()
        yield stage
    finally:
        for child in reversed(children):
            child.end()
        rmtree(folder, ignore_errors=True)


def told(settings: Settings) -> dict[str, str]:
    """Return settings as the variables that a process is given."""
    return {f"HUB_{name.upper()}": str(value) for name, value in settings.model_dump().items()}


def _without_owner(settings: Settings) -> Settings:
    """Return what an API is told: not the owner's URL, for it must do without."""
    return settings.model_copy(update={"owner_url": ""})


async def enrolled(settings: Settings) -> dict[str, AgencyKey]:
    """Register the partners, each with a key of its own."""
    hub = build(settings)
    await hub.open()
    keys = {}
    try:
        for slug in PARTNERS:
            keys[slug] = AgencyKey.generate()
            await enrol(hub, entry_of(slug))
            public = Jwk.model_validate_json(json.dumps(keys[slug].public_jwk()))
            await register_key(hub, slug, public)
    finally:
        await hub.close()
    return keys


def entry_of(slug: str) -> AgencyRegistered:
    """Return a partner's entry in the register."""
    kind = PARTNERS[slug]
    return AgencyRegistered(
        agency=slug,
        name=slug,
        kind=kind,
        prevent_specified="no",
        public_authority="no" if kind == "provider" else "yes",
        scopes=SCOPES,
        approved_by=("officer-1", "officer-2"),
    )


def _database(folder: Path) -> Child:
    # Its lock lies in a shared folder, owned by whoever came first, unless this one exists.
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, mode=0o700)
    return start(
        "the database",
        # A quarter of the memory, as its documentation advises and deploy/ has it.
        ["hub.demo.postgres", str(folder / "database"), str(memory() // 4 // _MIB)],
        settings={"XDG_RUNTIME_DIR": str(runtime)},
        log=folder / "database.log",
        talks=True,
    )


def vault_of(settings: Settings, log: Path) -> Child:
    """Start the vault, and wait until it listens: nothing can be sealed before.

    Raises:
        BenchError: it does not start.
    """
    own = told(settings.model_copy(update={"owner_url": ""}))
    child = start("the vault", ["hub", "vault"], settings=own, log=log, talks=False)
    edge = machine()
    deadline = edge.now() + READY_S
    while not settings.vault.exists():
        child.check()
        if edge.now() > deadline:
            raise BenchError("the vault is not ready")
        edge.sleep(PAUSE_S)
    return child


def memory() -> int:
    """Return how much memory the machine has, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _settings(folder: Path, owner: str) -> Settings:
    port = free_port()
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    return Settings(
        owner_url=owner,
        database_url=owner.replace("//postgres:@", f"//{APP_ROLE}:@", 1),
        public_url=f"http://{LOCALHOST}:{port}",
        host=LOCALHOST,
        port=port,
        workers=WORKERS,
        keys_dir=keys,
        receipts="commit",
        vault_dir=folder / "vault",
        vault_database_url=owner.replace("//postgres:@", f"//{VAULT_ROLE}:@", 1),
    )
