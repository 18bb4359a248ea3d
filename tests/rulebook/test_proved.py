"""The shipped law starts without being proved again, and only the very text that was."""

import pytest

from hub.rulebook import load, shipped
from hub.rulebook.build import build
from hub.rulebook.errors import BrokenPromiseError
from hub.rulebook.loader import PROVED, shipped_folder, tables


def test_the_shipped_text_is_the_one_that_was_proved() -> None:
    law = load(shipped_folder())
    assert (shipped_folder() / PROVED).read_text("ascii").strip() == law.text_sha256
    assert shipped().sha256 == law.sha256


def test_a_text_changed_since_is_proved_on_loading() -> None:
    changed = tables(shipped_folder())
    del changed["rules"]["x-prevent-unspecified"]["when"][-1]
    changed["rules"]["x-prevent-unspecified"]["when"][-1] = {"fact": "item_kind", "is": "concern"}
    with pytest.raises(BrokenPromiseError):
        build(changed, proved=shipped().text_sha256)
