"""These tests build the hub's parts over databases and keys of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.parts import Enrolled, Parts, enrolled, fresh_hub, opened, parts

__all__ = ["enrolled", "fresh_hub", "own", "parts"]


@pytest.fixture
def own(enrolled: Enrolled, fresh_hub: str, tmp_path: Path) -> Iterator[Parts]:
    """Yield a hub with master keys of its own, to be changed."""
    folder = tmp_path / "keys" / "vault"
    folder.mkdir(parents=True, mode=0o700)
    for file in enrolled.keys_dir.glob("*.bin"):
        (tmp_path / "keys" / file.name).write_bytes(file.read_bytes())
    for file in (enrolled.keys_dir / "vault").glob("*.bin"):
        (folder / file.name).write_bytes(file.read_bytes())
    with opened(fresh_hub, tmp_path / "keys") as parts:
        yield parts
