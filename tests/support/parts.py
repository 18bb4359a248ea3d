"""The hub's own parts, put together in one process over a database of the test's own.

In: the session's PostgreSQL. Out: `Parts`, and the fixtures `parts`, `enrolled`, `fresh_hub`.
Never here: HTTP, a second way to build a hub: `hub.assembly` builds it.
"""

import asyncio
import itertools
import json
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar
from uuid import UUID

import psycopg
import pytest

from contracts.base import Payload
from contracts.concern import ConcernRaised
from contracts.governance import AgencyRegistered, Jwk
from contracts.labels import plain
from hub.api.parts import Hub
from hub.assembly import build, enrol, register_key
from hub.clock import Clock, FixedClock
from hub.disclosure.ask import Answer, Ask
from hub.ids import Source, SystemSource
from hub.ledger.record import Record
from hub.preparing import prepare
from hub.settings import Settings
from hub.views.runner import Projector, connect
from tests.intake.world import HUB, NOW, OFFICERS, Agent, header, spelled
from tests.support.ledger_rows import uid
from tests.support.postgres import Postgres
from tests.support.receipts import RECEIPTS
from tests.support.vaults import NO_MORE, hub_settings, vault_of

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]

CAST: Mapping[str, str] = {
    "council-a": "council",
    "police-b": "police",
    "gp-c": "gp",
    "trust-d": "nhs_trust",
    "home-e": "provider",
    "cqc": "cqc",
    "board-f": "sab",
    "advocate-g": "advocate",
}
AGENTS: Mapping[str, Agent] = {slug: Agent(slug, "Ed25519", 300 + n) for n, slug in enumerate(CAST)}
NHS_NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050")


def person(nhs_number: str = NHS_NUMBERS[0]) -> dict[str, Any]:
    """Return the `sub_id` of a person by NHS number."""
    return {"format": "uri", "uri": f"urn:nhs:number:{nhs_number}"}


def known(subject: UUID | str) -> dict[str, Any]:
    """Return the `sub_id` of a subject by the hub's own id."""
    return {"format": "opaque", "id": str(subject)}


