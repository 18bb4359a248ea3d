"""What the ledger's writer asks of whoever holds the keys: blind identifiers, seal tokens.

In: nothing. Out: the shapes of question and answer, and the protocol between them.
Never here: a key. The writer holds none; it cannot open what it wrote.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

Refused: TypeAlias = Literal["", "unknown", "erased", "unreadable"]


class SealJob(Struct, frozen=True, array_like=True):
    """One token to seal under its subject's key; `new` where the subject has none yet."""

    key_id: UUID
    token: bytes
    agency: str
    jti: UUID
    kind: str
    new: bool = False


class Seal(Struct, frozen=True, array_like=True):
    """A sealed token, with the new key in which it is sealed, wrapped, where there is one.

    `refused` says why there is no envelope: no such key, a key destroyed, one that does not open.
    """

    envelope: bytes = b""
    commitment: bytes = b""
    wrapped: bytes | None = None
    kek_version: int = 0
    refused: Refused = ""


class Seals(Protocol):
    """Whoever holds the keys, as the writer sees it."""

    def blind(self, named: Sequence[tuple[str, str]]) -> list[bytes]:
        """Return what stands for each identifier (kind, value) in the index.

        Raises:
            UnavailableError: the vault does not answer.
        """
        ...

    def seal(self, jobs: Sequence[SealJob]) -> list[Seal]:
        """Seal a batch, each for itself.

        Raises:
            UnavailableError: the vault does not answer.
        """
        ...
