"""Read a folder of law into a Rulebook, or refuse it with the file and the field at fault.

In: a folder of TOML (ours, or one under review). Out: a frozen Rulebook that passed every check.
Never here: a check or a meaning (`build`); this is the one door through which files are read.
"""

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from hub.rulebook.book import Rulebook
from hub.rulebook.build import Tables, build, from_canonical, rule_files
from hub.rulebook.errors import MalformedFileError
from hub.rulebook.overlay import lay_over

Folder: TypeAlias = Path | Traversable
PROVED = "proved.txt"
_TABLES = ("rulebook", "vocabulary", "categories", "obligations", "purposes")


@cache
def shipped() -> Rulebook:
    """Return the law that comes with the package, read once.

    `proved.txt` beside it names the text whose promises were proved when it was written; the
    check of generated files proves them again. A text changed since is proved on loading.
    """
    return build(tables(shipped_folder()), proved=proved())


@cache
def proved() -> str:
    """Return the digest of the text whose promises were proved when the package was made."""
    return (shipped_folder() / PROVED).read_text("ascii").strip()


def shipped_folder() -> Folder:
    """Return the folder of the law that comes with the package."""
    return files("hub.rulebook") / "law"


def load(folder: Folder, *, board: str | None = None) -> Rulebook:
    """Read, check and compile a rulebook.

    Args:
        folder: holds rulebook.toml, vocabulary.toml, categories.toml, obligations.toml, rules/.
        board: lay over it what `local/<board>/` holds, which may only narrow.

    Raises:
        RulebookError: a subclass names the fault, the file and the field.
    """
    rulebook = build(tables(folder))
    if board is None:
        return rulebook
    place = f"local/{board}"
    return lay_over(rulebook, board, rule_files(_rules(folder, place), place))


def draft(path: Path) -> Rulebook:
    """Read a rulebook under review: a folder of law, or one file of canonical text.

    Raises:
        RulebookError: it does not load.
    """
    if path.is_dir():
        return load(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedFileError(path.name, "*", "cannot be read") from error
    return from_canonical(text)


def boards(folder: Folder) -> tuple[str, ...]:
    """Return the partnerships whose local rules a folder holds."""
    local = folder / "local"
    found = (entry.name for entry in local.iterdir() if entry.is_dir()) if local.is_dir() else ()
    return tuple(sorted(found))


def tables(folder: Folder, *, board: str | None = None) -> Tables:
    """Return a folder's tables as parsed, for `build` or as canonical text.

    Args:
        folder: as for `load`.
        board: the partnership whose own rules are to be part of the text.

    Raises:
        MalformedFileError: a file cannot be read, or is not TOML.
    """
    found: Tables = {name: _read(folder, f"{name}.toml") for name in _TABLES}
    found["rules"] = _rules(folder, "rules")
    if board is not None:
        found["local"] = {board: _rules(folder, f"local/{board}")}
    return found


def _rules(folder: Folder, place: str) -> dict[str, Any]:
    source = folder
    for part in place.split("/"):
        source = source / part
    if not source.is_dir():
        raise MalformedFileError(place, "*", "there is no such folder")
    names = sorted(path.name for path in source.iterdir() if path.name.endswith(".toml"))
    return {name.removesuffix(".toml"): _read(folder, f"{place}/{name}") for name in names}


def _read(folder: Folder, name: str) -> dict[str, Any]:
    source = folder
    for part in name.split("/"):
        source = source / part
    try:
        return tomllib.loads(source.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedFileError(name, "*", "cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise MalformedFileError(name, "*", str(error)) from error
