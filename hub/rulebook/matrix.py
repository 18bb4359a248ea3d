"""Who can ever be shown what: each kind of agency by each category, computed from the rules.

In: a Rulebook. Out: a Matrix, and the same as a picture (SVG).
Never here: what anybody was shown. A cell says that some facts would allow it, not that they hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from contracts.base import Category
from hub.rulebook.analyse import reaching
from hub.rulebook.book import Rulebook
from hub.rulebook.check import DUTY
from hub.rulebook.rule import Rule

SPECIFIED = frozenset({"council", "police", "nhs_trust", "children_services", "probation"})
"""Kinds that can be specified. Source: Counter-Terrorism and Security Act 2015 Sch 6."""
CONSENT = "consent"
_CELL, _LEFT, _TOP, _ROW = 64, 190, 112, 26


class Way(StrEnum):
    """The strongest way in which a category can be shown, from a duty down to never."""

    DUTY = "duty"
    POWER = "power"
    CONSENT = "consent"
    PERSON = "person"
    NEVER = "never"


WORDS: Mapping[Way, tuple[str, str, str]] = {
    Way.DUTY: ("D", "by a duty", "#1d70b8"),
    Way.POWER: ("P", "by a power", "#5694ca"),
    Way.CONSENT: ("C", "only if the person agreed", "#b1d4e0"),
    Way.PERSON: ("A", "only after a person decides", "#f3c76a"),
    Way.NEVER: ("-", "never, save its own records", "#f3f2f1"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of agency and one category: the strongest way, and every rule that leads there."""

    way: Way
    rules: tuple[str, ...]


def matrix(rulebook: Rulebook) -> dict[tuple[str, Category], Cell]:
    """Return a cell for each kind of agency and each category, of the rules that are in force.

    What an agency posted itself, what a court orders for anybody at all, and what answers a person
    about their own data is left out: each would fill the whole row.
    """
    kinds = [kind for kind in rulebook.vocabulary["recipient_kind"].values if kind != "hub"]
    return {(kind, c): _cell(rulebook, kind, c) for kind in kinds for c in Category}


def _cell(rulebook: Rulebook, kind: str, category: Category) -> Cell:
    given = {
        "recipient_kind": frozenset({kind}),
        "own_record": frozenset({"no"}),
        "legal_demand": frozenset({*rulebook.vocabulary["legal_demand"].values, None})
        - {"court_order"},
        "purpose": frozenset(rulebook.vocabulary["purpose"].values) - {"subject_rights"},
    }
    if kind not in SPECIFIED:
        given["recipient_prevent_specified"] = frozenset({"no"})
    found = [r for r in reaching(rulebook, category, given) if r.since is not None]
    return Cell(_strongest(found), tuple(rule.id for rule in found))


def _strongest(rules: list[Rule]) -> Way:
    tiers = {rule.file.tier for rule in rules if not rule.blocks}
    if DUTY in tiers:
        return Way.DUTY
    if tiers - {CONSENT}:
        return Way.POWER
    if tiers:
        return Way.CONSENT
    return Way.PERSON if rules else Way.NEVER


def picture(rulebook: Rulebook, cells: Mapping[tuple[str, Category], Cell]) -> str:
    """Return the matrix as an SVG that reads without colour too: each cell has its letter."""
    kinds = list(dict.fromkeys(kind for kind, _ in cells))
    names = rulebook.vocabulary["recipient_kind"].values
    width, legend = _LEFT + _CELL * len(Category) + 12, _TOP + _ROW * len(kinds) + 24
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {legend + 40}"'
            ' font-family="sans-serif" font-size="12" role="img">'
        ),
        "<title>Which kind of agency can ever be shown which category</title>",
        f'<rect width="{width}" height="{legend + 40}" fill="#ffffff"/>',
    ]
    for column, category in enumerate(Category):
        x = _LEFT + _CELL * column + _CELL // 2
        label = escape(category.replace("_", " "))
        parts.append(
            f'<text transform="translate({x},{_TOP - 8}) rotate(-45)" fill="#0b0c0c">{label}</text>'
        )
    for row, kind in enumerate(kinds):
        y = _TOP + _ROW * row
        parts.append(f'<text x="6" y="{y + 17}" fill="#0b0c0c">{escape(names[kind])}</text>')
        for column, category in enumerate(Category):
            parts.append(_square(_LEFT + _CELL * column, y, cells[kind, category].way))
    for place, (letter, words, colour) in enumerate(WORDS.values()):
        x = 6 + 168 * place
        parts.append(f'<rect x="{x}" y="{legend}" width="16" height="16" fill="{colour}"/>')
        parts.append(
            f'<text x="{x + 22}" y="{legend + 13}" fill="#0b0c0c">{letter} {escape(words)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _square(x: int, y: int, way: Way) -> str:
    letter, _, colour = WORDS[way]
    ink = "#ffffff" if way is Way.DUTY else "#0b0c0c"
    return (
        f'<rect x="{x}" y="{y}" width="{_CELL - 3}" height="{_ROW - 3}" fill="{colour}"/>'
        f'<text x="{x + _CELL // 2 - 2}" y="{y + 16}" text-anchor="middle"'
        f' fill="{ink}">{letter}</text>'
    )
