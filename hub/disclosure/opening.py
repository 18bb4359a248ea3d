"""What the desk asks of the vault: an answer with holes, filled where nobody else can see it.

In: a decided answer. Out: its bytes around the holes, and what belongs in each.
Never here: a payload. The desk decides on facts, says which fields go where, and gets the digest of
the whole; it gets the whole only once an entry with that digest is on record.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

from hub.ledger.frontdoor import canonical

# No text of an answer holds NUL: intake refuses it, and the hub writes none.
_HOLE = re.compile(rb'"\\u0000(\d+)"')


class Fields(Struct, frozen=True, tag="fields"):
    """A hole for the fields of one item: `may` is a mask of what the asker may be shown of it."""

    position: int
    may: int
    cleared: bool


class Wishes(Struct, frozen=True, tag="wishes"):
    """A hole for what the person wants: the first of these that says it, or null."""

    items: tuple[Fields, ...]
    heads: tuple[dict[str, Any], ...]
    """What the answer says of each beside the wish itself."""


class Missing(Struct, frozen=True, tag="missing"):
    """A hole for the fields of an item that are left out, each with why: `exempt` by category."""

    position: int
    may: int
    cleared: bool
    exempt: dict[str, dict[str, str]]


Hole: TypeAlias = Fields | Wishes | Missing


class Built(Struct, frozen=True):
    """What the vault tells of an answer it has built: its digest, never a byte of it.

    `told` is the position from which a wish is told. `erased`: somebody in it has no key any more;
    then nothing was built.
    """

    handle: bytes
    body_digest: str
    told: int | None = None
    erased: bool = False


class Form:
    """An answer in the making: puts holes into it, and cuts it at them."""

    def __init__(self) -> None:
        self._holes: list[Hole] = []

    def hole(self, what: Hole) -> str:
        """Return what to put in an answer where the vault is to fill something in."""
        self._holes.append(what)
        return f"\x00{len(self._holes) - 1}"

    def cut(self, content: Any) -> tuple[list[bytes], list[Hole]]:  # noqa: ANN401 - JSON
        """Return an answer's bytes between its holes, and the holes in their order."""
        pieces = _HOLE.split(canonical(content))
        return pieces[::2], [self._holes[int(n)] for n in pieces[1::2]]


class Opener(Protocol):
    """The vault, as the desk sees it."""

    async def blind(self, named: Sequence[tuple[str, str]]) -> list[bytes]:
        """Return what stands for each identifier (kind, value) in the index."""
        ...

    async def build(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> Built:
        """Fill an answer's holes and keep it, for a minute at most.

        Raises:
            UnavailableError: the vault does not answer.
            SealError: an item was altered at rest.
        """
        ...

    async def release(self, handle: bytes, dis: UUID) -> bytes:
        """Return an answer that was built: its record is committed, fits it, and was not used yet.

        Raises:
            VaultRefusedError: it is not so; nothing is released.
            UnavailableError: the vault does not answer, and what it built is gone.
        """
        ...

    async def count(self, positions: Sequence[int]) -> dict[str, dict[str, dict[str, int]]]:
        """Return how many events say what: by type, measure and code. For the dashboard alone."""
        ...

    async def keep(self, key_id: UUID, body: bytes, partner: str, request: UUID) -> bytes | None:
        """Seal an answer under its subject's key, to be given again; None: there is no such key."""
        ...

    async def again(self, dis: UUID, request: UUID, envelope: bytes) -> bytes:
        """Open an answer that was kept, for the partner that its record names.

        Raises:
            SubjectErasedError: the subject's key was destroyed.
            VaultRefusedError: no committed record has this answer.
        """
        ...
