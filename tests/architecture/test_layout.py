"""Holds the bars of size and self-description, so that a file can be read in one sitting."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.architecture.repository import CODE, ROOT, modules, name, text, tree

FILE_LINES = 300
# Handed to people who have nothing else of ours: one file each, by design.
ALONE = {"adapters/verifiers/verify.py": 400, "adapters/verifiers/verify.mjs": 400}
MEDIAN_LINES = 120
FUNCTION_LINES = 50
ROOM_WORDS = ("In:", "Out:", "Never here:")


def _lengths(*tops: str) -> dict[str, int]:
    return {name(path): len(text(path).splitlines()) for path in modules(*tops)}


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{name(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_every_file_can_be_read_in_one_sitting() -> None:
    lengths = _lengths(*CODE, "migrations", "tests")
    assert lengths
    assert {f: n for f, n in lengths.items() if n > ALONE.get(f, FILE_LINES)} == {}
    alone = {file: len(text(ROOT / file).splitlines()) for file in ALONE}
    assert {file: n for file, n in alone.items() if n > ALONE[file]} == {}


def test_most_files_are_short() -> None:
    assert median(_lengths(*CODE).values()) <= MEDIAN_LINES


def test_every_function_fits_on_a_page() -> None:
    functions = [found for path in modules(*CODE) for found in _functions(path)]
    assert functions
    assert [found for found in functions if found[1] > FUNCTION_LINES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in modules(*CODE) if not ast.get_docstring(tree(path))]
    assert silent == []


def test_every_folder_with_code_is_a_package() -> None:
    bare = {
        name(path.parent)
        for path in modules(*CODE)
        if not path.parent.joinpath("__init__.py").is_file()
    }
    assert bare == set()


def test_every_package_says_what_comes_in_what_goes_out_and_what_never_happens() -> None:
    missing = [
        f"{name(path)} lacks {word}"
        for path in modules(*CODE)
        if path.name == "__init__.py"
        for word in ROOM_WORDS
        if word not in (ast.get_docstring(tree(path)) or "")
    ]
    assert missing == []
