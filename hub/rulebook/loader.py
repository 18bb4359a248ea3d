"""Read a folder of law into a Rulebook, or refuse it with the file and the field at fault.

In: a folder of TOML (ours, or one under review). Out: a frozen Rulebook that passed every check.
Never here: a decision, or a rule half loaded: one fault refuses the whole release.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.base import Category
from hub.rulebook.analyse import check_promises, check_rules
from hub.rulebook.book import Rulebook, compile_rule, digest
from hub.rulebook.check import check_manifest, check_rule, check_vocabulary, check_yields
from hub.rulebook.errors import MalformedFileError, UnknownCategoryError, UnknownRuleError
from hub.rulebook.model import CategoryEntry, FactEntry, Manifest, ObligationEntry, RuleFile

Folder: TypeAlias = Path | Traversable
_Model = TypeVar("_Model", bound=BaseModel)


@cache
def shipped() -> Rulebook:
    """Return the law that comes with the package, read once."""
    return load(files("hub.rulebook") / "law")


def load(folder: Folder) -> Rulebook:
    """Read, check and compile a rulebook.

    Args:
        folder: holds rulebook.toml, vocabulary.toml, categories.toml, obligations.toml, rules/.

    Raises:
        RulebookError: a subclass names the fault, the file and the field.
    """
    manifest = _one(folder, "rulebook.toml", Manifest)
    vocabulary = _table(folder, "vocabulary.toml", FactEntry)
    categories = _table(folder, "categories.toml", CategoryEntry)
    obligations = _table(folder, "obligations.toml", ObligationEntry)
    if set(categories) != set(Category):
        raise UnknownCategoryError("categories.toml", "*", "must describe each category, once")
    law = _rules(folder)
    check_vocabulary(vocabulary)
    check_manifest(manifest, law, vocabulary)
    for file in law.values():
        check_rule(file, manifest, vocabulary, categories, obligations)
    blocking = frozenset(name for name, entry in obligations.items() if entry.blocks_release)
    check_yields(law, blocking)
    compiled = (compile_rule(file, manifest, vocabulary, blocking) for file in law.values())
    parts = (manifest, vocabulary, obligations, law)
    rulebook = Rulebook(
        release=manifest.release,
        semantics=manifest.semantics,
        sha256=digest(_meaning(*parts)),
        text_sha256=digest([_plain(part) for part in (*parts, categories)]),
        rules=tuple(sorted(compiled, key=lambda rule: (rule.permits, rule.rank))),
        vocabulary=MappingProxyType(vocabulary),
        categories=MappingProxyType(categories),
        obligations=MappingProxyType(obligations),
        manifest=manifest,
    )
    check_rules(rulebook)
    check_promises(rulebook)
    return rulebook


def _rules(folder: Folder) -> dict[str, RuleFile]:
    """Read rules/*.toml. The file's name is the rule's id, so that an id is found by eye."""
    law: dict[str, RuleFile] = {}
    for path in sorted((folder / "rules").iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".toml"):
            continue
        file = _one(folder, f"rules/{path.name}", RuleFile)
        if path.name != f"{file.id}.toml":
            raise UnknownRuleError(
                f"rules/{path.name}", "id", f"`{file.id}` is not the file's name"
            )
        law[file.id] = file
    return law


def _one(folder: Folder, name: str, model: type[_Model]) -> _Model:
    return _checked(name, "", model, _read(folder, name))


def _table(folder: Folder, name: str, model: type[_Model]) -> dict[str, _Model]:
    rows = _read(folder, name)
    return {key: _checked(name, f"{key}.", model, row) for key, row in rows.items()}


def _read(folder: Folder, name: str) -> dict[str, Any]:
    source = folder
    for part in name.split("/"):
        source = source / part
    try:
        return tomllib.loads(source.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedFileError(name, "*", "cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise MalformedFileError(name, "*", str(error)) from error


def _checked(name: str, prefix: str, model: type[_Model], row: object) -> _Model:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = prefix + ".".join(str(part) for part in first["loc"])
        raise MalformedFileError(name, where or "*", first["msg"].lower()) from error


def _meaning(
    manifest: Manifest,
    vocabulary: Mapping[str, FactEntry],
    obligations: Mapping[str, ObligationEntry],
    law: Mapping[str, RuleFile],
) -> dict[str, Any]:
    """Return what can change an answer, and no wording: a new case is not a new law."""
    words = {"title", "plain", "basis", "scene", "case", "strength"}
    rules = (file.model_dump(mode="json", by_alias=True, exclude=words) for file in law.values())
    return {
        "semantics": manifest.semantics,
        "tiers": manifest.tiers,
        "facts": {n: (f.scope, sorted(f.values), f.lasts_days) for n, f in vocabulary.items()},
        "blocking": sorted(n for n, o in obligations.items() if o.blocks_release),
        "rules": {rule["id"]: _without_reasons(rule) for rule in rules},
    }


def _without_reasons(rule: dict[str, Any]) -> dict[str, Any]:
    for condition in rule["when"]:
        condition.pop("ignore_reason")
    return rule


def _plain(part: BaseModel | Mapping[str, BaseModel]) -> object:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json", by_alias=True)
    return {name: row.model_dump(mode="json", by_alias=True) for name, row in part.items()}
