"""Evidence packs with one thing wrong: a byte, a file, or a forgery under the hub's own key.

In: a sound pack's files. Out: the spoiled packs, each with the file to be named.
Never here: a verifier.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hub.audit.pack import MANIFEST_TYP
from hub.intake import encoding
from tests.audit.evidence import Told, files_of

Files = dict[str, bytes]


def flipped(raw: bytes) -> bytes:
    """Return bytes of which the middle one is another."""
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def entry_of(files: Files, wanted: Callable[[dict[str, Any]], bool]) -> str:
    """Return the name of the first entry that is wanted."""
    entries = sorted(n for n in files if n.startswith("entries/") and n.endswith(".json"))
    return next(name for name in entries if wanted(json.loads(files[name])))


def of_type(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda said: said.get("type", "").endswith(f"/{name}/v1")


def resigned(told: Told, files: Files) -> Files:
    """Return files with a manifest that the hub itself has signed anew: the hub as the forger."""
    listed = {n: sha256(raw).hexdigest() for n, raw in files.items() if n != "manifest.jws"}
    before = json.loads(encoding.decode(files["manifest.jws"].split(b".")[1]))
    manifest = told.hub.signer.sign({**before, "files": listed}, typ=MANIFEST_TYP)
    return {**files, "manifest.jws": manifest.encode()}


def changed(files: Files, name: str, **said: object) -> Files:
    entry = {**json.loads(files[name]), **said}
    return {**files, name: json.dumps(entry).encode()}


def another_statement(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("disclosure-made"))
    other = entry_of(files, of_type("recipient-acknowledged"))
    return changed(files, name, token=json.loads(files[other])["token"]), name


def another_leaf(files: Files) -> tuple[Files, str]:
    name = entry_of(files, lambda said: said["kind"] == "event")
    leaf = json.loads(files[name])["leaf"].replace("\nevent\n", "\nshred\n")
    return changed(files, name, kind="shred", leaf=leaf), name


def another_number(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("disclosure-made"))
    return changed(files, name, pseq=9), name


def another_poster(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("recipient-acknowledged"))
    return changed(files, name, agency="police-b"), name


def another_place(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("disclosure-made"))
    return changed(files, name, position=1), name


def proof_of_another(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("disclosure-made"))
    other = entry_of(files, of_type("recipient-acknowledged"))
    proof = name.replace("json", "proof")
    swapped = files[other.replace("json", "proof")]
    ours = files[proof].split(b"\n")[1]
    return {**files, proof: swapped.replace(swapped.split(b"\n")[1], ours, 1)}, name


def key_left_out(files: Files) -> tuple[Files, str]:
    ack = entry_of(files, of_type("recipient-acknowledged"))
    kid = json.loads(encoding.decode(json.loads(files[ack])["token"].split(".")[0].encode()))["kid"]

    def registers(said: dict[str, Any]) -> bool:
        token = said.get("token") or ".e30."
        claims = json.loads(encoding.decode(token.split(".")[1].encode()))
        events = claims.get("events", {})
        return any(content.get("kid") == kid for content in events.values())

    gone = entry_of(files, registers)
    left = {n: raw for n, raw in files.items() if not n.startswith(gone[: -len(".json")])}
    return left, ack


def unsigned_checkpoint(files: Files) -> tuple[Files, str]:
    lines = files["log/checkpoint"].decode().split("\n")
    raw = "\n".join(line for line in lines if "hub.example/log " not in line)
    return {**files, "log/checkpoint": raw.encode()}, "log/checkpoint"


def larger_checkpoint(files: Files) -> tuple[Files, str]:
    raw = files["log/checkpoint"].split(b"\n")
    raw[1] = b"%d" % (int(raw[1]) + 1)
    return {**files, "log/checkpoint": b"\n".join(raw)}, "log/checkpoint"


def first_of_another(files: Files) -> tuple[Files, str]:
    """Put another leaf's proof, of the right place, under the first checkpoint."""
    name = entry_of(files, of_type("disclosure-made")).replace("json", "first")
    other = entry_of(files, of_type("recipient-acknowledged")).replace("json", "first")
    ours = files[name].split(b"\n")[1]
    return {**files, name: files[other].replace(files[other].split(b"\n")[1], ours, 1)}, name


def first_without_witness(files: Files) -> tuple[Files, str]:
    name = entry_of(files, of_type("disclosure-made")).replace("json", "first")
    lines = [line for line in files[name].decode().split("\n") if "w.example" not in line]
    return {**files, name: "\n".join(lines).encode()}, name


def stamp_of_another(files: Files) -> tuple[Files, str]:
    imprint = sha256(files["log/checkpoint"]).digest()
    raw = files["log/checkpoint.tsr"].replace(imprint, bytes(32))
    return {**files, "log/checkpoint.tsr": raw}, "log/checkpoint.tsr"


FORGERIES = [
    another_statement, another_leaf, another_number, another_poster, another_place,
    proof_of_another, key_left_out, unsigned_checkpoint, larger_checkpoint, stamp_of_another,
    first_of_another, first_without_witness,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A pack that was tampered with, and the file that must be named."""

    name: str
    files: Files
    found: str


def spoiled(told: Told) -> list[Spoiled]:
    """Return every file flipped, one gone, one too many, and what only the hub could forge."""
    files = files_of(told.content)
    cases = [Spoiled(f"{n} flipped", {**files, n: flipped(files[n])}, n) for n in files]
    gone = "keys/witnesses"
    cases.append(Spoiled("gone", {n: raw for n, raw in files.items() if n != gone}, gone))
    cases.append(Spoiled("added", {**files, "notes.txt": b""}, "notes.txt"))
    for forge in FORGERIES:
        forged, found = forge(files)
        cases.append(Spoiled(forge.__name__, resigned(told, forged), found))
    return cases
