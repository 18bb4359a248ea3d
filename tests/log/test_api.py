"""The log over HTTP: addresses as any tlog-tiles client writes them, and proofs with receipts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from hub.api.access import Caller
from hub.api.app import create_app
from hub.api.wiring import signed_in
from hub.ledger import merkle
from hub.ledger.checkpoint import open_checkpoint, read_proof
from hub.ledger.leaf import unpack
from hub.ledger.merkle import leaf_hash
from hub.ledger.tiles import AddressError, LogReader, address, read_address
from tests.log.world import LogWorld
from tests.support.parts import Parts, concern

ABSENT = (
    "/tile/0/001",
    "/tile/0/001.p/45",
    "/tile/0/000.p/0",
    "/tile/0/000.p/256",
    "/tile/0/000.p/01",
    "/tile/0/0",
    "/tile/0/x000/000",
    "/tile/0/x999/x999/x999/x999/x999/999",
    "/tile/0/x999/x999/x999/x999/x999/x999/999",
    "/tile/9/000",
    "/tile/63/000",
    "/tile/entries/002",
    "/tile/entries/000.p/x",
    "/log/proof/300",
    "/log/proof/9223372036854775807",
)
IMPOSSIBLE = ("/tile/64/000", "/tile/-1/000", "/log/proof/-1", "/log/proof/x")


@dataclass(slots=True)
class Site:
    """The API of a hub, asked without a network."""

    parts: Parts
    log: LogWorld
    app: FastAPI

    def get(self, path: str) -> httpx.Response:
        """Ask for one path."""

        async def ask() -> httpx.Response:
            wire = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=wire, base_url="http://hub") as client:
                return await client.get(path)

        return self.parts.run(ask())

    def sign_in(self, agency: str, *scopes: str) -> None:
        """Let every request through as an agency's."""
        caller = Caller(agency=agency, issuer="", kind="", scopes=frozenset(scopes), user=None)
        self.app.dependency_overrides[signed_in] = lambda: caller


@pytest.fixture
def site(parts: Parts, tmp_path: Path) -> Iterator[Site]:
    with LogWorld.opened(parts.owner, tmp_path / "anchor") as log:
        yield Site(parts, log, create_app(parts.hub))


def test_checkpoint_is_none_until_one_is_signed_and_then_the_latest(site: Site) -> None:
    assert site.get("/checkpoint").status_code == 404
    site.log.sequence()
    site.log.rows(1)
    site.log.sequence()
    answer = site.get("/checkpoint")
    head = open_checkpoint(answer.text, site.log.key.verifier)
    assert head.size == site.parts.head()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_tiles_and_entries_lead_to_the_checkpoint(site: Site) -> None:
    site.log.rows(300 - site.parts.head())
    site.log.sequence()
    site.sign_in("council-a", "read")
    head = open_checkpoint(site.get("/checkpoint").text, site.log.key.verifier)
    full, partial = site.get("/tile/0/000"), site.get("/tile/0/001.p/44")
    assert len(full.content) == merkle.TILE_BYTES
    assert "immutable" in full.headers["cache-control"]
    entries = unpack(site.get("/tile/entries/000").content)
    entries += unpack(site.get("/tile/entries/001.p/44").content)
    assert b"".join(leaf_hash(e) for e in entries) == full.content + partial.content
    tiles = {
        (0, 0): full.content,
        (0, 1): partial.content,
        (1, 0): site.get("/tile/1/000.p/1").content,
    }
    assert merkle.range_hash(tiles, (0, head.size)) == head.root
    shorter = unpack(site.get("/tile/entries/001.p/3").content)
    assert (shorter, len(site.get("/tile/0/001.p/3").content)) == (entries[256:259], 96)


