"""Asks the vault, from another process: for the writer's thread, for the event loop, for operators.

In: the vault's socket. Out: its answers. Never here: a key, a plaintext that is kept.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from threading import Lock
from typing import Any, Final
from uuid import UUID

from hub.audit.faults import Faults
from hub.disclosure.opening import Built, Hole
from hub.ledger.record import LedgerError, UnavailableError
from hub.ledger.seals import Seal, SealJob
from hub.vault import wire
from hub.vault.wire import ANSWER, Checked, Rekeyed

WAIT_S: Final = 30.0
CHECKED_AT_ONCE: Final = 200
AWAY: Final = "the vault does not answer: is `hub vault` running?"


class Asking:
    """A connection to the vault, for one thread at a time; made again where it broke."""

    def __init__(self, path: Path, *, wait_s: float | None = WAIT_S) -> None:
        self._path = path
        self._wait_s = wait_s
        self._socket: socket | None = None
        self._lock = Lock()

    def ask(self, asked: object, kind: Any) -> Any:  # noqa: ANN401 - any of the answers' types
        """Return the vault's answer.

        Raises:
            UnavailableError: it does not answer.
        """
        frame = wire.encode(asked)
        with self._lock:
            body = self._once(frame) if self._socket else None
            # A connection that was left over may be to a vault that has gone: once more, anew.
            body = body or self._once(frame)
        if body is None:
            raise UnavailableError(AWAY)
        return wire.answer(body, kind)

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._drop()

    def _once(self, frame: bytes) -> bytes | None:
        try:
            if self._socket is None:
                self._socket = socket(AF_UNIX, SOCK_STREAM)
                self._socket.settimeout(self._wait_s)
                self._socket.connect(str(self._path))
            self._socket.sendall(frame)
            return self._read(int.from_bytes(self._read(wire.LENGTH), "big"))
        except OSError:
            self._drop()
            return None

    def _read(self, length: int) -> bytes:
        if self._socket is None:
            raise ConnectionResetError
        pieces = bytearray()
        while len(pieces) < length:
            piece = self._socket.recv(length - len(pieces))
            if not piece:
                raise ConnectionResetError
            pieces += piece
        return bytes(pieces)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class SealingClient:
    """The vault as the ledger's writer and the directory ask it."""

    def __init__(self, path: Path) -> None:
        self._asking = Asking(path)

    def blind(self, named: Sequence[tuple[str, str]]) -> list[bytes]:
        """Return what stands for each identifier (kind, value) in the index."""
        found: list[bytes] = self._asking.ask(wire.Blind(list(named)), list[bytes])
        return found

    def seal(self, jobs: Sequence[SealJob]) -> list[Seal]:
        """Seal a batch, each for itself."""
        sealed: list[Seal] = self._asking.ask(wire.SealMany(list(jobs)), list[Seal])
        return sealed

    def governance(self, positions: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return the tokens of events about keys and agencies."""
        asked = wire.Governance(list(positions))
        opened: list[tuple[int, bytes]] = self._asking.ask(asked, list[tuple[int, bytes]])
        return opened

    def close(self) -> None:
        """Let go of the connection."""
        self._asking.close()


class OpeningClient:
    """The vault as the desk asks it, on an event loop; each question has its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def blind(self, named: Sequence[tuple[str, str]]) -> list[bytes]:
        """Return what stands for each identifier (kind, value) in the index."""
        found: list[bytes] = await self._ask(wire.Blind(list(named)), list[bytes])
        return found

    async def build(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> Built:
        """Have an answer built and kept."""
        built: Built = await self._ask(wire.Build(list(chunks), list(holes)), Built)
        return built

    async def release(self, handle: bytes, dis: UUID) -> bytes:
        """Return a built answer, for its committed record."""
        body: bytes = await self._ask(wire.Release(handle, dis), bytes)
        return body

    async def count(self, positions: Sequence[int]) -> dict[str, dict[str, dict[str, int]]]:
        """Return how many events say what: by type, measure and code."""
        counted: dict[str, dict[str, dict[str, int]]] = await self._ask(
            wire.Count(list(positions)), dict[str, dict[str, dict[str, int]]]
        )
        return counted

    async def keep(self, key_id: UUID, body: bytes, partner: str, request: UUID) -> bytes | None:
        """Seal an answer under its subject's key; None: there is no such key."""
        job = SealJob(key_id, body, partner, request, ANSWER)
        ((seal),) = await self._ask(wire.SealMany([job]), list[Seal])
        return None if seal.refused else seal.envelope

    async def again(self, dis: UUID, request: UUID, envelope: bytes) -> bytes:
        """Open an answer that was kept."""
        body: bytes = await self._ask(wire.Again(dis, request, envelope), bytes)
        return body

    async def ping(self) -> None:
        """Ask nothing, to know that it answers."""
        await self._ask(wire.Ping(), None)

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            _, writer = self._idle.pop()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _ask(self, asked: object, kind: Any) -> Any:  # noqa: ANN401 - any of the answers' types
        frame = wire.encode(asked)
        body = await self._once(frame) if self._idle else None
        body = body or await self._once(frame, fresh=True)
        if body is None:
            raise UnavailableError(AWAY)
        return wire.answer(body, kind)

    async def _once(self, frame: bytes, *, fresh: bool = False) -> bytes | None:
        pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            if self._idle and not fresh:
                pair = self._idle.pop()
            else:
                pair = await asyncio.open_unix_connection(str(self._path))
            reader, writer = pair
            writer.write(frame)
            async with asyncio.timeout(WAIT_S):
                length = int.from_bytes(await reader.readexactly(wire.LENGTH), "big")
                body = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            if pair is not None:
                pair[1].close()
            return None
        except BaseException:
            # Given up by its caller, in the middle: whatever comes on it now is nobody's.
            if pair is not None:
                pair[1].close()
            raise
        self._idle.append(pair)
        return body


class Checking:
    """`hub verify`'s way to have what is sealed checked: rows in order, some at a time."""

    def __init__(self, path: Path, jwk: dict[str, Any], dis: UUID | None) -> None:
        """Begin, as the hub's event `dis` says; None where it could not be put on record.

        Raises:
            UnavailableError: the vault does not answer.
            VaultRefusedError: no committed, unused event of the hub says so.
        """
        self._asking = Asking(path, wait_s=None)
        try:
            self._unsaid: list[str] = self._asking.ask(wire.VerifyBegin(jwk, dis), list[str])
        except LedgerError:
            self._asking.close()
            raise
        if dis is None:
            self._unsaid.append("this very check could not be put on record")
        self._waiting: list[int] = []
        self.opened = self.erased = self.held_to_less = 0

    def check(self, row: Any, faults: Faults) -> None:  # noqa: ANN401 - a DictRow
        """Check one row, now or with the next ones."""
        self._say(faults)
        self._waiting.append(row["position"])
        if len(self._waiting) >= CHECKED_AT_ONCE:
            self._settle(faults)

    def finish(self, faults: Faults) -> None:
        """Check what is left, and let go of the connection."""
        self._say(faults)
        if self._waiting:
            self._settle(faults)
        self._asking.close()

    def _say(self, faults: Faults) -> None:
        """Tell of openings first: of the faults of a ruined ledger only the first are kept."""
        while self._unsaid:
            faults.add("opened", 0, self._unsaid.pop(0))

    def _settle(self, faults: Faults) -> None:
        found: Checked = self._asking.ask(wire.VerifyRows(self._waiting), Checked)
        self._waiting = []
        self.opened, self.erased = found.opened, found.erased
        self.held_to_less = found.held_to_less
        for check, at, what in found.faults:
            faults.add(check, at, what)


class Operating:
    """The vault as operators ask it."""

    def __init__(self, path: Path) -> None:
        self._asking = Asking(path, wait_s=None)

    def rekey(self, *, destroy_old: bool, dis: UUID) -> Rekeyed:
        """Change the master key, as the hub's event `dis` says."""
        done: Rekeyed = self._asking.ask(wire.Rekey(destroy_old, dis), Rekeyed)
        return done

    def audit(self, positions: Sequence[int], dis: UUID) -> dict[int, tuple[bytes, bytes]]:
        """Return rows' tokens and blinding bytes, by position, as the hub's event `dis` says."""
        opened: dict[int, tuple[bytes, bytes]] = self._asking.ask(
            wire.Audit(list(positions), dis), dict[int, tuple[bytes, bytes]]
        )
        return opened

    def destroy(self, subject: UUID) -> bool:
        """Destroy a subject's key, as the ledger says; return whether it was."""
        done: bool = self._asking.ask(wire.Destroy(subject), bool)
        return done

    def close(self) -> None:
        """Let go of the connection."""
        self._asking.close()
