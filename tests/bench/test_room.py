"""What does not fit on the disk is refused before a row is written, and said in figures."""

from pathlib import Path

import pytest

from hub.bench.processes import BenchError
from hub.bench.room import check_room


def test_a_ledger_larger_than_any_disk_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"10,000,000,000,000 events .* 60,000,004 GB .* are free"):
        check_room(tmp_path, events=10**13, answers=0)
    with pytest.raises(BenchError, match=r"10,000,000,000,000 answers need 80,000,004 GB"):
        check_room(tmp_path, events=0, answers=10**13)
