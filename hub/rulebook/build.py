"""Turn the tables of a release into a Rulebook, or refuse them with the file and field at fault.

In: tables as parsed (TOML or canonical JSON). Out: a frozen Rulebook that passed every check, and
the canonical text of a release, from which the same Rulebook is built again.
Never here: reading a file, a decision, or a rule half built: one fault refuses the whole release.
"""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.base import Category
from hub.rulebook.analyse import check_promises, check_rules
from hub.rulebook.book import Rulebook
from hub.rulebook.check import (
    check_layers,
    check_manifest,
    check_purposes,
    check_rule,
    check_vocabulary,
    check_yields,
)
from hub.rulebook.errors import MalformedFileError, UnknownCategoryError, UnknownRuleError
from hub.rulebook.model import (
    CategoryEntry,
    FactEntry,
    Manifest,
    ObligationEntry,
    PurposeEntry,
    RuleFile,
)
from hub.rulebook.rule import Rule, compile_rule, digest

Tables: TypeAlias = dict[str, Any]
"""`rulebook`, `vocabulary`, `categories`, `obligations`, and `rules` by id; since there were any
`purposes`; and `local`, a partnership's own rules by id, where they are laid over the law."""
_TABLES = frozenset({"rulebook", "vocabulary", "categories", "obligations", "rules"})
_LATER = frozenset({"purposes", "local"})
_Model = TypeVar("_Model", bound=BaseModel)
_ORDER = {"forbid": 0, "layer": 1, "permit": 2}


def build(tables: Tables, *, proved: str = "") -> Rulebook:
    """Check and compile a release.

    Args:
        tables: the release, as parsed.
        proved: the digest of a text whose promises were proved before. A process that starts
            with that very text need not prove them again; any other text is proved here.

    Raises:
        RulebookError: a subclass names the fault, the file and the field.
    """
    manifest = checked("rulebook.toml", "", Manifest, tables["rulebook"])
    vocabulary = _table(tables, "vocabulary", FactEntry)
    categories = _table(tables, "categories", CategoryEntry)
    obligations = _table(tables, "obligations", ObligationEntry)
    if set(categories) != set(Category):
        raise UnknownCategoryError("categories.toml", "*", "must describe each category, once")
    law = rule_files(tables["rules"])
    purposes = _table(tables, "purposes", PurposeEntry) if "purposes" in tables else {}
    check_vocabulary(vocabulary)
    check_purposes(purposes, vocabulary)
    check_manifest(manifest, law, vocabulary)
    for file in law.values():
        check_rule(file, manifest, vocabulary, categories, obligations)
    check_yields(law, blocking(obligations))
    check_layers(law, manifest, categories, obligations)
    parts = (manifest, vocabulary, obligations, law)
    rulebook = Rulebook(
        release=manifest.release,
        semantics=manifest.semantics,
        sha256=digest(meaning(*parts)),
        text_sha256=hashlib.sha256(canonical(tables).encode()).hexdigest(),
        rules=in_order(
            compile_rule(file, manifest, vocabulary, blocking(obligations)) for file in law.values()
        ),
        vocabulary=MappingProxyType(vocabulary),
        categories=MappingProxyType(categories),
        obligations=MappingProxyType(obligations),
        purposes=MappingProxyType(purposes),
        manifest=manifest,
    )
    if rulebook.text_sha256 != proved:
        check_rules(rulebook)
        check_promises(rulebook)
    return rulebook


def canonical(tables: Tables) -> str:
    """Return the whole text of a release in one form: sorted, compact JSON."""
    return json.dumps(
        tables,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=lambda day: day.isoformat(),
    )


def from_canonical(text: str, *, proved: str = "") -> Rulebook:
    """Build a rulebook from its canonical text, without what a partnership lays over it.

    Raises:
        RulebookError: it is no such text, or the release does not pass its checks.
    """
    try:
        tables = json.loads(text)
    except json.JSONDecodeError as error:
        raise MalformedFileError("canonical", "*", "is not JSON") from error
    if not isinstance(tables, dict) or not _TABLES <= set(tables) <= _TABLES | _LATER:
        raise MalformedFileError("canonical", "*", "does not hold the tables of one release")
    return build(tables, proved=proved)


def in_order(rules: Any) -> tuple[Rule, ...]:  # noqa: ANN401 - any iterable of rules
    """Return rules as a rulebook keeps them: forbids, layers, then permits as they lead."""
    return tuple(sorted(rules, key=lambda rule: (_ORDER[rule.effect], rule.rank)))


def blocking(obligations: Mapping[str, ObligationEntry]) -> frozenset[str]:
    """Return the obligations that ask for a person's decision first."""
    return frozenset(name for name, entry in obligations.items() if entry.blocks_release)


def rule_files(rules: Mapping[str, Any], folder: str = "rules") -> dict[str, RuleFile]:
    """Return checked files by id. A file's name is its rule's id, so that it is found by eye."""
    law: dict[str, RuleFile] = {}
    for name in sorted(rules):
        where = f"{folder}/{name}.toml"
        file = checked(where, "", RuleFile, rules[name])
        if name != file.id:
            raise UnknownRuleError(where, "id", f"`{file.id}` is not the file's name")
        law[name] = file
    return law


def checked(name: str, prefix: str, model: type[_Model], row: object) -> _Model:
    """Return one table as its model, or refuse it.

    Raises:
        MalformedFileError: names the file and the field.
    """
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = prefix + ".".join(str(part) for part in first["loc"])
        raise MalformedFileError(name, where or "*", first["msg"].lower()) from error


def meaning(
    manifest: Manifest,
    vocabulary: Mapping[str, FactEntry],
    obligations: Mapping[str, ObligationEntry],
    law: Mapping[str, RuleFile],
) -> dict[str, Any]:
    """Return what can change an answer, and no wording: a new case is not a new law."""
    return {
        "semantics": manifest.semantics,
        "tiers": manifest.tiers,
        "facts": {n: (f.scope, sorted(f.values), f.lasts_days) for n, f in vocabulary.items()},
        "blocking": sorted(blocking(obligations)),
        "rules": {file.id: rule_meaning(file, manifest.semantics) for file in law.values()},
    }


def rule_meaning(file: RuleFile, semantics: str) -> dict[str, Any]:
    """Return what of one rule can change an answer."""
    words = {"title", "plain", "basis", "scene", "case", "strength", "serves"}
    if semantics == "1":
        words |= {"articles", "tiers", "lifts"}
    said = file.model_dump(mode="json", by_alias=True, exclude=words)
    for condition in said["when"]:
        condition.pop("ignore_reason")
    if semantics != "1":
        said["layers"] = sorted(file.basis.layers)
    return said


def _table(tables: Tables, name: str, model: type[_Model]) -> dict[str, _Model]:
    rows = tables[name]
    return {key: checked(f"{name}.toml", f"{key}.", model, row) for key, row in rows.items()}
