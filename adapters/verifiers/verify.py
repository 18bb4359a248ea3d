"""Verifies an evidence pack of a safeguarding hub, offline: `python3 verify.py PACK.zip`.

In: a pack (zip or folder), keys you were given elsewhere. Out: a plain report; exit code 0 where
all holds, 1 where a fault is found, 2 used wrongly. Never here: the network, the hub's code, a
package to install: all the arithmetic is below (Python 3.10 or newer).

A pack holds statements by a hub and by agencies, each as one leaf of the hub's log. It shows that
nobody changed a file since the hub signed the pack; that each leaf is in the log at its place; that
each opened statement is the one its leaf commits to, signed by a key that its agency held there;
and who cosigned the log, and when. It cannot show that nothing was left out of the pack.

Source: RFC 7515, 7638, 8032, 9162 section 2.1.3, FIPS 186-5, C2SP signed-note, RFC 3161.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NP = 2**256 - 2**224 + 2**192 + 2**96 - 1
NB = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
NN = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
NG = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int, int, int]
Affine = tuple[int, int] | None
Said = dict[str, Any]


class Fault(Exception):  # noqa: N818 - what is found, not what went wrong here
    """Something in the pack does not hold."""


def need(holds: object, words: str) -> None:
    """Raise a Fault with these words unless something holds."""
    if not holds:
        raise Fault(words)


def b64(text: str, *, url: bool = True) -> bytes:
    """Return what base64 spells; only its one canonical spelling is taken."""
    code = base64.urlsafe_b64encode if url else base64.b64encode
    raw = base64.b64decode(text + "==" if url else text, "-_" if url else None)
    need(code(raw).decode().rstrip("=" if url else "") == text, "is not canonical base64")
    return raw


def ed_add(p: Point, q: Point) -> Point:
    """Add two points of edwards25519, in extended coordinates (RFC 8032 section 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_times(n: int, p: Point) -> Point:
    """Return n times a point."""
    q: Point = (0, 1, 1, 0)
    while n:
        q, p, n = ed_add(q, p) if n & 1 else q, ed_add(p, p), n >> 1
    return q


def ed_point(raw: bytes) -> Point:
    """Return the point that 32 bytes spell (RFC 8032 section 5.1.3)."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    need(len(raw) == 32 and y < P and (x * x - square) % P == 0 and (x or not sign), "is no point")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature holds (RFC 8032 section 5.1.7)."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base = ed_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    one = ed_times(s, base)
    other = ed_add(ed_point(signature[:32]), ed_times(h, ed_point(key)))
    return all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1))


def p_add(p: Affine, q: Affine) -> Affine:
    """Add two points of P-256; None is the one at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % NP == 0:
        return None
    if p == q:
        slope = 3 * (p[0] * p[0] - 1) * pow(2 * p[1], -1, NP)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, NP)
    x = (slope * slope - p[0] - q[0]) % NP
    return x, (slope * (p[0] - x) - p[1]) % NP


def p_times(n: int, p: Affine) -> Affine:
    """Return n times a point."""
    q: Affine = None
    while n:
        q, p, n = p_add(q, p) if n & 1 else q, p_add(p, p), n >> 1
    return q


