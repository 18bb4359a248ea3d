"""The vault's two sockets on this machine: one for the API, one for operators.

In: messages. Out: messages. Never here: a network, what an answer is (vault), a message in a log.

A thread for each connection: the API keeps a few open, and waits for each answer.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from io import BufferedIOBase
from pathlib import Path
from socket import AF_UNIX, SHUT_RDWR, SOCK_STREAM, socket
from threading import Event, Thread
from typing import Any, Final

import msgspec

from hub.telemetry import Log, say
from hub.vault import wire
from hub.vault.check import Check
from hub.vault.vault import Vault
from hub.vault.wire import Question

SWEEP_S: Final = 10.0
WAITING: Final = 128
"""Connections that may wait to be taken."""
OPERATOR: Final = ".operator"
"""What the operators' socket is called, after the API's."""


class VaultTakenError(Exception):
    """Another vault listens there."""


class _Session:
    """One connection: what it may ask, and the check it is in the middle of."""

    def __init__(self, vault: Vault, allowed: Any) -> None:  # noqa: ANN401 - a union of messages
        self._vault = vault
        self._decoder = msgspec.msgpack.Decoder(allowed)
        self._check: Check | None = None

    def reply(self, body: bytes) -> bytes:
        """Return the answer to one message."""
        try:
            return wire.success(self._answer(self._decoder.decode(body)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker gets nothing
            say(Log.VAULT_REFUSED, error=type(error).__name__)
            return wire.failure(error)

    def _answer(self, asked: Question) -> object:
        vault = self._vault
        if isinstance(asked, wire.VerifyBegin):
            self._check = Check(vault, asked.jwk, asked.dis)
            return self._check.unsaid
        if isinstance(asked, wire.VerifyRows):
            return None if self._check is None else self._check.rows(asked.positions)
        return _ANSWERS[type(asked)](vault, asked)


_ANSWERS: Final[dict[type, Callable[[Vault, Any], object]]] = {
    wire.Blind: lambda vault, asked: vault.blind(asked.named),
    wire.SealMany: lambda vault, asked: vault.seal(asked.jobs),
    wire.Build: lambda vault, asked: vault.build(asked.chunks, asked.holes),
    wire.Release: lambda vault, asked: vault.release(asked.handle, asked.dis),
    wire.Again: lambda vault, asked: vault.again(asked.dis, asked.request, asked.envelope),
    wire.Governance: lambda vault, asked: vault.governance(asked.positions),
    wire.Audit: lambda vault, asked: vault.audit(asked.positions, asked.dis),
    wire.Count: lambda vault, asked: vault.count(asked.positions),
    wire.Rekey: lambda vault, asked: vault.rekey(destroy_old=asked.destroy_old, dis=asked.dis),
    wire.Destroy: lambda vault, asked: vault.destroy(asked.subject),
    wire.Ping: lambda _vault, _asked: None,
}


def _accept(listener: socket, session: Callable[[], _Session]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # it was closed
        Thread(target=_talk, args=(connection, session()), daemon=True).start()


def _talk(connection: socket, session: _Session) -> None:
    """Answer messages until the other side goes away."""
    with suppress(OSError), connection, connection.makefile("rb") as stream:
        while (body := _read(stream)) is not None:
            connection.sendall(session.reply(body))


def _read(stream: BufferedIOBase) -> bytes | None:
    head = stream.read(wire.LENGTH)
    if len(head) < wire.LENGTH:
        return None
    (length,) = struct.unpack(">I", head)
    body = stream.read(length) if length <= wire.MOST else b""
    return body if len(body) == length else None


class Listening:
    """The two sockets, while it is open."""

    def __init__(self, vault: Vault, path: Path) -> None:
        """Listen.

        Raises:
            VaultTakenError: another vault does.
        """
        self._listeners = [
            _listen(path, 0o660, lambda: _Session(vault, wire.Open)),
            _listen(operators(path), 0o600, lambda: _Session(vault, wire.Operator)),
        ]

    def close(self) -> None:
        """Stop listening."""
        for listener in self._listeners:
            path = Path(listener.getsockname())
            listener.shutdown(SHUT_RDWR)
            listener.close()
            path.unlink(missing_ok=True)


def serve(vault: Vault, path: Path, stop: Event) -> None:
    """Serve until told to stop.

    Raises:
        VaultTakenError: another vault listens there.
    """
    listening = Listening(vault, path)
    try:
        while not stop.wait(SWEEP_S):
            try:
                vault.sweep()
            except Exception as failure:  # noqa: BLE001 - the store may be away; it comes back
                say(Log.STORE_UNAVAILABLE, error=type(failure).__name__)
    finally:
        listening.close()


def operators(path: Path) -> Path:
    """Return where operators ask."""
    return path.with_name(path.name + OPERATOR)


def _listen(path: Path, mode: int, session: Callable[[], _Session]) -> socket:
    if _alive(path):
        raise VaultTakenError("another vault listens there")
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    listener = socket(AF_UNIX, SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(mode)
    listener.listen(WAITING)
    Thread(target=_accept, args=(listener, session), daemon=True).start()
    return listener


def _alive(path: Path) -> bool:
    with socket(AF_UNIX, SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
