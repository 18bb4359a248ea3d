"""Builds an evidence pack: its files, the manifest over them, one zip.

In: what was selected, as data; keys' public halves; who signs. Out: the bytes of a zip.
Never here: a query, a decision what may be in it. The same input gives the same bytes.

The manifest is signed last and covers every other file; the two verifiers are files like any.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from io import BytesIO
from typing import Any

from hub.audit.pdf import Section, pdf
from hub.intake.signing import Signer

MANIFEST_TYP = "hub-evidence+jwt"
FORMAT = "hub-evidence/v1"
CARRIED = ("verify.py", "verify.mjs", "package.json", "package-lock.json", "README.txt")
_STYLE = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One leaf, its proof, and the statement behind it where the pack may hold it.

    `first` is its proof under the first checkpoint over it that a witness signed, where one did.
    """

    position: int
    said: Mapping[str, Any]
    proof: str
    first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a pack is made of. `made_s` in seconds; `stamp` and `tsa_ca` as received, or empty."""

    hub_uri: str
    made_s: int
    scope: Mapping[str, Any]
    checkpoint: str
    log_vkey: str
    witnesses: Sequence[str]
    entries: Sequence[Entry]
    summary: Sequence[Section]
    stamp: bytes = b""
    tsa_ca: bytes = b""


def packed(contents: Contents, signer: Signer) -> bytes:
    """Return the zip."""
    made = _files(contents, signer)
    listed = {name: hashlib.sha256(raw).hexdigest() for name, raw in sorted(made.items())}
    claims = {
        "iss": contents.hub_uri,
        "iat": contents.made_s,
        "format": FORMAT,
        "scope": contents.scope,
        "files": listed,
    }
    made["manifest.jws"] = signer.sign(claims, typ=MANIFEST_TYP).encode()
    return zipped(made)


def zipped(made: Mapping[str, bytes]) -> bytes:
    """Return files as a zip without times, stored as they are."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, raw in sorted(made.items()):
            archive.writestr(zipfile.ZipInfo(name), raw)
    return whole.getvalue()


def _files(contents: Contents, signer: Signer) -> dict[str, bytes]:
    title = f"Evidence from {contents.hub_uri}"
    room = files("adapters.verifiers")
    made = {
        "keys/hub.jwk": _json(signer.public.jwk),
        "keys/log.vkey": f"{contents.log_vkey}\n".encode(),
        "keys/witnesses": "".join(f"{one}\n" for one in contents.witnesses).encode(),
        "log/checkpoint": contents.checkpoint.encode(),
        "summary.html": _html(title, contents.summary),
        "summary.pdf": pdf(title, contents.summary),
        **{name: room.joinpath(name).read_bytes() for name in CARRIED},
    }
    if contents.stamp:
        made["log/checkpoint.tsr"] = contents.stamp
    if contents.tsa_ca:
        made["keys/tsa.pem"] = contents.tsa_ca
    for entry in contents.entries:
        # Wide enough for any position: a reader who sorts by name reads in the ledger's order.
        name = f"entries/{entry.position:016d}"
        made[f"{name}.json"] = _json(entry.said)
        made[f"{name}.proof"] = entry.proof.encode()
        if entry.first:
            made[f"{name}.first"] = entry.first.encode()
    return made


def _html(title: str, sections: Sequence[Section]) -> bytes:
    parts = "".join(
        f"<h2>{escape(heading)}</h2><ul>"
        + "".join(f"<li>{escape(line)}</li>" for line in lines)
        + "</ul>"
        for heading, lines in sections
    )
    head = f"<meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"
    page = f"<!doctype html><html lang=en><head>{head}</head><body><h1>{escape(title)}</h1>{parts}"
    return f"{page}</body></html>\n".encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
