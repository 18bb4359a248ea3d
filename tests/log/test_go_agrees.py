"""The log as Go's checksum database reads it: another implementation, byte for byte."""

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hub.ledger import merkle
from hub.ledger.checkpoint import Checkpoint, NoteError, Verifier, open_checkpoint, open_note
from hub.ledger.leaf import unpack
from hub.ledger.merkle import WIDTH, consistency, inclusion, range_hash
from tests.log.world import LogWorld, note_key

ORACLE = Path(__file__).parent / "oracle" / "main.go"
GOPATH = Path("/usr/share/gocode")
SIZES = (1, 2, 3, 7, 255, 256, 257, 300, 511, 513, 1_000)
GO_NAME = "go.example/log"
GO_SEED = bytes(range(32))

pytestmark = pytest.mark.heavy


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the oracle, built. Debian has what it needs: `make go-oracle`."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src" / "golang.org" / "x" / "mod").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the second implementation is required here: make go-oracle")
        pytest.skip("no Go, or no golang.org/x/mod: make go-oracle")
    built = tmp_path_factory.mktemp("oracle") / "oracle"
    environment = {
        **os.environ,
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOCACHE": str(built.parent / "cache"),
    }
    subprocess.run([go, "build", "-o", built, ORACLE], env=environment, check=True)
    return built


def asked(oracle: Path, folder: Path, **said: object) -> dict[str, Any]:
    """Ask the oracle and return its answer."""
    question = folder / "question.json"
    skey = _skey(GO_NAME, GO_SEED)
    nothing = ("checkpoints", "entries", "tiles", "inclusion", "consistency", "notes")
    question.write_text(
        json.dumps({**{k: [] for k in nothing}, "skey": skey, **said}), encoding="utf-8"
    )
    done = subprocess.run([oracle, question], check=True, capture_output=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_go_builds_the_same_tree_tiles_and_proofs(
    oracle: Path, log: LogWorld, tmp_path: Path
) -> None:
    for old, size in zip((0, *SIZES), SIZES, strict=False):
        log.answers("agency-b", 1)
        if size - old > 1:
            log.rows(size - old - 1)
        log.sequence()
    tiles = _tiles(log)
    answer = asked(
        oracle,
        tmp_path,
        vkey=log.key.verifier.vkey,
        checkpoints=_column(log, "SELECT note FROM ledger.tlog_checkpoint ORDER BY size"),
        entries=[
            b64(entry)
            for data in _column(log, "SELECT data FROM ledger.tlog_bundle ORDER BY n")
            for entry in unpack(bytes(data))
        ],
        tiles=[
            {"level": level, "n": n, "width": width, "data": b64(data[: 32 * width])}
            for (level, n), data in tiles.items()
            for width in {1, len(data) // 64, len(data) // 32} - {0}
        ],
        inclusion=[
            {
                "old": i,
                "size": size,
                "proof": [b64(range_hash(tiles, r)) for r in inclusion(i, size)],
            }
            for size in SIZES
            for i in {0, size // 3, size // 2, size - 1}
        ],
        consistency=[
            {"old": m, "size": n, "proof": [b64(range_hash(tiles, r)) for r in consistency(m, n)]}
            for n in SIZES
            for m in SIZES
            if m < n
        ],
    )
    assert answer["failed"] == []
    assert answer["checked"]["checkpoint"] == len(SIZES)
    assert answer["checked"]["consistency checked"] == len(SIZES) * (len(SIZES) - 1) // 2
    assert answer["checked"]["inclusion checked"] >= 30
    assert answer["checked"]["tile"] >= 10


def test_note_that_go_signs_opens_here(oracle: Path, tmp_path: Path) -> None:
    answer = asked(oracle, tmp_path, vkey=note_key().verifier.vkey)
    verifier = note_key(GO_SEED, GO_NAME).verifier
    found = open_checkpoint(answer["note"], verifier)
    assert found == Checkpoint(GO_NAME, 0, merkle.EMPTY_ROOT)
    assert Verifier.read(verifier.vkey) == verifier


def test_go_and_the_hub_accept_the_same_notes(oracle: Path, tmp_path: Path) -> None:
    key = note_key()
    notes = sorted(set(_spoilt(key.note(Checkpoint(key.verifier.name, 7, bytes(32)).text))))
    answer = asked(oracle, tmp_path, vkey=key.verifier.vkey, notes=notes)
    differing = [
        note for note, go in zip(notes, answer["accepted"], strict=True) if go != _opens(note, key)
    ]
    assert differing == []
    assert 5 < sum(answer["accepted"]) < len(notes) - 1_000


def _opens(note: str, key: Any) -> bool:  # noqa: ANN401 - NoteKey
    try:
        open_note(note, [key.verifier])
    except NoteError:
        return False
    return True


def _spoilt(note: str) -> list[str]:
    """Return the note with characters changed, dropped, doubled, and lines moved about."""
    draw = random.Random(7)  # noqa: S311 - the same cases every time
    found = [note]
    extra = "\n \t\r+=-A\u2014\u00a0\u2028\x00\x1f\x7f"
    for at in range(len(note)):
        found.append(note[:at] + note[at + 1 :])
        found.append(note[:at] + note[at] * 2 + note[at + 1 :])
        found += [note[:at] + draw.choice(extra) + note[at + here :] for here in (0, 1, 0, 1)]
    lines = note.split("\n")
    for _ in range(400):
        some = lines[:]
        draw.shuffle(some)
        found.append("\n".join(some))
        found.append("\n".join(draw.choices(lines, k=draw.randint(1, 9))))
    signature = note.rpartition("\n\n")[2]
    found += [note + signature, note + signature * 99, note + signature * 100]
    found += [note + "\u2014 other AAAAAAAA\n" * n for n in (1, 2, 99, 100)]
    found += [note + line for line in ("\u2014 other AAAAAA==\n", "\u2014  AAAAAAAA\n", "x\n")]
    return found


def _skey(name: str, seed: bytes) -> str:
    """Return a signing key as Go reads it."""
    verifier = note_key(seed, name).verifier
    return f"PRIVATE+KEY+{name}+{verifier.key_id.hex()}+{b64(bytes([1]) + seed)}"


def _tiles(log: LogWorld) -> dict[merkle.Tile, bytes]:
    rows = log.connection.execute("SELECT level, n, data FROM ledger.tlog_tile").fetchall()
    tiles = {(row[0], row[1]): bytes(row[2]) for row in rows}
    assert hashlib.sha256(tiles[0, 0]).digest() != tiles[1, 0][:32]  # a tree, not a list
    assert all(len(data) <= WIDTH * 32 for data in tiles.values())
    return tiles


def _column(log: LogWorld, query: str) -> list[Any]:
    return [row[0] for row in log.connection.execute(query.encode()).fetchall()]
