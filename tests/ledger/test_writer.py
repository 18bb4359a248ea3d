"""The writer's process: what is handed over is stored once, and spent with its proof."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from threading import Event, Thread

import pytest
from eventsourcing.persistence import OperationalError

from hub.clock import FixedClock
from hub.ids import SystemSource
from hub.ledger import frames
from hub.ledger.commit import Committer
from hub.ledger.frames import FrameError, Gathered, Handed
from hub.ledger.handing import Handing
from hub.ledger.record import (
    Draft,
    Guard,
    JtiReusedError,
    ProofReplayedError,
    Record,
    Spend,
    StaleError,
    UnavailableError,
    standing_key,
)
from hub.ledger.writer import Writer as Loop
from hub.ledger.writer import leading, listening
from migrations.run import migrate
from tests.ledger.blocking import Blocking
from tests.ledger.made import Writer, check, made, nhs
from tests.support.ledger_rows import START_S


@pytest.fixture
def ledger_with_proofs(ledger: Writer) -> Writer:
    migrate(ledger.url)
    return ledger


@contextmanager
def at_work(ledger: Writer, path: Path) -> Iterator[Event]:
    """Let a writer's loop run in a thread over the ledger's recorder; yield what stops it."""
    stop = Event()
    with ExitStack() as open_:
        listener = open_.enter_context(listening(path))
        loop = Loop(Committer(ledger.recorder, ledger.resolver, ledger.clock), listener)
        thread = Thread(target=loop.run, args=(stop.is_set,), daemon=True)
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(20)


def handed(path: Path, *drafts: Draft) -> list[Record | BaseException]:
    """Hand drafts over as an API process does."""

    async def work() -> list[Record | BaseException]:
        handing = Handing(path)
        try:
            return await handing.store(drafts)
        finally:
            handing.close()

    return asyncio.run(work())


def proof(name: str) -> Spend:
    return Spend("dpop", name, START_S + 120)


def with_proof(jti: str, name: str, *, agency: str = "gp-c") -> Draft:
    draft = made(jti, agency=agency)
    fields = {field: getattr(draft, field) for field in Draft.__struct_fields__}
    return Draft(**{**fields, "spend": proof(name)})


def test_a_draft_crosses_the_socket_whole() -> None:
    draft = with_proof("a", "p")
    (body,) = Gathered().add(frames.encode([Handed(7, draft)]))
    assert frames.handed(body) == [Handed(7, draft)]


def test_what_is_handed_over_is_stored_in_order_and_refused_by_name(
    ledger: Writer, tmp_path: Path
) -> None:
    path = tmp_path / "w.sock"
    with at_work(ledger, path):
        first = handed(path, made("a"), made("b", named=(nhs(2),)))
        again = handed(path, made("a"), made("b", content="other", named=(nhs(2),)))
    assert [r.position for r in first if isinstance(r, Record)] == [1, 2]
    assert isinstance(again[0], Record)
    assert (again[0].position, again[0].seen) == (1, True)
    assert isinstance(again[1], JtiReusedError)
    assert check(ledger.url) == 2


def test_a_proof_is_spent_with_its_event_and_never_twice(ledger_with_proofs: Writer) -> None:
    ledger = ledger_with_proofs
    twins = ledger.put(with_proof("a", "p"), with_proof("b", "p"), with_proof("c", "q"))
    assert [type(t) for t in twins] == [Record, ProofReplayedError, Record]
    (later,) = ledger.put(with_proof("d", "q"))
    assert isinstance(later, ProofReplayedError)
    assert ledger.rows("SELECT count(*) FROM ops.once") == [(2,)]
    assert check(ledger.url) == 2


def test_a_proof_is_spent_by_what_was_seen_or_refused_as_well(ledger_with_proofs: Writer) -> None:
    ledger = ledger_with_proofs
    ledger.one(made("a"))
    (seen,) = ledger.put(with_proof("a", "p"))
    assert isinstance(seen, Record)
    assert seen.seen
    (replayed,) = ledger.put(with_proof("a", "p"))
    assert isinstance(replayed, ProofReplayedError)
    old = Guard(standing_key("gp-c"), 0)
    ledger.one(made("news", touches=(standing_key("gp-c"),)))
    draft = with_proof("b", "r")
    fields = {field: getattr(draft, field) for field in Draft.__struct_fields__}
    (stale,) = ledger.put(Draft(**{**fields, "guards": (old,)}))
    assert isinstance(stale, StaleError)
    assert ledger.rows("SELECT count(*) FROM ops.once WHERE key = 'r'") == [(1,)]


def test_an_unknown_outcome_is_never_called_a_replay(
    ledger_with_proofs: Writer, blocking: Blocking
) -> None:
    blocking.failures = [("after", OperationalError("the connection is gone"))]
    (answer,) = ledger_with_proofs.put(with_proof("a", "p"))
    assert isinstance(answer, Record)
    assert (answer.position, answer.seen) == (1, True)
    assert check(ledger_with_proofs.url) == 1


def test_a_replay_stays_one_though_the_connection_goes(
    ledger_with_proofs: Writer, blocking: Blocking
) -> None:
    ledger_with_proofs.one(with_proof("a", "p"))
    assert isinstance(ledger_with_proofs.clock, FixedClock)
    ledger_with_proofs.clock.advance(1)
    for when in ("before", "after"):
        blocking.failures = [(when, OperationalError("the connection is gone"))]
        (answer,) = ledger_with_proofs.put(with_proof("a", "p"))
        assert isinstance(answer, ProofReplayedError)
    assert check(ledger_with_proofs.url) == 1


def test_without_a_writer_a_draft_is_refused_and_nothing_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ledger.handing.PATIENCE_S", 0.1)
    (answer,) = handed(tmp_path / "none.sock", made("a"))
    assert isinstance(answer, UnavailableError)


def test_a_writer_that_dies_leaves_no_caller_waiting_and_the_next_takes_over(
    ledger: Writer, tmp_path: Path
) -> None:
    """The first writer stores and dies before it answers; the resend finds the first place."""
    path = tmp_path / "w.sock"

    async def work() -> tuple[object, object]:
        handing = Handing(path)
        # A "writer" that takes the draft and goes, as one does that is killed.
        with socket(AF_UNIX, SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()
            listener.settimeout(0)
            loop = asyncio.get_running_loop()
            asked = asyncio.create_task(handing.store([made("a")]))
            connection, _ = await loop.sock_accept(listener)
            await loop.sock_recv(connection, 65536)
            connection.close()
            (lost,) = await asked
        path.unlink()
        with at_work(ledger, path):
            (found,) = await handing.store([made("a")])
            handing.close()
        return lost, found

    lost, found = asyncio.run(work())
    assert isinstance(lost, UnavailableError)
    assert isinstance(found, Record)
    assert check(ledger.url) == 1


def test_one_leads_and_the_next_takes_over_when_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "w.sock"
    led = Event()

    def second() -> None:
        with leading(path, lambda: False, Event().wait) as leads:
            assert leads
            led.set()

    with leading(path, lambda: False, Event().wait) as leads:
        assert leads
        thread = Thread(target=second)
        thread.start()
        assert not led.wait(0.5)
    assert led.wait(5)
    thread.join()


def test_whoever_speaks_nonsense_is_cut_off_and_the_others_go_on(
    ledger: Writer, tmp_path: Path
) -> None:
    path = tmp_path / "w.sock"
    with at_work(ledger, path):
        for nonsense in (b"\x00\x00\x00\x03abc", b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\x93"):
            with socket(AF_UNIX, SOCK_STREAM) as stranger:
                stranger.settimeout(10)
                stranger.connect(str(path))
                stranger.sendall(nonsense)
                assert stranger.recv(1) == b""
        (record,) = handed(path, made("a"))
    assert isinstance(record, Record)
    with pytest.raises(FrameError):
        list(Gathered().add(b"\xff\xff\xff\xff"))


def test_a_process_that_reads_no_answers_holds_nobody_up(ledger: Writer, tmp_path: Path) -> None:
    path = tmp_path / "w.sock"
    with at_work(ledger, path), socket(AF_UNIX, SOCK_STREAM) as slow:
        slow.connect(str(path))
        nobody = (
            SystemSource().uuid()
        )  # each is refused, and so are more answers than a socket holds
        drafts = [made(f"n{n}", subject=nobody) for n in range(3_000)]
        slow.sendall(frames.encode([Handed(n, draft) for n, draft in enumerate(drafts)]))
        (record,) = handed(path, made("b", named=(nhs(2),)))
    assert isinstance(record, Record)