def es256(x: bytes, y: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an ECDSA signature over P-256 with SHA-256 holds (FIPS 186-5 section 6.4)."""
    key = (int.from_bytes(x, "big"), int.from_bytes(y, "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    on_curve = max(key) < NP and (key[1] ** 2 - key[0] ** 3 + 3 * key[0] - NB) % NP == 0
    if len(signature) != 64 or not (0 < r < NN and 0 < s < NN and on_curve):
        return False
    e, w = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, NN)
    point = p_add(p_times(e * w % NN, NG), p_times(r * w % NN, key))
    return point is not None and point[0] % NN == r


def thumbprint(jwk: Said) -> str:
    """Return the id of a key (RFC 7638)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y") if jwk.get(name) is not None}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def opened(token: str, jwk: Said, typ: str) -> Said:
    """Return the claims of a compact JWS by a key."""
    head, body, tail = token.split(".")
    header, message = json.loads(b64(head)), f"{head}.{body}".encode()
    alg = {"Ed25519": "Ed25519", "P-256": "ES256"}[jwk["crv"]]
    need(header == {"alg": alg, "kid": thumbprint(jwk), "typ": typ}, "names another key or type")
    if alg == "Ed25519":
        holds = ed25519(b64(jwk["x"]), message, b64(tail))
    else:
        holds = es256(b64(jwk["x"]), b64(jwk["y"]), message, b64(tail))
    need(holds, "has a signature that does not hold")
    claims: Said = json.loads(b64(body))
    return claims


def note(text: str, vkey: str) -> int | None:
    """Return when a key signed a note (0: it does not say), or None if it did not."""
    name, key_id, coded = vkey.split("+", 2)
    key, body = b64(coded, url=False), text[: text.index("\n\n") + 1]
    at: int | None = None
    named = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(named.hex() == key_id, "a key's id is not its own")
    for line in text[len(body) + 1 :].splitlines():
        dash, by, coded = line.split(" ")
        signature = b64(coded, url=False)
        if dash == "\u2014" and by == name and signature[:4] == named:
            stamp = signature[4:12] if key[0] == 4 else b""
            at = int.from_bytes(stamp, "big")
            said = f"cosignature/v1\ntime {at}\n{body}" if stamp else body
            holds = ed25519(key[1:], said.encode(), signature[4 + len(stamp) :])
            need(holds, f"has a signature of {name} that does not hold")
    return at


def included(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> None:
    """Check that a leaf stands at an index of a tree (RFC 9162 section 2.1.3.2)."""
    at, last, found = index, size - 1, hashlib.sha256(b"\x00" + leaf).digest()
    need(0 <= index < size, "is not in a log of this size")
    for one in path:
        need(last, "has a proof that is too long")
        pair = found + one
        if at & 1 or at == last:
            pair = one + found
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        found = hashlib.sha256(b"\x01" + pair).digest()
        at, last = at >> 1, last >> 1
    need(last == 0 and found == root, "has a proof that does not lead to the log's root")


def clock(at: int) -> str:
    """Return seconds since 1970 for people."""
    when = datetime.fromtimestamp(at, tz=timezone.utc)  # noqa: UP017 - Python 3.10 has no UTC
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")


def der(data: bytes) -> list[tuple[int, bytes]]:
    """Return the values that a run of DER holds: each its tag and its bytes."""
    found, at = [], 0
    while at < len(data):
        length, head = data[at + 1], 2
        if length & 128:
            head += length & 127
            length = int.from_bytes(data[at + 2 : at + head], "big")
        found.append((data[at], data[at + head : at + head + length]))
        at += head + length
    return found


class Pack:
    """A pack, and what was found in it. Each check names the file that does not hold."""

    def __init__(self, files: dict[str, bytes], given: argparse.Namespace) -> None:
        self.files, self.given = files, given
        self.faults: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.claims: Said = {}
        self.keys: dict[str, Said] = {}
        self.witnesses: list[str] = []
        self.leaves = self.open = 0

    def run(self) -> None:
        """Do every check, whatever others find."""
        names = sorted(name for name in self.files if name.startswith("entries/"))
        self.guard("manifest.jws", self.manifest)
        self.guard("log/checkpoint", self.checkpoint)
        for name in (name for name in names if name.endswith(".json")):
            self.guard(name, self.entry, name)
        for name in (name for name in names if name.endswith(".first")):
            self.guard(name, self.first, name)
        if "log/checkpoint.tsr" in self.files:
            self.guard("log/checkpoint.tsr", self.timestamp)

    def guard(self, name: str, check: Callable[..., None], *arguments: str) -> None:
        """Run a check; whatever it raises is a fault of this file."""
        try:
            check(*arguments)
        except Fault as fault:
            self.faults.append((name, str(fault)))
        except Exception as broken:  # noqa: BLE001 - a file can be broken in any way
            self.faults.append((name, f"cannot be read ({type(broken).__name__})"))

    def manifest(self) -> None:
        """Check who signed the pack, and that every file is as it was then."""
        jwk, given = json.loads(self.files["keys/hub.jwk"]), self.given.hub
        token = self.files["manifest.jws"].decode()
        named = json.loads(b64(token.split(".")[0]))["kid"]
        if thumbprint(jwk) != named or (given and given != named):
            self.faults.append(("keys/hub.jwk", "is not the key that the pack or you name"))
        self.claims = opened(token, jwk, "hub-evidence+jwt")
        self.keys[named] = {"agency": "hub", "jwk": jwk, "nbf": 1, "exp": 2**53}
        listed = self.claims["files"]
        for name in sorted({*listed, *self.files} - {"manifest.jws"}):
            raw = self.files.get(name)
            if raw is None or hashlib.sha256(raw).hexdigest() != listed.get(name):
                self.faults.append((name, "is missing, altered or not part of the pack"))
        self.told.append(f"signed by {self.claims['iss']} with key {named}, {len(listed)} files")

    def checkpoint(self) -> None:
        """Check the log's signature and its witnesses'."""
        text, log = (self.files[f].decode() for f in ("log/checkpoint", "keys/log.vkey"))
        log = log.strip()
        if self.given.log and self.given.log != log:
            self.faults.append(("keys/log.vkey", "is not the log's key that you gave"))
        origin, size, root = text.split("\n")[:3]
        need(
            note(text, log) is not None and origin == log.split("+")[0], "is not signed by the log"
        )
        self.told.append(f"log {origin}: {size} leaves, root {root}")
        self.witnesses = self.given.witness or self.files["keys/witnesses"].decode().split()
        for vkey in self.witnesses:
            at = note(text, vkey)
            need(at or not self.given.witness, "is not signed by a witness that you gave")
            when = clock(at) if at else "has not signed this"
            self.told.append(f"witness {vkey.split('+')[0]}: {when}")

    def proved(self, name: str, leaf: str, position: int) -> str:
        """Check that a file proves a leaf; return the checkpoint under which it does."""
        head, _, signed = self.files[name].decode().partition("\n\n")
        _, index, *path = head.split("\n")
        _, size, root = signed.split("\n")[:3]
        need(index == f"index {position - 1}", "has a proof of another place")
        hashes = [b64(one, url=False) for one in path]
        included(position - 1, int(size), leaf.encode(), hashes, b64(root, url=False))
        return signed

    def first(self, name: str) -> None:
        """Check by when a leaf was in the log, as witnesses say."""
        said = json.loads(self.files[name[:-5] + "json"])
        signed = self.proved(name, said["leaf"], said["position"])
        need(note(signed, self.files["keys/log.vkey"].decode().strip()) is not None,
             "is not signed by the log")  # fmt: skip
        times = [at for at in (note(signed, vkey) for vkey in self.witnesses) if at]
        need(times or self.given.witness, "is not signed by a witness")
        if times:
            self.told.append(f"position {said['position']}: in the log by {clock(min(times))}")

    def entry(self, name: str) -> None:
        """Check one leaf, and the statement behind it where the pack holds it."""
        said = json.loads(self.files[name])
        signed = self.proved(name[:-4] + "proof", said["leaf"], said["position"])
        need(signed.encode() == self.files["log/checkpoint"], "has a proof of another checkpoint")
        self.leaves += 1
        version, kind, _, commitment, number = [*said["leaf"].split("\n"), ""][:5]
        need((version, kind) == ("hub-leaf/v1", said["kind"]), "is a leaf of another kind")
        partner = f"{said['partner']} {said['pseq']}" if said.get("partner") else ""
        need(number == partner, "is numbered otherwise than its leaf")
        if said.get("token") is not None:
            sealed = b"hub-commit/v1\n" + b64(said["blind"], url=False) + said["token"].encode()
            need(hashlib.sha256(sealed).digest() == b64(commitment, url=False),
                 "holds another statement than its leaf commits to")  # fmt: skip
            self.statement(said)
            self.open += 1

    def statement(self, said: Said) -> None:
        """Check who signed a statement, and keep what it says about keys."""
        token, hub = said["token"], self.claims["iss"]
        key = self.keys.get(json.loads(b64(token.split(".")[0]))["kid"], {"revoked": True})
        need(not key.get("revoked"), "is signed by no key in force there")
        claims = opened(token, key["jwk"], "secevent+jwt")
        issuer = hub if key["agency"] == "hub" else f"{hub}/agencies/{key['agency']}"
        ((kind, event),) = claims["events"].items()
        need(key["agency"] == said["agency"] and claims["iss"] == issuer, "is by another agency")
        need(key["nbf"] <= claims["iat"] < key["exp"], "was signed outside the key's life")
        need((said["jti"], said["type"]) == (claims["jti"], kind), "is described otherwise")
        if kind.endswith("/key-registered/v1") and key["agency"] in ("hub", event["agency"]):
            need(thumbprint(event["jwk"]) == event["kid"], "registers a key under another's name")
            self.keys.setdefault(event["kid"], event)
        if kind.endswith("/key-revoked/v1") and key["agency"] in ("hub", event["agency"]):
            self.keys[event["kid"]] = {**self.keys[event["kid"]], "revoked": True}
            since = event.get("compromised_since")
            what = f", disputed from {clock(since)}" if since else ""
            self.told.append(f"a key of {event['agency']}: {event['reason']}{what}")

    def timestamp(self) -> None:
        """Check that a time stamp is of this checkpoint; its signature too, where openssl is."""
        token = der(der(der(self.files["log/checkpoint.tsr"])[0][1])[1][1])[1][1]
        content = der(der(der(token)[0][1])[2][1])[1][1]
        _, _, imprint, _, at, *_ = der(der(der(content)[0][1])[0][1])
        digest = hashlib.sha256(self.files["log/checkpoint"]).digest()
        need(der(imprint[1])[1][1] == digest, "is a time stamp of something else")
        words, openssl = "its signature was not checked", shutil.which("openssl")
        if openssl and "keys/tsa.pem" in self.files:
            with tempfile.TemporaryDirectory() as folder:
                for place in ("log/checkpoint", "log/checkpoint.tsr", "keys/tsa.pem"):
                    Path(folder, Path(place).name).write_bytes(self.files[place])
                command = "ts -verify -data checkpoint -in checkpoint.tsr -CAfile tsa.pem"
                done = subprocess.run(  # noqa: S603 - a fixed command
                    [openssl, *command.split()], cwd=folder, capture_output=True, check=False
                )
            need(done.returncode == 0, "has a signature that does not hold")
            words = "signature holds"
        self.told.append(f"time stamp {at[1].decode()}: {words}")


def read(path: Path) -> dict[str, bytes]:
    """Return a pack's files by name."""
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.is_file()]
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in found}
    with zipfile.ZipFile(path) as pack:
        if len(set(pack.namelist())) != len(pack.namelist()):
            raise zipfile.BadZipFile("two files have one name")
        return {name: pack.read(name) for name in pack.namelist()}


def main() -> int:
    """Verify, print the report, return the exit code."""
    parser = argparse.ArgumentParser(description="Verify an evidence pack, offline.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--hub", help="the hub's key id, as you were given it elsewhere")
    parser.add_argument("--log", help="the log's vkey, as you were given it elsewhere")
    parser.add_argument("--witness", action="append", help="a witness's vkey; repeatable")
    given = parser.parse_args()
    try:
        pack = Pack(read(given.pack), given)
    except OSError as absent:
        sys.stderr.write(f"{given.pack}: {absent.strerror}\n")
        return 2
    except zipfile.BadZipFile as broken:
        sys.stdout.write(f"FAULT {given.pack.name}: {broken}\nNOT VERIFIED\n")
        return 1
    pack.run()
    if not (given.hub and given.log):
        pack.told.append("NOTE: keys were taken from the pack; compare them with ones you know")
    pack.told.append(f"{pack.leaves} leaves in the log, {pack.open} statements read and signed")
    lines = [*pack.told, *(f"FAULT {name}: {words}" for name, words in pack.faults)]
    lines.append("NOT VERIFIED" if pack.faults else "VERIFIED")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if pack.faults else 0


if __name__ == "__main__":
    sys.exit(main())
