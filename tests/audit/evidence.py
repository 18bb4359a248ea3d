"""A hub whose evidence is exported: things said, shown, acknowledged, sequenced and cosigned.

In: the session's PostgreSQL. Out: `Told`, with packs to verify. Never here: an expectation.
"""

import asyncio
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from contracts.disclosure import RecipientAcknowledged
from contracts.governance import AgencyRegistered, KeyRevoked
from hub.api.parts import Hub
from hub.assembly import enrol, register_key, revoke_key
from hub.audit.evidence import Asked
from hub.audit.selection import Scope
from hub.exporting import evidence_of
from hub.ledger.checkpoint import Verifier
from hub.ledger.cosigning import Cosigning, Witness
from hub.ledger.logparts import log_key
from hub.ledger.sequencer import connect
from hub.witness import witness
from hub.witness.state import State
from tests.intake.world import HUB, NOW, OFFICERS, Agent
from tests.log.world import LogWorld
from tests.support.parts import Enrolled, Parts, concern, jwk, opened, person
from tests.support.parts import signed as signed_event
from tests.support.tsa import OPENSSL, authority

IG = "ig-office"
CURVE = Agent("curve-h", "ES256", 411)
"""An agency with the other algorithm."""
HARM = "bruises on the left arm, seen by the night staff"


@dataclass(slots=True)
class Told:
    """The hub, and packs of its evidence: without content, with it, and about one subject."""

    parts: Parts
    hub: Hub
    log: LogWorld
    witness: Verifier
    subject: UUID
    disclosure: UUID
    pack: bytes
    content: bytes
    receipt: str
    cosign: Callable[[], object]

    def export(self, scope: Scope, **changes: Any) -> Any:  # noqa: ANN401 - an Answer
        """Export once more; the record of it is sequenced."""
        asked = Asked(agency=IG, officer="ig.1", scope=scope)
        answer = self.parts.run(evidence_of(self.hub).export(replace(asked, **changes)))
        self.log.sequence()
        self.cosign()
        return answer


def files_of(pack: bytes) -> dict[str, bytes]:
    """Return a pack's files by name."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def told(enrolled: Enrolled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Yield the hub after its story."""
    if OPENSSL is None:
        pytest.skip("no openssl to be the time authority")
    folder = tmp_path_factory.mktemp("evidence")
    with (
        enrolled.copy() as url,
        opened(url, enrolled.keys_dir, receipts="commit") as parts,
        LogWorld.opened(url, folder / "anchor") as log,
        authority(folder) as tsa,
        closing(State(folder / "witness")) as state,
    ):
        log.key = log_key(enrolled.keys_dir, HUB, parts.hub.source)
        parts.run(_enrolled(parts.hub))
        told = _story(parts, log, state)
        settings = parts.hub.settings.model_copy(
            update={
                "witnesses": f"http://127.0.0.1:1 {told.witness.vkey}",
                "tsa_url": tsa.url,
                "tsa_ca": str(tsa.certificate),
            }
        )
        told.hub = replace(parts.hub, settings=settings)
        answer = told.export(Scope(subject=told.subject))
        told.pack, told.receipt = answer.body, answer.receipt
        demanded = {"demand": "court_order", "reason": "CO-2026-0042"}
        told.content = told.export(Scope(disclosure=told.disclosure), **demanded).body
        yield told


def _story(parts: Parts, log: LogWorld, state: State) -> Told:
    subject = parts.post("home-e", concern(harm=HARM, case="C-77"), person()).subject
    token = signed_event("curve-h", concern(harm="seen again", case="C-77"), person(),
                         jti=parts.jti(), agent=CURVE)  # fmt: skip
    parts.run(parts.hub.door.post(token, "curve-h"))
    parts.project()
    answer = parts.timeline("council-a", subject)
    (pseq, bd), = parts.rows(
        "SELECT pseq, routing->>'body_digest' FROM ledger.header WHERE jti = %s", answer.jti
    )  # fmt: skip
    ack = RecipientAcknowledged(about="adult", dis=str(answer.jti), pseq=pseq, bd=bd)
    parts.post("council-a", ack, person())
    parts.timeline("police-b", subject)
    lost = KeyRevoked(
        agency="curve-h", kid=CURVE.kid, reason="compromised", compromised_since=NOW - 60
    )
    parts.run(revoke_key(parts.hub, lost))
    log.sequence()
    one = witness.Witness("w.example", b"w" * 32, [log.key.verifier.vkey], state, lambda: NOW)
    key = Verifier.read(one.vkey)
    asking = Cosigning(
        [Witness("", key)],
        lambda _, body: ((reply := one.add_checkpoint(body.encode())).status, reply.body),
        now_s=lambda: NOW,
        on_trouble=lambda _, what: pytest.fail(what),
    )

    def cosign() -> None:
        with connect(log.url) as session:
            assert asking.round(session) == 1

    cosign()
    return Told(parts, parts.hub, log, key, subject, answer.jti, b"", b"", "", cosign)


async def _enrolled(hub: Hub) -> None:
    for slug, kind, scopes in ((IG, "other", ("read", "ig")), ("curve-h", "provider", ("events",))):
        entry = {
            "agency": slug, "name": slug, "kind": kind, "prevent_specified": "no",
            "public_authority": "no", "scopes": scopes, "approved_by": OFFICERS,
        }  # fmt: skip
        await enrol(hub, AgencyRegistered.model_validate(entry))
    await register_key(hub, "curve-h", jwk(CURVE))
    await asyncio.to_thread(hub.directory.refresh)
