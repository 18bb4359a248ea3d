"""Holds compose.yaml and Containerfile to each other and to the code, without an engine."""

import re
from typing import TYPE_CHECKING, Any, cast

import pytest
import typer

from hub.cli import app
from tests.architecture.repository import ROOT, text
from tests.deploy.apart import SERVICES

if TYPE_CHECKING:
    from click import Group

IMAGE = text(ROOT / "deploy" / "Containerfile")
OWNED = {
    path: (int(uid), mode)
    for uid, mode, path in re.findall(r"install -d -o (\d+) -g 10001 -m (\d+) (\S+)", IMAGE)
}
HUB = {name: one for name, one in SERVICES.items() if one.get("image") == "safeguarding-hub"}
ROOTS = "0:0"


def user(service: dict[str, Any]) -> int:
    return int(service.get("user", "10001:10001").partition(":")[0])


def mounted(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each volume's name and the folder that it is mounted on."""
    return [tuple(one.split(":")[:2]) for one in service.get("volumes", [])]


@pytest.mark.parametrize("name", HUB)
def test_a_volume_is_mounted_on_a_folder_that_the_image_gives_its_writer(name: str) -> None:
    folders = [folder for _, folder in mounted(HUB[name])]
    assert set(folders) <= set(OWNED)
    if HUB[name].get("user") != ROOTS:
        others = {folder for folder in folders if OWNED[folder][0] != user(HUB[name])}
        assert others <= {"/run/vault"}  # whose socket the API's group may use


@pytest.mark.parametrize("name", HUB)
def test_each_service_runs_a_command_that_there_is(name: str) -> None:
    known = cast("Group", typer.main.get_command(app)).commands
    command = HUB[name].get("command")
    assert command is None or command[0] in known


@pytest.mark.parametrize("name", HUB)
def test_no_service_may_write_to_its_image_or_gain_a_right(name: str) -> None:
    service = HUB[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "environment" not in service or "HUB_OWNER_URL" not in service["environment"]


def test_the_database_has_memory_of_its_own_and_refills_it_after_a_restart() -> None:
    words = SERVICES["db"]["command"].split()
    told = dict(word.split("=", 1) for word in words if "=" in word)
    assert told["shared_buffers"] == "${POSTGRES_SHARED_BUFFERS:-1GB}"
    assert told["shared_preload_libraries"] == "pg_prewarm"
    assert "POSTGRES_SHARED_BUFFERS" in text(ROOT / "deploy" / "guides" / "operator.md")


def test_nothing_but_what_the_image_copies_is_sent_to_the_engine() -> None:
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)
        for word in line.split()
    }
    lines = text(ROOT / ".dockerignore").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied
