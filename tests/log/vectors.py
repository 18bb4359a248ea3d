"""The cases of transparency-dev/merkle's proof corpus: 98 of inclusion, 98 of consistency.

In: the eight leaves, roots and proofs which that corpus publishes (Apache-2.0; they are facts of
SHA-256, and come from Certificate Transparency's first tests). Out: each case with its verdict.
Never here: a value computed by the code under test.

The corpus is what its generator makes of these constants by a fixed list of changes; the list is
written again here. Its counts are held by the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.log import naive

LEAVES = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
ROOTS = tuple(
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
)
_A = bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7")
_B = bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e")
_C = bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
_D = bytes.fromhex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")
_E = bytes.fromhex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0")
_F = bytes.fromhex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a")
_G = bytes.fromhex("b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f")
INCLUSION: tuple[tuple[int, int, list[bytes]], ...] = (
    (0, 1, []),
    (0, 8, [_A, _B, _C]),
    (5, 8, [_D, _E, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], _B, _D]),
)
CONSISTENCY: tuple[tuple[int, int, list[bytes]], ...] = (
    (1, 1, []),
    (1, 8, [_A, _B, _C]),
    (6, 8, [_F, _E, ROOTS[3]]),
    (2, 5, [_B, _D]),
    (6, 7, [_F, _G, ROOTS[3]]),
)
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One case: is this leaf at this index?"""

    name: str
    index: int
    size: int
    root: bytes
    leaf: bytes
    proof: list[bytes]
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Consistency:
    """One case: does the second tree begin with the first?"""

    name: str
    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: list[bytes]
    sound: bool = False


def inclusions() -> Iterator[Inclusion]:
    """Yield every case of inclusion."""
    for index, size, proof in INCLUSION:
        leaf, root = naive.leaf(LEAVES[index]), ROOTS[size - 1]
        at = f"{index} of {size}"
        yield Inclusion(f"{at}: happy path", index, size, root, leaf, proof, sound=True)
        for name, i, n, r, one in (
            ("index - 1", index - 1, size, root, leaf),
            ("index + 1", index + 1, size, root, leaf),
            ("index ^ 2", index ^ 2, size, root, leaf),
            ("size * 2", index, size * 2, root, leaf),
            ("size / 2", index, size // 2, root, leaf),
            ("wrong leaf", index, size, root, b"WrongLeaf"),
            ("empty root", index, size, EMPTY, leaf),
            ("random root", index, size, SOME, leaf),
        ):
            yield Inclusion(f"{at}: {name}", i, n, r, one, proof)
        changed = [*_longer(proof, {"root": root}), *_flipped(proof, 8)]
        if proof:
            changed.append(("removed component", proof[:-1]))
        if len(proof) > 1:
            changed.append(("inserted component", [proof[0], SOME, *proof[1:]]))
        for name, wrong in changed:
            yield Inclusion(f"{at}: {name}", index, size, root, leaf, wrong)
    for index, size in ((0, 0), (0, 1), (1, 0), (2, 1)):
        for name, root, leaf in (
            ("random leaf", b"", SOME),
            ("empty root", EMPTY, b""),
            ("empty root and random leaf", EMPTY, SOME),
        ):
            yield Inclusion(f"{index} of {size}: {name}", index, size, root, leaf, [])
    only = naive.leaf(b"data")
    yield Inclusion("single: matching root and leaf", 0, 1, only, only, [], sound=True)
    yield Inclusion("single: empty leaf", 0, 1, only, b"", [])
    yield Inclusion("single: empty root", 0, 1, b"", only, [])
    yield Inclusion("single: empty root and leaf", 0, 1, b"", b"", [])


def consistencies() -> Iterator[Consistency]:
    """Yield every case of consistency."""
    for old, new, proof in CONSISTENCY:
        before, after = ROOTS[old - 1], ROOTS[new - 1]
        at = f"{old} to {new}"
        yield Consistency(f"{at}: happy path", old, new, before, after, proof, sound=True)
        if not proof:
            continue
        for name, m, n, first, second in (
            ("old - 1", old - 1, new, before, after),
            ("old + 1", old + 1, new, before, after),
            ("old ^ 2", old ^ 2, new, before, after),
            ("new * 2", old, new * 2, before, after),
            ("new / 2", old, new // 2, before, after),
            ("wrong old root", old, new, b"WrongRoot", after),
            ("wrong new root", old, new, before, b"WrongRoot"),
            ("swapped roots", old, new, after, before),
        ):
            yield Consistency(f"{at}: {name}", m, n, first, second, proof)
        for name, wrong in (
            ("empty proof", []),
            *_longer(proof, {"old root": before, "new root": after}),
            ("preceding first", [proof[0], *proof]),
            ("truncated proof", proof[:-1]),
            *_flipped(proof, 16),
        ):
            yield Consistency(f"{at}: {name}", old, new, before, after, wrong)
    one, two = b"don't care 1", b"don't care 2"
    yield Consistency("one size, one root", 1, 1, two, two, [], sound=True)
    for old, new, first, second, proof in (
        (0, 0, one, two, []),
        (1, 1, one, two, []),
        (0, 0, one, one, []),
        (0, 1, one, two, []),
        (1, 0, one, two, []),
        (2, 1, one, two, []),
        (1, 2, one, two, []),
        (0, 0, EMPTY, two, []),
        (1, 1, EMPTY, two, []),
        (0, 0, EMPTY, EMPTY, [EMPTY]),
        (1, 1, EMPTY, EMPTY, [EMPTY]),
        (0, 1, EMPTY, two, []),
        (0, 1, EMPTY, EMPTY, [EMPTY]),
    ):
        name = f"{old} to {new}: {first[:8]!r}, {second[:8]!r}, {len(proof)} hashes"
        yield Consistency(name, old, new, first, second, proof)


def _longer(proof: list[bytes], roots: dict[str, bytes]) -> Iterator[tuple[str, list[bytes]]]:
    for name, one in {"garbage": b"", **roots}.items():
        yield f"trailing {name}", [*proof, one]
        yield f"preceding {name}", [one, *proof]


def _flipped(proof: list[bytes], bit: int) -> Iterator[tuple[str, list[bytes]]]:
    for at, one in enumerate(proof):
        wrong = bytes([one[0] ^ bit]) + one[1:]
        yield f"modified {at}", [*proof[:at], wrong, *proof[at + 1 :]]
