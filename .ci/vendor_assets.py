# ruff: noqa: INP001 - a script, run by hand
"""Copies the page furniture out of its npm packages into hub/web/static/vendor, for the wheel.

In: names and versions, below. Out: stylesheets, one script and VERSIONS.json.
Never here: run time. A developer runs this to upgrade; what it writes is committed.

Taken out: the GDS Transport typeface and the crest, which only services on GOV.UK may use, and
source maps, which a browser would ask for in vain.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

PLACE = Path(__file__).parents[1] / "hub" / "web" / "static" / "vendor"
PACKAGES = {"govuk-frontend": "6.6.0", "@ministryofjustice/frontend": "11.1.0"}
FILES = {
    "govuk-frontend": {
        "package/dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
        "package/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    },
    "@ministryofjustice/frontend": {
        "package/moj/moj-frontend.min.css": "moj-frontend.min.css",
    },
}
FAMILY = re.compile(r'"?GDS Transport"?,\s*arial,\s*sans-serif', re.IGNORECASE)
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
ASSET = re.compile(r"url\(/assets/[^)]*\)")
MAP = re.compile(r"\n?/[/*]# sourceMappingURL=[^\n]*")


def cleaned(name: str, text: str) -> str:
    """Return a file without typeface, crest, outside pictures and source map."""
    if name.endswith(".css"):
        text = ASSET.sub("none", FACE.sub("", FAMILY.sub("arial,sans-serif", text)))
    return MAP.sub("", text)


def main() -> None:
    """Fetch the packages by name, and write what is kept."""
    written: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package, version in PACKAGES.items():
            packed = subprocess.run(  # noqa: S603 - two names, written above
                ["npm", "pack", "--silent", f"{package}@{version}"],  # noqa: S607 - the one on PATH
                cwd=folder, check=True, capture_output=True, text=True,
            )  # fmt: skip
            with tarfile.open(Path(folder) / packed.stdout.strip().splitlines()[-1]) as archive:
                for inside, name in FILES[package].items():
                    found = archive.extractfile(inside)
                    text = cleaned(name, b"".join(found or ()).decode())
                    (PLACE / name).write_text(text, "utf-8")
                    written[name] = hashlib.sha256(text.encode()).hexdigest()
    told = {"packages": PACKAGES, "sha256": written}
    (PLACE / "VERSIONS.json").write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