def both(*subs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `sub_id` of a subject named several ways."""
    return {"format": "aliases", "identifiers": [dict(s) for s in subs]}


def concern(**changes: Any) -> ConcernRaised:  # noqa: ANN401
    """Return a concern about an adult at risk with needs, addressed to the council."""
    fields = {
        "about": "adult", "at_risk": "yes", "care_needs": "yes", "harm": "seen on the ward",
        "addressed_to": ("council-a",),
    }  # fmt: skip
    return ConcernRaised.model_validate({**fields, **changes})


def signed(
    agency: str,
    payload: Payload,
    sub_id: Mapping[str, Any],
    *,
    jti: str,
    now: int = NOW,
    toe: int | None = None,
    agent: Agent | None = None,
) -> bytes:
    """Return an agency's event, signed without any of the hub's code."""
    agent = agent or AGENTS[agency]
    claims = {
        "iss": agent.iss,
        "aud": HUB,
        "iat": now,
        "toe": now - 60 if toe is None else toe,
        "jti": jti,
        "sub_id": dict(sub_id),
        "events": {payload.TYPE: plain(payload)},
    }
    return agent.seal(spelled(header(agent)), spelled(claims))


@dataclass(slots=True)
class Parts:
    """One hub in this process. Its methods run on the hub's event loop and wait."""

    hub: Hub
    owner: str
    """URL of the role that owns everything."""
    _runner: asyncio.Runner
    _serial: Iterator[int] = field(default_factory=itertools.count)
    _projector: Projector | None = None
    _asking: "psycopg.Connection[Row] | None" = None

    @property
    def now(self) -> int:
        """Return the hub's time in seconds."""
        return self.hub.clock.now_ms() // 1000

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the hub's loop."""
        return self._runner.run(work)

    def jti(self) -> str:
        """Return a jti that no test of this database has used."""
        return uid(f"{id(self)} {next(self._serial)}")

    def sign(
        self,
        agency: str,
        payload: Payload,
        sub_id: Mapping[str, Any] | None = None,
        *,
        jti: str | None = None,
        toe: int | None = None,
        agent: Agent | None = None,
    ) -> bytes:
        """Return an event signed now."""
        return signed(
            agency, payload, sub_id or person(), jti=jti or self.jti(), now=self.now, toe=toe,
            agent=agent,
        )  # fmt: skip

    def post(
        self,
        agency: str,
        payload: Payload,
        sub_id: Mapping[str, Any] | None = None,
        *,
        jti: str | None = None,
        toe: int | None = None,
    ) -> Record:
        """Post one event as an agency and return its record."""
        token = self.sign(agency, payload, sub_id, jti=jti, toe=toe)
        return self.run(self.hub.door.post(token, agency))

    def ask(self, partner: str, subject: UUID, **changes: Any) -> Ask:  # noqa: ANN401
        """Return a read of a timeline, or what `changes` make of it."""
        plainly = Ask(
            partner=partner, user="officer.1", purpose="safeguarding_enquiry",
            channel="timeline", subject=subject,
        )  # fmt: skip
        return replace(plainly, **changes)

    def timeline(self, partner: str, subject: UUID, **changes: Any) -> Answer:  # noqa: ANN401
        """Read a timeline as a partner."""
        return self.run(self.hub.desk.timeline(self.ask(partner, subject, **changes)))

    def request(self, partner: str, subject: UUID, **changes: Any) -> Answer:  # noqa: ANN401
        """Make a stated request as a partner."""
        stated = {"stated": True, "channel": "disclosure", "request_id": UUID(self.jti())}
        ask = self.ask(partner, subject, **{**stated, **changes})
        return self.run(self.hub.requests.answer(ask, repr(ask).encode()))

    def project(self) -> int:
        """Bring the views up to the ledger's head."""
        if self._projector is None:
            self._projector = Projector(now_ms=self.hub.clock.now_ms)
        with connect(self.owner) as connection:
            return self._projector.catch_up(connection)

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Ask the database, as its owner."""
        if self._asking is None or self._asking.closed:
            self._asking = psycopg.connect(self.owner, autocommit=True)
        cursor = self._asking.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Let go of the tests' own connection."""
        if self._asking is not None:
            self._asking.close()

    def head(self) -> int:
        """Return the last position of the ledger."""
        return int(self.rows("SELECT coalesce(max(position), 0) FROM ledger.header")[0][0])


@contextmanager
def opened(
    owner: str,
    keys_dir: Path,
    *,
    clock: Clock | None = None,
    source: Source | None = None,
    receipts: Literal["await", "commit"] = RECEIPTS,
    master_keys: Mapping[str, Any] = NO_MORE,
) -> Iterator[Parts]:
    """Yield a hub over a prepared database; `master_keys` say where those are, if not in files."""
    settings = hub_settings(
        owner, keys_dir, hub_uri=HUB, approvers=",".join(OFFICERS), receipts=receipts, **master_keys
    )
    clock = clock or FixedClock(NOW * 1000)
    source = source or SystemSource()
    with vault_of(settings, clock, source), asyncio.Runner() as runner:
        hub = build(settings, clock=clock, source=source)
        runner.run(hub.open())
        parts = Parts(hub, owner, runner)
        try:
            yield parts
        finally:
            parts.close()
            runner.run(hub.close())


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A database to copy, in which the cast is enrolled, and the master keys that fit it."""

    postgres: Postgres
    template: str
    keys_dir: Path

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Yield the owner's URL of a copy."""
        name = self.postgres.create(self.template)
        try:
            yield self.postgres.url(name)
        finally:
            self.postgres.drop(name)


@pytest.fixture(scope="session")
def enrolled(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enrolled]:
    """Yield a database with every schema, and the cast enrolled an hour ago."""
    keys_dir = tmp_path_factory.mktemp("keys")
    name = postgres.create()
    prepare(Settings(owner_url=postgres.url(name)))
    with opened(postgres.url(name), keys_dir, clock=FixedClock((NOW - 3600) * 1000)) as parts:
        parts.run(enrol_cast(parts.hub))
        parts.project()
    yield Enrolled(postgres, name, keys_dir)
    postgres.drop(name)


@pytest.fixture
def fresh_hub(enrolled: Enrolled) -> Iterator[str]:
    """Yield the owner's URL of a database in which the cast is enrolled and nothing was said."""
    with enrolled.copy() as url:
        yield url


@pytest.fixture
def parts(enrolled: Enrolled, fresh_hub: str) -> Iterator[Parts]:
    """Yield a hub at NOW over a database of its own."""
    with opened(fresh_hub, enrolled.keys_dir) as hub:
        yield hub


async def enrol_cast(hub: Hub, cast: Mapping[str, str] = CAST) -> None:
    """Enrol agencies, each with its key."""
    for slug, kind in cast.items():
        await enrol(
            hub,
            AgencyRegistered.model_validate(
                {
                    "agency": slug,
                    "name": slug,
                    "kind": kind,
                    "prevent_specified": "no",
                    "public_authority": "no" if kind in ("provider", "advocate") else "yes",
                    "scopes": ("events", "read"),
                    "approved_by": OFFICERS,
                }
            ),
        )
        await register_key(hub, slug, jwk(AGENTS[slug]))


def jwk(agent: Agent) -> Jwk:
    """Return an agent's public key as a contract's JWK."""
    return Jwk.model_validate({**agent.jwk, "alg": agent.alg})


def items_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the items of an answer; none where it was refused."""
    found: list[dict[str, Any]] = json.loads(answer.body).get("items", [])
    return found