def test_address_of_nothing_is_not_found(site: Site) -> None:
    site.log.rows(300 - site.parts.head())
    site.log.sequence()
    site.sign_in("council-a", "read")
    answers = {path: site.get(path).status_code for path in (*ABSENT, *IMPOSSIBLE)}
    assert answers == {**dict.fromkeys(ABSENT, 404), **dict.fromkeys(IMPOSSIBLE, 422)}


def test_entries_are_for_who_is_signed_in_and_hashes_for_all(site: Site) -> None:
    site.log.sequence()
    width = site.parts.head()
    assert site.get(f"/tile/entries/000.p/{width}").status_code == 401
    assert site.get(f"/tile/0/000.p/{width}").status_code == 200
    assert site.get("/log/proof/0").status_code == 200


def test_receipt_has_no_proof_until_its_event_is_sequenced(site: Site) -> None:
    jti = site.parts.jti()
    record = site.parts.post("home-e", concern(), jti=jti)
    site.sign_in("home-e", "events", "read")
    assert site.get(f"/receipts/{jti}").json()["proof"] is None
    site.log.sequence()
    before = site.get(f"/receipts/{jti}").json()
    index, proof, note = read_proof(before["proof"])
    head = open_checkpoint(note, site.log.key.verifier)
    entry = unpack(bytes(site.log.one("SELECT data FROM ledger.tlog_bundle WHERE n = 0")))[index]
    assert index == record.position - 1
    merkle.verify_inclusion(index, head.size, leaf_hash(entry), proof, head.root)
    site.log.rows(1)
    site.log.sequence()
    after = site.get(f"/receipts/{jti}").json()
    assert after["receipt"] == before["receipt"]
    assert after["proof"] != before["proof"]


def test_answers_receipt_comes_with_the_proof_of_its_numbered_leaf(site: Site) -> None:
    subject = site.parts.post("home-e", concern()).subject
    site.parts.project()
    answer = site.parts.timeline("council-a", subject)
    site.log.sequence()
    site.sign_in("council-a", "read")
    proof = site.get(f"/receipts/{UUID(str(answer.jti))}").json()["proof"]
    index, *_ = read_proof(proof)
    entry = unpack(bytes(site.log.one("SELECT data FROM ledger.tlog_bundle WHERE n = 0")))[index]
    assert entry.endswith(b"\ncouncil-a 1\n")


def test_checkpoint_without_its_quorum_is_not_served(site: Site) -> None:
    site.log.sequence()
    first = site.parts.head()
    line = "\u2014 w.example AAAAAAAA\n"
    site.log.connection.execute(
        "INSERT INTO ledger.tlog_cosignature VALUES (%s, 'w.example', %s, 0)", [first, line]
    )
    site.log.rows(1)
    site.log.sequence()

    def served(quorum: int) -> int | None:
        found = site.parts.run(LogReader(site.parts.hub.pool, quorum=quorum).checkpoint())
        return None if found is None else found.size

    assert [served(0), served(1), served(2)] == [first + 1, first, None]
    cosigned = site.parts.run(LogReader(site.parts.hub.pool, quorum=1).checkpoint())
    assert cosigned is not None
    assert cosigned.note.endswith(line)
    proof = site.parts.run(LogReader(site.parts.hub.pool, quorum=1).proof(0))
    assert proof is not None
    assert proof.endswith(cosigned.note)


@pytest.mark.parametrize(
    ("n", "width", "text"),
    [
        (0, 256, "000"),
        (1234067, 256, "x001/x234/067"),
        (273, 112, "273.p/112"),
        (1000, 256, "x001/000"),
    ],
)
def test_address_is_spelled_as_the_specification_spells_it(n: int, width: int, text: str) -> None:
    assert address(n, width) == text
    assert read_address(text) == (n, width)


@pytest.mark.parametrize("text", ["", "1", "0000", "x000/001", "001/002", "000.p/", "000.p/999"])
def test_other_spellings_are_no_addresses(text: str) -> None:
    with pytest.raises(AddressError):
        read_address(text)
