"""A Board reads its dashboard over HTTP, may choose nothing in it, and nobody else reads it."""

from typing import Any

import pytest

from tests.support.hub_process import RunningHub


@pytest.fixture(scope="module")
def board(hub: RunningHub) -> str:
    return hub.enrol("sab")


def test_a_board_reads_whole_quarters_and_why_it_may(hub: RunningHub, board: str) -> None:
    found = hub.client(board).dashboard(user="chair-1")
    assert found.released
    assert len(found.data["quarters"]) == 8
    assert "sab-aggregate" in found.data["because"][0]["rule"]
    assert hub.client(board).dashboard(user="chair-1").data == found.data


@pytest.mark.parametrize(
    "query", [{"from": "2026-01-01"}, {"setting": "1-1000001"}, {"agency": "oak-gp"}]
)
def test_nothing_can_be_chosen(hub: RunningHub, board: str, query: dict[str, Any]) -> None:
    answer = hub.signed_in(board).send("GET", "/dashboard", params=query)
    assert answer.status_code == 422


def test_another_agency_is_refused_in_words(hub: RunningHub) -> None:
    refused = hub.client("north-council").dashboard()
    assert not refused.released
    assert refused.data["purpose"] == "board_assurance"
    assert refused.data["reasons"]
