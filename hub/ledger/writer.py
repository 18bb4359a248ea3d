"""The writer's process: gathers drafts from all API processes of a machine and stores them.

In: drafts over a Unix socket. Out: answers over the same, each after the commit that covers it.
Never here: a thread, a draft that is dropped without an answer to a connection that stands.

One thread does it all in turn: read what has come, store it in one transaction, answer. What
comes meanwhile waits in the sockets, and is the next batch: the busier it is, the larger they are.

Only one process writes at a time. The next stands by at the lock file, and takes over when the
kernel lets go of it, which it does however the first one ends. Two writers on two machines do no
harm: the ledger's own lock puts their batches in order.
"""

import fcntl
import selectors
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import Final

from hub.ledger import frames
from hub.ledger.append import MAX_BATCH
from hub.ledger.commit import Committer, Waiting
from hub.ledger.frames import FrameError, Told
from hub.ledger.record import Record

LOOK_S: Final = 0.2
"""How often it looks whether to stop, and, standing by, whether the lock is free."""
_RECEIVED: Final = 1024 * 1024
_WAITING: Final = 128
"""Connections that may wait to be taken."""


class _Peer:
    """One API process: what it sent, and what it is still to be told."""

    def __init__(self, connection: socket) -> None:
        connection.settimeout(0)
        self.connection = connection
        self.gathered = frames.Gathered()
        self.answers: list[Told] = []
        self.unsent = bytearray()

    def flush(self) -> bool:
        """Send what there is to be said, as far as it is taken; say whether all was."""
        if self.answers:
            self.unsent += frames.encode(self.answers)
            self.answers = []
        with suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: self.connection.send(self.unsent)]
        return not self.unsent


class _Reply:
    """Who waits for one draft, in another process."""

    __slots__ = ("_done", "_number", "_peer")

    def __init__(self, peer: _Peer, number: int) -> None:
        self._peer = peer
        self._number = number
        self._done = False

    def set_result(self, result: Record, /) -> None:
        self._told(Told(self._number, result))

    def set_exception(self, exception: BaseException | None, /) -> None:
        self._told(frames.refused(self._number, exception))

    def done(self) -> bool:
        return self._done

    def _told(self, one: Told) -> None:
        self._done = True
        self._peer.answers.append(one)


class Writer:
    """The loop over one listening socket."""

    def __init__(self, committer: Committer, listener: socket) -> None:
        self._committer = committer
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._waiting: deque[Waiting] = deque()
        self._peers: set[_Peer] = set()

    def run(self, stopped: Callable[[], bool]) -> None:
        """Write until told to stop; what has come by then is stored and answered."""
        while True:
            stop = stopped()
            self._gather(0 if self._waiting or stop else LOOK_S)
            if self._waiting:
                size = min(len(self._waiting), MAX_BATCH)
                batch = [self._waiting.popleft() for _ in range(size)]
                self._waiting.extendleft(reversed(self._committer.write(batch)))
                self._answer()
            elif stop:
                break
        for peer in list(self._peers):
            self._drop(peer)
        self._selector.close()

    def _gather(self, wait_s: float) -> None:
        for key, ready in self._selector.select(wait_s):
            if key.fileobj is self._listener:
                self._admit()
            elif ready & selectors.EVENT_READ:
                self._read(key.data)
            elif ready & selectors.EVENT_WRITE:
                self._send(key.data)

    def _admit(self) -> None:
        with suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            peer = _Peer(connection)
            self._peers.add(peer)
            self._selector.register(connection, selectors.EVENT_READ, peer)

    def _read(self, peer: _Peer) -> None:
        try:
            data = peer.connection.recv(_RECEIVED)
            if not data:
                self._drop(peer)
                return
            for body in peer.gathered.add(data):
                for one in frames.handed(body):
                    self._waiting.append(Waiting(one.draft, _Reply(peer, one.number)))
        except BlockingIOError:
            return
        except (OSError, FrameError):
            self._drop(peer)

    def _answer(self) -> None:
        for peer in [p for p in self._peers if p.answers]:
            self._send(peer)

    def _send(self, peer: _Peer) -> None:
        try:
            done = peer.flush()
        except OSError:
            self._drop(peer)
            return
        events = selectors.EVENT_READ | (0 if done else selectors.EVENT_WRITE)
        self._selector.modify(peer.connection, events, peer)

    def _drop(self, peer: _Peer) -> None:
        """Forget a process that went: what it handed over is stored all the same."""
        if peer in self._peers:
            self._peers.discard(peer)
            self._selector.unregister(peer.connection)
            peer.connection.close()


@contextmanager
def leading(
    path: Path, stopped: Callable[[], bool], pause: Callable[[float], object]
) -> Iterator[bool]:
    """Wait for the lock beside the socket and yield True holding it; False: told to stop."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_name(path.name + ".lock").open("ab") as file:
        while not stopped():
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield True
                return
            pause(LOOK_S)
        yield False


@contextmanager
def listening(path: Path) -> Iterator[socket]:
    """Yield a socket at `path`, which only this user may connect to. Its lock must be held."""
    path.unlink(missing_ok=True)
    with socket(AF_UNIX, SOCK_STREAM) as listener:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_WAITING)
        listener.settimeout(0)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)
