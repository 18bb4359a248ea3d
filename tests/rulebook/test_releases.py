"""Which law counts when: releases in the order of a ledger, each from its London day."""

import hashlib
from typing import Any

import pytest

from hub.rulebook import shipped
from hub.rulebook.build import canonical
from hub.rulebook.errors import MalformedFileError
from hub.rulebook.loader import load, shipped_folder, tables
from hub.rulebook.releases import NO_LAW, NotInForceError, Releases, begins, read_release
from hub.views.days import london_day

DAY_S = 86_400
RECORDED = 1_790_000_000
BOARD = "example-board"
PROPOSED = {"proposal": "5d2c1c4e-7a51-4b0c-9a55-5a2f9a1f3f0e"}


def text(release: str) -> str:
    """Return the shipped law under another name: what it means is the same."""
    law = tables(shipped_folder())
    law["rulebook"] = law["rulebook"] | {"release": release}
    return canonical(law)


def said(text_: str, *, later: int = 0, board: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "release": "a release",
        "sha256": read_release(text_, board).sha256,
        "text_sha256": hashlib.sha256(text_.encode()).hexdigest(),
        "board": board,
        "effective_from": london_day(RECORDED + later * DAY_S).isoformat(),
        "canonical": text_,
        **more,
    }


FIRST = shipped().release
SHIPPED = said(canonical(tables(shipped_folder())))
AGAIN = said(text("next"), later=2, **PROPOSED)


def test_before_any_release_there_is_no_law_and_nothing_may_be_decided() -> None:
    with pytest.raises(NotInForceError):
        Releases().at(RECORDED)
    assert Releases(first=NO_LAW).at(RECORDED).rules == ()


def test_a_release_counts_from_the_beginning_of_its_london_day() -> None:
    law = Releases().add(1, RECORDED, SHIPPED).add(5, RECORDED, AGAIN)
    starts = begins(london_day(RECORDED + 2 * DAY_S))
    assert law.at(starts - 1).release == FIRST
    assert law.at(starts).release == "next"
    assert law.next_start(RECORDED) == starts
    assert law.next_start(starts) is None


def test_a_release_never_counts_before_it_was_recorded() -> None:
    late, early = RECORDED + DAY_S, AGAIN | {"effective_from": "2026-01-01"}
    law = Releases().add(1, RECORDED, SHIPPED).add(5, late, early)
    assert law.at(late - 1).release == FIRST
    assert law.at(late).release == "next"


@pytest.mark.heavy
def test_of_two_that_begin_together_the_later_one_counts() -> None:
    third = said(text("third"), later=2, **PROPOSED)
    law = Releases().add(1, RECORDED, SHIPPED).add(5, RECORDED, AGAIN).add(9, RECORDED + 60, third)
    assert law.at(RECORDED + 3 * DAY_S).release == "third"


def test_an_old_answer_is_read_by_the_text_that_was_in_force_then() -> None:
    law = Releases().add(1, RECORDED, SHIPPED).add(5, RECORDED, AGAIN)
    sha256 = shipped().sha256
    then, since = (law.named(sha256, RECORDED + days * DAY_S) for days in (1, 3))
    assert then is not None
    assert since is not None
    assert (then.release, since.release) == (FIRST, "next")
    assert law.named("0" * 64, RECORDED) is None


@pytest.mark.heavy
def test_a_partnerships_rules_are_part_of_the_text_and_narrow_the_law() -> None:
    whole = canonical(tables(shipped_folder(), board=BOARD))
    law = Releases().add(1, RECORDED, said(whole, board=BOARD)).at(RECORDED)
    assert law.sha256 == load(shipped_folder(), board=BOARD).sha256 != shipped().sha256
    with pytest.raises(MalformedFileError, match="is not in this text"):
        read_release(whole, "another-board")


@pytest.mark.parametrize("spoilt", ["text_sha256", "sha256"])
def test_a_text_that_is_not_what_was_released_is_no_law(spoilt: str) -> None:
    law = Releases().add(1, RECORDED, SHIPPED | {spoilt: "0" * 64})
    with pytest.raises(NotInForceError, match="cannot be read"):
        law.at(RECORDED)
