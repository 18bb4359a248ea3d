"""Write the rulebook as the documents that data protection law asks for: same rules, same words.

In: a Rulebook. Out: pages by name: an index, a DPIA part, a policy document, an annex to a sharing
agreement, one page for each rule, and the matrix as a picture.
Never here: anything a controller must decide for itself. Where one must, the page says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from contracts.base import Category
from hub.rulebook import prose
from hub.rulebook.book import Rulebook
from hub.rulebook.matrix import WORDS, Cell, Way, matrix, picture
from hub.rulebook.rule import Rule
from hub.rulebook.rulepage import KIND, in_force, page, phrases, strength

Cells: TypeAlias = Mapping[tuple[str, Category], Cell]
_KINDS = ("permit", "layer", "forbid")
_SILENCE = {
    "applies": "It bites all the same",
    "refer": "A person finds out first",
    "ignore": "It does not bite",
}
_ASKS_FOR_DOCUMENT: Final = re.compile(r"Sch 1 paras? (1|[5-9]|1\d|2[0-8])\b")
"""Source: DPA 2018 Sch 1 paras 1(1)(b), 5 and 36. Its other conditions ask for none."""
GLASS: Final = ("police", "council", "children_services", "nhs_trust")
GIVES_WAY: Final = "x-third-party"
VITAL: Final = "emergency-life"
"""How broken glass reads the law, as `hub.disclosure.glass` does; a test compares the two."""


def pages(rulebook: Rulebook) -> dict[str, str]:
    """Return every page by its file name, the same for the same rulebook."""
    cells = matrix(rulebook)
    made = {
        "README.md": _index(rulebook),
        "dpia.md": _dpia(rulebook, cells),
        "policy-document.md": _policy(rulebook),
        "sharing-agreement-annex.md": _annex(rulebook, cells),
        "matrix.svg": picture(rulebook, cells),
    }
    for rule in rulebook.rules:
        made[f"rules/{rule.id}.md"] = page(rulebook, rule)
    return dict(sorted(made.items()))


def _index(rulebook: Rulebook) -> str:
    lines: list[str] = []
    for effect in _KINDS:
        lines += ["", f"## {KIND[effect]}s", "", "| Rule | Strength | In force |", "|---|---|---|"]
        lines += [
            f"| {_link(rule)} | {rule.file.strength} | {in_force(rule)} |"
            for rule in _of(rulebook, effect)
        ]
    return prose.INDEX.format(release=rulebook.release, made=prose.MADE, rules="\n".join(lines))


def _dpia(rulebook: Rulebook, cells: Cells) -> str:
    promises = [never.name for never in rulebook.manifest.never]
    promises += [always.name for always in rulebook.manifest.always]
    way, vital = rulebook.rule(GIVES_WAY), rulebook.rule(VITAL)
    return prose.DPIA.format(
        asked=_listed(_link(r) for r in _of(rulebook, "permit") if _waits(rulebook, r)),
        glass=_listed(map(rulebook.vocabulary["recipient_kind"].values.__getitem__, GLASS), "or"),
        way=way.file.title,
        way_id=way.id,
        vital=vital.file.title,
        vital_id=vital.id,
        release=rulebook.release,
        made=prose.MADE,
        categories="\n".join(_categories(rulebook)),
        legend=", ".join(f"**{letter}** {words}" for letter, words, _ in WORDS.values()),
        matrix="\n".join(_matrix_table(rulebook, cells)),
        tiers=", ".join(tier.replace("_", " ") for tier in rulebook.manifest.tiers),
        gateways="\n".join(_basis_row(rulebook, r) for r in _of(rulebook, "permit") if r.since),
        obligations="\n".join(_obligations(rulebook)),
        bars="\n".join(_bar_row(rulebook, rule) for rule in _of(rulebook, "forbid")),
        proofs="\n".join(f"- {promise}." for promise in promises),
        unconfirmed="\n".join(
            f"- {_link(rule)}: {rule.file.basis.power}"
            for rule in rulebook.rules
            if "C" in rule.file.strength
        ),
        dormant="\n".join(
            f"- {_link(r)}: {r.file.basis.power}" for r in rulebook.rules if r.since is None
        ),
    )


def _policy(rulebook: Rulebook) -> str:
    wanted = {"article9", "article10"}
    layers = [rule for rule in _of(rulebook, "layer") if wanted & set(rule.file.articles)]
    said: dict[bool, list[str]] = {True: [], False: []}
    for rule in layers:
        asks = _ASKS_FOR_DOCUMENT.search(rule.file.basis.power) is not None
        said[asks].append(_condition(rulebook, rule))
    return prose.POLICY.format(
        release=rulebook.release,
        made=prose.MADE,
        conditions="\n\n".join(said[True]),
        others="\n\n".join(said[False]),
    )


def _condition(rulebook: Rulebook, layer: Rule) -> str:
    users = ", ".join(_link(r) for r in _of(rulebook, "permit") if layer.id in r.layers)
    plain = " ".join(layer.file.plain.split())
    return (
        f"### {layer.file.title}\n\n{plain}\n\n{layer.file.basis.power}."
        f" Strength {layer.file.strength}: {strength(layer)}\n\nRelied on by: {users}."
    )


def _annex(rulebook: Rulebook, cells: Cells) -> str:
    names = rulebook.vocabulary["recipient_kind"].values
    lines: list[str] = []
    for kind in _kinds(cells):
        lines += [f"## {names[kind][:1].upper()}{names[kind][1:]}", ""]
        lines += _receives(rulebook, {c: cells[kind, c] for c in Category})
    return prose.ANNEX.format(
        release=rulebook.release, made=prose.MADE, kinds="\n".join(lines).rstrip()
    )


def _receives(rulebook: Rulebook, row: Mapping[Category, Cell]) -> Iterator[str]:
    ids = dict.fromkeys(rule for cell in row.values() for rule in cell.rules)
    if not ids:
        yield "Nothing that others posted."
        yield ""
        return
    yield "| Under | It may be shown | And with it |"
    yield "|---|---|---|"
    for rule in (rulebook.rule(rule_id) for rule_id in ids):
        shown = [c for c, cell in row.items() if rule.id in cell.rules]
        words = ", ".join(_plain(c) for c in shown if c is not Category.EXISTENCE)
        mark = " (C)" if "C" in rule.file.strength else ""
        owed = " ".join(rulebook.obligations[name].phrase for name in rule.file.obligations)
        yield f"| {_link(rule)}{mark} | {words or 'that there is something'} | {owed or '-'} |"
    yield ""
    never = [_plain(c) for c, cell in row.items() if cell.way is Way.NEVER]
    yield f"Never: {', '.join(never) or 'nothing'}."
    yield ""


def _matrix_table(rulebook: Rulebook, cells: Cells) -> Iterator[str]:
    names = rulebook.vocabulary["recipient_kind"].values
    yield "| | " + " | ".join(_plain(c) for c in Category) + " |"
    yield "|---|" + "---|" * len(Category)
    for kind in _kinds(cells):
        letters = " | ".join(WORDS[cells[kind, c].way][0] for c in Category)
        yield f"| {names[kind]} | {letters} |"


def _categories(rulebook: Rulebook) -> Iterator[str]:
    for category in Category:
        entry = rulebook.categories[category]
        yield f"| {_plain(category)} | {entry.phrase} | {entry.kind.replace('_', ' ')} |"


def _obligations(rulebook: Rulebook) -> Iterator[str]:
    for name, entry in rulebook.obligations.items():
        users = sum(1 for rule in rulebook.rules if name in rule.file.obligations)
        if users:
            yield f"- {entry.phrase} ({users} {'rule' if users == 1 else 'rules'})"


def _basis_row(rulebook: Rulebook, rule: Rule) -> str:
    tier = (rule.file.tier or "").replace("_", " ")
    layers = "; ".join(rulebook.rule(name).file.title for name in rule.layers)
    return f"| {_link(rule)} | {tier}: {rule.file.basis.power} | {layers} | {rule.file.strength} |"


def _bar_row(rulebook: Rulebook, rule: Rule) -> str:
    missing = " ".join(
        f"{words}: {' '.join(f'*{question}*' for question in questions)}"
        for name, words in _SILENCE.items()
        if (questions := _asked_with(rulebook, rule, name))
    )
    plain, takes = " ".join(rule.file.plain.split()), phrases(rulebook, rule)
    return f"| {plain} | {_link(rule)} | {takes} | {missing} | {rule.file.strength} |"


def _asked_with(rulebook: Rulebook, rule: Rule, silence: str) -> list[str]:
    """Return what a bar asks that it treats so where nobody recorded the answer."""
    return [
        rulebook.vocabulary[condition.fact].question
        for condition in rule.file.when
        if (condition.if_not_recorded or "applies") == silence
    ]


def _waits(rulebook: Rulebook, rule: Rule) -> bool:
    """Return whether a gateway waits for a named person."""
    owed = (rulebook.obligations[name] for name in rule.file.obligations)
    return rule.since is not None and any(entry.blocks_release for entry in owed)


def _listed(words: Iterable[str], joined: str = "and") -> str:
    *others, last = words
    return f"{', '.join(others)} {joined} {last}" if others else last


def _kinds(cells: Cells) -> list[str]:
    return list(dict.fromkeys(kind for kind, _ in cells))


def _of(rulebook: Rulebook, effect: str) -> list[Rule]:
    return sorted((r for r in rulebook.rules if r.effect == effect), key=lambda r: r.file.title)


def _plain(category: Category) -> str:
    return category.replace("_", " ")


def _link(rule: Rule) -> str:
    return f"[{rule.file.title}](rules/{rule.id}.md)"
