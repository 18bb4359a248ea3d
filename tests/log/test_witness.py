"""A witness signs a log that only grows, and nothing else, whatever is sent to it."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.ledger import merkle
from hub.ledger.checkpoint import Checkpoint, Verifier, open_note
from hub.ledger.cosigning import Cosigning
from hub.ledger.cosigning import Witness as Known
from hub.ledger.sequencer import connect
from hub.witness import ask as asking
from hub.witness.serve import create_app
from hub.witness.state import State, StateTakenError
from hub.witness.witness import Reply, Witness
from tests.log import naive
from tests.log.wire import Wire, going_round
from tests.log.world import ORIGIN, LogWorld, note_key

NOW_S = 1_790_000_000
KEY = note_key()
LEAVES = [naive.leaf(b"%d" % n) for n in range(40)]
OTHER = [naive.leaf(b"other %d" % n) for n in range(40)]


def note(size: int, leaves: list[bytes] = LEAVES) -> str:
    return KEY.note(Checkpoint(ORIGIN, size, naive.root(leaves[:size])).text)


def body(old: int, text: str, proof: list[bytes]) -> bytes:
    lines = "".join(f"{b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{lines}\n{text}".encode()


def step(old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = naive.proof(old, leaves[:new]) if old else []
    return body(old, note(new, leaves), proof)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    state = State(tmp_path / "state")
    yield Witness("w.example", b"w" * 32, [KEY.verifier.vkey], state, lambda: NOW_S)
    state.close()


def cosigned(witness: Witness, reply: Reply, size: int) -> bool:
    key = Verifier.read(witness.vkey)
    text = note(size).rpartition("\n\n")[0]
    _, (signed,) = open_note(f"{text}\n\n{reply.body}", [key])
    return signed.at_s == NOW_S


def test_growing_log_is_cosigned_step_by_step(witness: Witness) -> None:
    for old, new in ((0, 3), (3, 8), (8, 8), (8, 9), (9, 40)):
        reply = witness.add_checkpoint(step(old, new) if old < new else body(old, note(new), []))
        assert reply.status == 200
        assert cosigned(witness, reply, new)


@pytest.mark.parametrize(
    ("request_body", "status", "says"),
    [
        (step(0, 3), 409, "7\n"),
        (step(3, 8), 409, "7\n"),
        (step(7, 9, OTHER), 422, ""),
        (body(7, note(9), []), 422, ""),
        (body(7, note(9), [*naive.proof(7, LEAVES[:9]), bytes(32)]), 422, ""),
        (body(7, note(7, OTHER), []), 409, "7\n"),
        (body(7, note(7), [bytes(32)]), 422, ""),
        (body(9, note(7), []), 400, ""),
        (body(7, note_key(b"o" * 32).note(Checkpoint(ORIGIN, 9, bytes(32)).text), []), 403, ""),
        (body(7, note_key(origin="o").note(Checkpoint("o", 9, bytes(32)).text), []), 404, ""),
        (b"", 400, ""),
        (b"\xff", 400, ""),
        (b"old x\n\n" + note(9).encode(), 400, ""),
        (b"old 07\n\n" + note(9).encode(), 400, ""),
        (b"old 7\n!\n\n" + note(9).encode(), 400, ""),
        (b"old 7\nAAAA\n\n" + note(9).encode(), 400, ""),
        (body(7, note(9), [bytes(32)] * 64), 400, ""),
        (body(7, note(9).replace("\u2014", "-"), []), 400, ""),
        (body(7, note(9).rstrip("\n"), []), 400, ""),
        (body(7, note(9).replace("\n9\n", "\n9 \n"), []), 400, ""),
    ],
    ids=[
        "from nothing again",
        "from an older size",
        "another history",
        "no proof",
        "proof too long",
        "one size, another root",
        "proof of nothing",
        "shrunk",
        "another key",
        "unknown log",
        "empty",
        "not text",
        "no size",
        "size spelled twice",
        "not base64",
        "short hash",
        "too many hashes",
        "no dash",
        "no end",
        "spaced size",
    ],
)
def test_anything_else_is_refused_and_changes_nothing(
    witness: Witness, request_body: bytes, status: int, says: str
) -> None:
    assert witness.add_checkpoint(step(0, 7)).status == 200
    reply = witness.add_checkpoint(request_body)
    assert (reply.status, reply.body) == (status, says)
    assert witness.add_checkpoint(step(7, 9)).status == 200


def test_witness_that_starts_again_remembers(tmp_path: Path) -> None:
    for old, new in ((0, 5), (5, 6)):
        state = State(tmp_path)
        one = Witness("w.example", b"w" * 32, [KEY.verifier.vkey], state, lambda: NOW_S)
        assert one.add_checkpoint(step(old, new)).status == 200
        assert one.add_checkpoint(step(0, 3)).status == 409
        state.close()


def test_two_witnesses_cannot_share_a_folder(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(StateTakenError):
        State(tmp_path)
    first.close()
    State(tmp_path).close()


def test_witness_answers_over_http(witness: Witness) -> None:
    async def talk() -> list[httpx.Response]:
        wire = httpx.ASGITransport(create_app(witness))
        async with httpx.AsyncClient(transport=wire, base_url="http://w") as client:
            return [
                await client.get("/vkey"),
                await client.post("/add-checkpoint", content=step(0, 7)),
                await client.post("/add-checkpoint", content=step(0, 7)),
                await client.post("/add-checkpoint", content=b"x" * 70_000),
            ]

    answers = asyncio.run(talk())
    assert [answer.status_code for answer in answers] == [200, 200, 409, 413]
    assert answers[0].text == f"{witness.vkey}\n"
    assert answers[2].headers["content-type"].startswith("text/x.tlog.size")


def test_hub_has_its_checkpoints_cosigned_as_it_grows(log: LogWorld, witness: Witness) -> None:
    wire = Wire(witness)
    cosigning, trouble = going_round(witness, wire, [NOW_S])
    with connect(log.url) as session:
        assert cosigning.round(session) == 0
        for count in (3, 300, 1):
            log.rows(count)
            log.sequence()
            assert cosigning.round(session) == 1
        assert cosigning.round(session) == 0  # nothing new
        again, _ = going_round(witness, wire, [NOW_S])  # a hub that starts again
        assert again.round(session) == 1
    assert (wire.replies, trouble) == ([200, 200, 200, 409, 200], [])
    assert log.one("SELECT count(*) FROM ledger.tlog_cosignature") == 3
    assert log.found(witnesses=[Verifier.read(witness.vkey)], now_s=NOW_S) == set()


def test_log_that_stands_still_is_cosigned_again_after_a_while(
    log: LogWorld, witness: Witness
) -> None:
    clock = [NOW_S]
    cosigning, _ = going_round(witness, Wire(witness), clock)
    log.rows(3)
    log.sequence()
    with connect(log.url) as session:
        assert [cosigning.round(session), cosigning.round(session)] == [1, 0]
        clock[0] += 601
        assert cosigning.round(session) == 1
    assert log.one("SELECT count(*) FROM ledger.tlog_cosignature") == 1


def test_silent_witness_holds_nothing_up_and_is_told_of_after_an_hour(
    log: LogWorld, witness: Witness
) -> None:
    clock, wire = [NOW_S], Wire(witness)
    cosigning, trouble = going_round(witness, wire, clock)
    wire.cut = True
    log.rows(3)
    log.sequence()
    with connect(log.url) as session:
        assert cosigning.round(session) == 0
        assert trouble == [("w.example", "OSError")]
        clock[0] += 3_601
        cosigning.round(session)
        assert ("w.example", "stale") in trouble
        wire.cut = False
        assert cosigning.round(session) == 1


def test_log_that_was_rolled_back_is_told_of_by_its_witness(
    log: LogWorld, witness: Witness
) -> None:
    cosigning, trouble = going_round(witness, Wire(witness), [NOW_S])
    log.rows(9)
    log.sequence()
    with connect(log.url) as session:
        assert cosigning.round(session) == 1
        log.connection.execute(
            "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE;"
            "DELETE FROM ledger.header WHERE position > 4;"
            "DELETE FROM ledger.events WHERE notification_id > 4"
        )
        log.anchor_path.unlink()  # whoever rolls back takes care of what is at hand
        log.sequence()
        assert cosigning.round(session) == 0
        again, trouble_too = going_round(witness, Wire(witness), [NOW_S])
        assert again.round(session) == 0
    assert trouble == trouble_too == [("w.example", "WitnessAheadError")]


def test_log_that_was_rewritten_is_refused_by_its_witness(log: LogWorld, witness: Witness) -> None:
    cosigning, trouble = going_round(witness, Wire(witness), [NOW_S])
    log.rows(9)
    log.sequence()
    with connect(log.url) as session:
        assert cosigning.round(session) == 1
        log.connection.execute(
            "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE;"
            "UPDATE ledger.events SET state = sha256(state) WHERE notification_id = 4"
        )
        log.anchor_path.unlink()
        log.rows(2)
        log.sequence()
        assert cosigning.round(session) == 0
    assert trouble == [("w.example", "NoteError")]


def test_answer_that_is_not_the_witnesss_signature_is_not_kept(
    log: LogWorld, witness: Witness, tmp_path: Path
) -> None:
    state = State(tmp_path / "impostor")
    impostor = Witness("w.example", b"i" * 32, [KEY.verifier.vkey], state, lambda: NOW_S)
    trouble: list[tuple[str, str]] = []
    cosigning = Cosigning(
        [Known("http://w", Verifier.read(witness.vkey))],
        Wire(impostor),
        now_s=lambda: NOW_S,
        on_trouble=lambda *told: trouble.append(told),
    )
    log.rows(1)
    log.sequence()
    with connect(log.url) as session:
        assert cosigning.round(session) == 0
    assert trouble == [("w.example", "NoteError")]
    assert log.one("SELECT count(*) FROM ledger.tlog_cosignature") == 0
    state.close()


def test_asking_sends_the_body_and_a_dead_wire_is_an_os_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) > 1:
            raise httpx.ConnectError("down")
        return httpx.Response(200, text="\u2014 w AAAA\n")

    client = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "post", client.post)
    assert asking.ask("http://w.example/", "old 0\n\n") == (200, "\u2014 w AAAA\n")
    assert (str(seen[0].url), seen[0].content) == ("http://w.example/add-checkpoint", b"old 0\n\n")
    with pytest.raises(OSError, match="ConnectError"):
        asking.ask("http://w.example", "")


def test_witness_and_hub_hash_alike() -> None:
    assert naive.root([]) == merkle.EMPTY_ROOT
