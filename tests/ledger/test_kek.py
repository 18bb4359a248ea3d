"""Master keys in files: drawn once, readable by one user, bound to what they wrap."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hub.ids import SeededSource, SystemSource
from hub.ledger.kek import FileKeys, KekError
from hub.ledger.keyfile import KeyFileError, file_key

ROOT = Path(__file__).parents[2]
DRAW = (
    "import sys; from pathlib import Path; from hub.ids import SystemSource;"
    "from hub.ledger.keyfile import file_key;"
    "sys.stdout.write(file_key(Path(sys.argv[1]), SystemSource()).hex())"
)


def test_a_key_is_drawn_once_and_kept(tmp_path: Path) -> None:
    first = file_key(tmp_path / "kek.bin", SystemSource())
    assert len(first) == 32
    assert file_key(tmp_path / "kek.bin", SystemSource()) == first


def test_only_the_hubs_user_may_read_folder_and_files(tmp_path: Path) -> None:
    FileKeys.open(tmp_path / "keys", SystemSource())
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = {f.name: stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "keys").iterdir()}
    assert files == {"kek.bin": 0o600, "index.bin": 0o600}


def test_threads_that_start_together_end_up_with_one_key(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def draw(_: int) -> bytes:
        barrier.wait()
        return file_key(tmp_path / "kek.bin", SystemSource())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(draw, range(8)))) == 1
    assert [f.name for f in tmp_path.iterdir()] == ["kek.bin"]


def test_processes_that_start_together_end_up_with_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DRAW, str(tmp_path / "kek.bin")]
    starting = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]
    assert len({process.communicate()[0] for process in starting}) == 1
    assert {process.returncode for process in starting} == {0}


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_file_of_another_length_is_refused(tmp_path: Path, length: int) -> None:
    (tmp_path / "kek.bin").write_bytes(b"k" * length)
    with pytest.raises(KeyFileError, match="wrong length"):
        file_key(tmp_path / "kek.bin", SystemSource())


def test_a_wrapped_key_opens_under_its_own_id_only() -> None:
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource())
    wrapped = keys.wrap(b"a" * 16, b"s" * 32)
    assert keys.unwrap(b"a" * 16, wrapped, 1) == b"s" * 32
    with pytest.raises(KekError):
        keys.unwrap(b"b" * 16, wrapped, 1)


def test_a_wrapped_key_opens_under_its_own_master_key_only() -> None:
    wrapped = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource()).wrap(b"a" * 16, b"s" * 32)
    with pytest.raises(KekError):
        FileKeys({1: b"l" * 32}, b"i" * 32, SystemSource()).unwrap(b"a" * 16, wrapped, 1)


@pytest.mark.parametrize("length", [0, 11, 12, 30])
def test_a_cut_wrapped_key_does_not_open(length: int) -> None:
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource())
    with pytest.raises(KekError):
        keys.unwrap(b"a" * 16, keys.wrap(b"a" * 16, b"s" * 32)[:length], 1)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_an_altered_wrapped_key_does_not_open(place: int) -> None:
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource())
    wrapped = bytearray(keys.wrap(b"a" * 16, b"s" * 32))
    wrapped[place] ^= 1
    with pytest.raises(KekError):
        keys.unwrap(b"a" * 16, bytes(wrapped), 1)


def test_no_two_wraps_share_a_nonce() -> None:
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SeededSource("wraps"))
    assert len({keys.wrap(b"a" * 16, b"s" * 32)[:12] for _ in range(100)}) == 100


def test_a_blinded_identifier_depends_on_key_kind_and_value() -> None:
    source = SystemSource()
    one, other = (
        FileKeys({1: b"k" * 32}, b"i" * 32, source),
        FileKeys({1: b"k" * 32}, b"j" * 32, source),
    )
    blinds = {
        one.blind("nhs_number", "9990000018"),
        one.blind("gmc_number", "9990000018"),
        one.blind("nhs_number", "9990000026"),
        other.blind("nhs_number", "9990000018"),
    }
    assert len(blinds) == 4
    assert one.blind("nhs_number", "9990000018") in blinds
    assert {len(b) for b in blinds} == {32}


def test_a_new_master_key_wraps_and_the_old_one_still_unwraps(tmp_path: Path) -> None:
    keys = FileKeys.open(tmp_path / "keys", SystemSource())
    old = keys.wrap(b"a" * 16, b"s" * 32)
    assert (keys.rotate(), keys.version, keys.versions) == (2, 2, (1, 2))
    new = keys.wrap(b"a" * 16, b"s" * 32)
    assert keys.unwrap(b"a" * 16, old, 1) == keys.unwrap(b"a" * 16, new, 2) == b"s" * 32
    with pytest.raises(KekError):
        keys.unwrap(b"a" * 16, new, 1)
    again = FileKeys.open(tmp_path / "keys", SystemSource())
    assert (again.versions, again.unwrap(b"a" * 16, new, 2)) == ((1, 2), b"s" * 32)


def test_a_destroyed_master_key_is_gone_and_the_newest_cannot_be_destroyed(tmp_path: Path) -> None:
    keys = FileKeys.open(tmp_path / "keys", SystemSource())
    wrapped = keys.wrap(b"a" * 16, b"s" * 32)
    with pytest.raises(KekError):
        keys.destroy(1)
    keys.rotate()
    keys.destroy(1)
    assert not (tmp_path / "keys" / "kek.bin").exists()
    for held in (keys, FileKeys.open(tmp_path / "keys", SystemSource())):
        assert held.versions == (2,)
        with pytest.raises(KekError, match="gone"):
            held.unwrap(b"a" * 16, wrapped, 1)
    with pytest.raises(KekError):
        keys.destroy(1)


def test_keys_without_a_folder_stay_as_they_are() -> None:
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource())
    with pytest.raises(KekError):
        keys.rotate()
