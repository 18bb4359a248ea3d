"""The bench's processes: what one of them says is heard whole."""

from pathlib import Path

import pytest

from hub.bench.processes import together
from tests.support.long_line import NUMBERS


def test_a_line_longer_than_a_pipe_is_heard_whole_where_output_is_not_buffered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers often ask for it; a write that was interrupted in its midst then lost the rest."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    heard = together("tests.support.long_line", [{"last": False}, {"last": True}], folder=tmp_path)
    assert [said["numbers"] for said in heard] == [NUMBERS, NUMBERS]
