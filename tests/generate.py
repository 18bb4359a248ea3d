"""Writes the generated files from their sources, or with `--check` says which ones differ.

In: `--check` or nothing. Out: schemas, vectors and the pages of the rulebook; an exit code.
Never here: content. A generated file edited by hand is one that `--check` names.
"""

import sys
from pathlib import Path

from contracts.generate import artifacts
from hub.rulebook import load
from hub.rulebook.docs import pages
from hub.rulebook.loader import shipped_folder

ROOT = Path(__file__).parent.parent
PAGES = "hub/rulebook/pages"
PROVED = "hub/rulebook/law/proved.txt"
FOLDERS = ("contracts/schema", "contracts/vectors", PAGES)


def main(arguments: list[str]) -> int:
    """Write or check; return 1 where a check found a difference."""
    law = load(shipped_folder())  # in full: what proved.txt says is proved here
    wanted = artifacts() | {f"{PAGES}/{name}": text.encode() for name, text in pages(law).items()}
    wanted[PROVED] = f"{law.text_sha256}\n".encode()
    there = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    stale = sorted(there - wanted.keys())
    changed = sorted(
        name
        for name, content in wanted.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_bytes() != content
    )
    if "--check" in arguments:
        for name in (*stale, *changed):
            sys.stdout.write(f"differs from its source: {name}\n")
        sys.stdout.write(f"{len(wanted)} generated files checked\n")
        return 1 if stale or changed else 0
    for name in stale:
        (ROOT / name).unlink()
    for name in changed:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[name])
    sys.stdout.write(f"{len(changed)} written, {len(stale)} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
