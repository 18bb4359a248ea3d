"""What the architecture tests look at: the files of this repository, as a clone has them.

In: the folder this file lies in. Out: lists of files, and their text. Never here: git, which a
release archive does not have.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("contracts", "hub", "adapters")
_OPEN_FOLDERS = frozenset({".ci"})
_BUILT_FOLDERS = frozenset({"__pycache__", "build", "dist", "node_modules"})
_BINARY = frozenset({".gif", ".gz", ".ico", ".jpg", ".png", ".pyc", ".whl", ".woff", ".woff2"})


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield the repository's own text files; folders that tools fill are not entered."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name not in _OPEN_FOLDERS
            if not hidden and path.name not in _BUILT_FOLDERS:
                yield from files(path)
        elif path.suffix in _BINARY or path.name == ".git" or path.name.startswith(".coverage"):
            continue  # `.git` is a file where the clone is a second working tree
        else:
            yield path


def modules(*tops: str) -> list[Path]:
    """Return the Python files under the named top folders."""
    return [p for p in files() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in tops]


def name(path: Path) -> str:
    """Return a path as it is written in this repository."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def tree(path: Path) -> ast.Module:
    """Return a Python file, parsed."""
    return ast.parse(text(path), filename=name(path))
