"""The information-governance office: reads the register, and checks it against the partners' end.

In: the office's client, and every partner. Out: entries, who saw whom, and whether both ends agree.
Never here: the database; the office asks over HTTP like everybody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hub.demo.partner import Partner

PAGE = 200


@dataclass(frozen=True, slots=True)
class Account:
    """The register beside what the partners hold receipts for."""

    entries: tuple[dict[str, Any], ...]
    released_there: frozenset[str]
    released_here: frozenset[str]
    unbroken: bool

    @property
    def complete(self) -> bool:
        """Return whether the register holds the released answers, all of them and no other."""
        same = self.released_there == self.released_here
        return same and self.unbroken and bool(self.released_here)

    def count(self, outcome: str) -> int:
        """Return how many answers the register has of an outcome."""
        return sum(entry["outcome"] == outcome for entry in self.entries)


def account(office: Partner, partners: Iterable[Partner]) -> Account:
    """Read the whole register and compare it with the partners' verified receipts.

    The office's own readings are in the register too; only those of before count.
    """
    others = [partner for partner in partners if partner.slug != office.slug]
    entries = tuple(e for e in _register(office) if e["partner"] != office.slug)
    received: dict[str, str] = {}
    for partner in others:
        received.update(partner.receipts())
    return Account(
        entries=entries,
        released_there=frozenset(e["jti"] for e in entries if e["outcome"] == "released"),
        released_here=frozenset(dis for dis, outcome in received.items() if outcome == "released"),
        unbroken=all(partner.unbroken() for partner in others),
    )


def who_saw(office: Partner, subject: str) -> list[dict[str, Any]]:
    """Return who was told what about a subject, oldest first."""
    told: list[dict[str, Any]] = office.hub.who_saw(subject, user="ig-1").data["disclosures"]
    return told


def _register(office: Partner) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after: str | None = "0"
    while after is not None:
        page = office.hub.register(user="ig-1", after=after, limit=str(PAGE)).data
        entries += page["entries"]
        after = None if page["after"] is None else str(page["after"])
    return entries
