"""Holds the documents to the code: links, names, headings and figures that would drift unseen."""

import re
import tomllib
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # no stubs are locked; only safe_load is called

from hub.settings import Settings
from tests.architecture.repository import ROOT, files, name, text

DECISIONS = sorted((ROOT / "hub" / "decisions").glob("[0-9][0-9][0-9][0-9]-*.md"))
ADR_LINES = 60
HEADINGS = [
    "Question",
    "Forces",
    "Options",
    "Decision",
    "What it forbids",
    "How we would know it was wrong",
    "Test that holds it",
]
# In pieces, so that this file does not hold what it looks for.
UNSPEAKABLE = (
    "://" + "pypi",
    "files." + "pythonhosted",
    "registry." + "npmjs",
    "deb." + "debian",
    "/" + "work/",
    "." + "library",
    "bash" + "_jobs",
)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
NAMED_TEST = re.compile(r"tests/[\w/*-]+\.py")
SETTING = re.compile(r"\bHUB_[A-Z]+(?:_[A-Z]+)*\b")
NOT_SETTINGS = {"HUB_TEST_DATABASE_URL", "HUB_TYPES"}


def _documents() -> list[Path]:
    return [path for path in files() if path.suffix == ".md"]


def test_every_decision_has_its_headings_in_order() -> None:
    found = {name(p): re.findall(r"^## (.+)$", text(p), re.MULTILINE) for p in DECISIONS}
    assert found
    assert {file: headings for file, headings in found.items() if headings != HEADINGS} == {}


def test_every_decision_fits_on_a_page() -> None:
    assert [name(p) for p in DECISIONS if len(text(p).splitlines()) > ADR_LINES] == []


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    index = text(ROOT / "hub" / "decisions" / "README.md")
    assert [int(p.name[:4]) for p in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert [p.name for p in DECISIONS if f"]({p.name})" not in index] == []


def test_every_test_that_a_decision_names_exists() -> None:
    named = {(name(p), test) for p in DECISIONS for test in NAMED_TEST.findall(text(p))}
    assert {file for file, _ in named} == {name(p) for p in DECISIONS}
    assert {pair for pair in named if not list(ROOT.glob(pair[1]))} == set()


def test_every_link_to_a_file_resolves() -> None:
    broken = []
    for document in _documents():
        for bracketed, quoted in LINK.findall(text(document)):
            target = (bracketed or quoted).partition("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not document.parent.joinpath(target).exists():
                broken.append(f"{name(document)} -> {target}")
    assert broken == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    everything = list(files())
    assert everything
    found = [
        (name(path), phrase)
        for path in everything
        for phrase in UNSPEAKABLE
        if phrase in text(path)
    ]
    assert found == []


def test_publiccode_describes_this_version() -> None:
    described = yaml.safe_load(text(ROOT / "publiccode.yml"))
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    assert float(described["publiccodeYmlVersion"]) >= 0.4
    assert described["softwareVersion"] == project["version"]
    assert described["legal"]["license"] == project["license"]
    english = described["description"]["en"]
    assert len(english["shortDescription"]) <= 150
    assert 150 <= len(english["longDescription"]) <= 10_000
    assert described["maintenance"]["contacts"]


def test_every_setting_that_a_document_names_exists() -> None:
    known = {f"HUB_{field.upper()}" for field in Settings.model_fields} | NOT_SETTINGS
    deployed = [p for p in files() if name(p).startswith("deploy/")]
    named = {
        (name(path), setting)
        for path in {*_documents(), *deployed}
        for setting in SETTING.findall(text(path))
    }
    assert named
    assert {pair for pair in named if pair[1] not in known} == set()


def test_the_composed_services_hold_the_keys_apart_from_the_projector() -> None:
    services = yaml.safe_load(text(ROOT / "deploy" / "compose.yaml"))["services"]
    holders = {
        volume: {
            service
            for service, described in services.items()
            if any(one.startswith(f"{volume}:") for one in described.get("volumes", []))
        }
        for volume in ("keys", "vault-keys", "vault-run")
    }
    assert holders == {
        "keys": {"api", "keep", "operate"},
        "vault-keys": {"vault"},
        "vault-run": {"api", "operate", "vault"},
    }
