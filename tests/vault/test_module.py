"""The master keys in a hardware module, as SoftHSM plays one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from hub.clock import FixedClock
from hub.ids import SystemSource
from hub.ledger.kek import KekError, KeyProvider
from hub.preparing import prepare
from hub.settings import Settings
from hub.vault.parts import master_keys
from tests.disclosure.scene import ADVOCATE, consented
from tests.intake.world import NOW
from tests.support.parts import enrol_cast, opened
from tests.support.postgres import Postgres

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246810"
ID, OTHER, KEY = b"a" * 16, b"b" * 16, b"s" * 32

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Yield the settings of a vault whose keys are in a token. Debian has it: `make softhsm`."""
    tool = shutil.which("softhsm2-util")
    if tool is None or not MODULE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("SoftHSM is required here: make softhsm")
        pytest.skip("no SoftHSM: make softhsm")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "pin").write_text(PIN + "\n", "utf-8")
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n", "utf-8")
    # The library reads it once, when it is loaded: one token serves the whole file.
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    command = [tool, "--init-token", "--free", "--label", "hub", "--so-pin", PIN, "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    yield Settings(kek="pkcs11", pkcs11_module=str(MODULE), pkcs11_pin_file=folder / "pin")
    del os.environ["SOFTHSM2_CONF"]


def signed_in(module: Settings, **changes: object) -> AbstractContextManager[KeyProvider]:
    return closing(master_keys(module.model_copy(update=changes), SystemSource()))


def test_keys_are_drawn_once_and_found_again(module: Settings) -> None:
    with signed_in(module) as first:
        wrapped, blind = first.wrap(ID, KEY), first.blind("nhs_number", "9990000018")
        assert blind != first.blind("gmc_number", "9990000018")
    with signed_in(module) as again:
        assert again.unwrap(ID, wrapped, again.version) == KEY
        assert again.blind("nhs_number", "9990000018") == blind


@pytest.mark.parametrize("length", [0, 11, 12, 30])
def test_what_was_altered_or_moved_does_not_open(module: Settings, length: int) -> None:
    with signed_in(module) as keys:
        wrapped = keys.wrap(ID, KEY)
        for key_id, spoilt in ((OTHER, wrapped), (ID, wrapped[:length]), (ID, wrapped[:-1] + b"x")):
            with pytest.raises(KekError):
                keys.unwrap(key_id, spoilt, keys.version)
        with pytest.raises(KekError):
            keys.unwrap(ID, wrapped, 99)


def test_a_new_key_wraps_and_an_old_one_is_destroyed_in_the_module(module: Settings) -> None:
    with signed_in(module) as keys:
        old, wrapped = keys.version, keys.wrap(ID, KEY)
        assert keys.rotate() == old + 1
        assert keys.unwrap(ID, wrapped, old) == KEY
        keys.destroy(old)
        with pytest.raises(KekError):
            keys.destroy(keys.version)
    with signed_in(module) as again:
        assert (old in again.versions, again.version) == (False, old + 1)
        with pytest.raises(KekError, match="gone"):
            again.unwrap(ID, wrapped, old)


def test_another_pin_is_not_let_in(module: Settings, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("13579", "utf-8")
    with pytest.raises(KekError, match="does not let in"):
        signed_in(module, pkcs11_pin_file=tmp_path / "pin")


def test_no_token_of_this_label_is_told(module: Settings) -> None:
    with pytest.raises(KekError, match="does not let in"):
        signed_in(module, pkcs11_token="another")  # noqa: S106 - a label


def test_a_hub_works_with_its_keys_in_the_module(
    module: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    name = postgres.create()
    url = postgres.url(name)
    prepare(Settings(owner_url=url))
    fields = ("kek", "pkcs11_module", "pkcs11_token", "pkcs11_pin_file")
    keys = module.model_dump(include=set(fields))
    try:
        with opened(url, tmp_path, clock=FixedClock(NOW * 1000), master_keys=keys) as parts:
            parts.run(enrol_cast(parts.hub))
            subject = consented(parts)
            assert parts.timeline(ADVOCATE, subject).outcome == "released"
        assert not (tmp_path / "vault").exists()
    finally:
        postgres.drop(name)
