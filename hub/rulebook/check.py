"""Refuse a rule that names what does not exist, or lacks the legal condition it needs.

In: checked files and the closed lists. Out: nothing, or a named RulebookError.
Never here: what the rules mean together (see `analyse`), or reading files.
"""

from collections.abc import Iterable, Mapping

from contracts.base import Category
from hub.rulebook.errors import (
    BadConditionError,
    BadLayerError,
    BadYieldError,
    MissingBasisError,
    UnknownCategoryError,
    UnknownFactError,
    UnknownObligationError,
    UnknownRuleError,
    UnknownTierError,
    UnknownValueError,
)
from hub.rulebook.model import (
    Case,
    CategoryEntry,
    Condition,
    FactEntry,
    Manifest,
    ObligationEntry,
    PurposeEntry,
    RuleFile,
)

DUTY = "duty"
_ARTICLES = {"special_category": "article9", "criminal_offence": "article10"}


def check_vocabulary(vocabulary: Mapping[str, FactEntry]) -> None:
    """Refuse a fact that is reserved to a kind of agency that does not exist."""
    if "recipient_kind" not in vocabulary:
        raise UnknownFactError(
            "vocabulary.toml", "recipient_kind", "the kinds of agency are missing"
        )
    kinds = vocabulary["recipient_kind"].values
    for name, fact in vocabulary.items():
        for kind in fact.asserted_by or ():
            if kind not in kinds:
                where = f"{name}.asserted_by"
                raise UnknownValueError("vocabulary.toml", where, f"`{kind}` is no kind of agency")


def check_purposes(
    purposes: Mapping[str, PurposeEntry], vocabulary: Mapping[str, FactEntry]
) -> None:
    """Refuse a table of purposes that leaves one out, or names what does not exist."""
    file = "purposes.toml"
    kinds, stated = (vocabulary[name].values for name in ("recipient_kind", "purpose"))
    if purposes and set(purposes) != set(stated):
        raise UnknownValueError(file, "*", "does not name every purpose once")
    for purpose, entry in purposes.items():
        for kind in entry.kinds:
            if kind not in kinds:
                raise UnknownValueError(file, f"{purpose}.kinds", f"`{kind}` is no kind of agency")


def check_manifest(
    manifest: Manifest, law: Mapping[str, RuleFile], vocabulary: Mapping[str, FactEntry]
) -> None:
    """Refuse a promise about a rule, fact, value or category that does not exist."""
    file = "rulebook.toml"
    for place, never in enumerate(manifest.never):
        _facts_exist(file, f"never.{place}.given", never.given, vocabulary)
        _facts_exist(file, f"never.{place}.unless", never.unless, vocabulary)
        _categories_exist(file, f"never.{place}.categories", never.categories)
        for rule in never.except_:
            _rule_exists(file, f"never.{place}.except", rule, law)
    for place, always in enumerate(manifest.always):
        _rule_exists(file, f"always.{place}.rule", always.rule, law)


def check_rule(
    file: RuleFile,
    manifest: Manifest,
    vocabulary: Mapping[str, FactEntry],
    categories: Mapping[str, CategoryEntry],
    obligations: Mapping[str, ObligationEntry],
) -> None:
    """Refuse one rule for the names it uses, its conditions, its basis, or its cases.

    Raises:
        RulebookError: the subclass says which.
    """
    name = _name(file)
    if file.tier is not None and file.tier not in manifest.tiers:
        raise UnknownTierError(name, "tier", f"`{file.tier}` is not one of the tiers")
    _categories_exist(name, "categories", file.categories)
    for obligation in file.obligations:
        if obligation not in obligations:
            raise UnknownObligationError(name, "obligations", f"`{obligation}` does not exist")
    _check_conditions(file, vocabulary)
    if file.effect == "permit":
        _check_permit(file, manifest, categories)
    _facts_exist(name, "scene", file.scene, vocabulary)
    for place, case in enumerate(file.case):
        _check_case(name, f"case.{place}", case, vocabulary)


def check_yields(law: Mapping[str, RuleFile], blocking: frozenset[str]) -> None:
    """Refuse a forbid that gives way to anything but a statutory duty that runs by itself."""
    for file in law.values():
        for wanted in file.yields_to:
            _rule_exists(_name(file), "yields_to", wanted, law)
            other = law[wanted]
            if other.tier != DUTY or not blocking.isdisjoint(other.obligations):
                raise BadYieldError(_name(file), "yields_to", f"`{wanted}` is not a plain duty")


def check_layers(
    law: Mapping[str, RuleFile],
    manifest: Manifest,
    categories: Mapping[str, CategoryEntry],
    obligations: Mapping[str, ObligationEntry],
) -> None:
    """Refuse a permit without a layer for each article it needs, and a layer without a use."""
    if manifest.semantics == "1":
        return
    for file in law.values():
        if file.effect == "permit":
            _check_named(file, law, categories)
        if unknown := set(file.tiers) - set(manifest.tiers):
            raise UnknownTierError(_name(file), "tiers", f"{sorted(unknown)} are not tiers")
        if unknown := set(file.lifts) - set(obligations):
            raise UnknownObligationError(_name(file), "lifts", f"{sorted(unknown)} do not exist")
    used = {layer for file in law.values() for layer in file.basis.layers}
    for file in law.values():
        if file.articles and file.id not in used:
            raise BadLayerError(_name(file), "id", "no permit rests on this layer")


def _check_named(
    file: RuleFile, law: Mapping[str, RuleFile], categories: Mapping[str, CategoryEntry]
) -> None:
    covered = categories if file.categories == "all" else file.categories
    kinds = {categories[category].kind for category in covered}
    needed = {"article6"} | {article for kind, article in _ARTICLES.items() if kind in kinds}
    where = (_name(file), "basis.layers")
    named: set[str] = set()
    for layer in file.basis.layers:
        _rule_exists(*where, layer, law)
        articles = set(law[layer].articles)
        if not articles & needed:
            raise BadLayerError(*where, f"`{layer}` is no layer that this permit has a use for")
        if law[layer].tiers and file.tier not in law[layer].tiers:
            raise BadLayerError(*where, f"`{layer}` is not for a permit of this tier")
        named |= articles
    for article in sorted(needed - named):
        raise MissingBasisError(*where, f"no layer for {article}")


def _check_conditions(file: RuleFile, vocabulary: Mapping[str, FactEntry]) -> None:
    seen: set[str] = set()
    for place, condition in enumerate(file.when):
        where = f"when.{place}"
        for value in condition.listed:
            _facts_exist(_name(file), where, {condition.fact: value}, vocabulary)
        if condition.fact in seen:
            raise BadConditionError(_name(file), where, f"`{condition.fact}` is read twice")
        seen.add(condition.fact)
        _check_missing(_name(file), where, file.effect, condition)
        every = set(condition.listed) == set(vocabulary[condition.fact].values)
        # For a permit or a layer, any value at all still says that the fact must be on record.
        if every and (file.effect == "forbid" or condition.in_ is None):
            raise BadConditionError(_name(file), where, "names every value, so decides nothing")


def _check_missing(name: str, where: str, effect: str, condition: Condition) -> None:
    if effect != "forbid" and condition.if_not_recorded is not None:
        raise BadConditionError(name, where, "only a forbid says what a missing fact does")
    ignores = condition.if_not_recorded == "ignore"
    if ignores is (condition.ignore_reason is None):
        raise BadConditionError(name, where, "ignore and ignore_reason come together")


def _check_permit(
    file: RuleFile, manifest: Manifest, categories: Mapping[str, CategoryEntry]
) -> None:
    covered = categories if file.categories == "all" else file.categories
    if Category.EXISTENCE not in covered:
        raise MissingBasisError(_name(file), "categories", "nothing shows without `existence`")
    if manifest.semantics == "1":
        _check_cited(file, {categories[category].kind for category in covered})


def _check_cited(file: RuleFile, kinds: set[str]) -> None:
    """Refuse a permit of semantics 1 that shows sensitive kinds without citing a condition."""
    needs = {
        "special_category": file.basis.special_category,
        "criminal_offence": file.basis.criminal_offence,
    }
    if file.basis.article6 is None:
        raise MissingBasisError(_name(file), "basis.article6", "a permit cites its article 6 basis")
    for kind, cited in needs.items():
        if kind in kinds and not cited:
            raise MissingBasisError(_name(file), f"basis.{kind}", "is needed for what it covers")


def _check_case(name: str, where: str, case: Case, vocabulary: Mapping[str, FactEntry]) -> None:
    _facts_exist(name, f"{where}.given", case.given, vocabulary)
    for fact in (*case.not_recorded, *case.then.waits_for):
        if fact not in vocabulary:
            raise UnknownFactError(name, where, f"`{fact}` is not in the vocabulary")
    then = case.then
    for names in (then.share, then.refer, then.take_out, then.no_basis):
        _categories_exist(name, f"{where}.then", names)


def _facts_exist(
    name: str, where: str, facts: Mapping[str, str], vocabulary: Mapping[str, FactEntry]
) -> None:
    for fact, value in facts.items():
        if fact not in vocabulary:
            raise UnknownFactError(name, where, f"`{fact}` is not in the vocabulary")
        if value not in vocabulary[fact].values:
            raise UnknownValueError(name, where, f"`{value}` is not a value of `{fact}`")


def _categories_exist(name: str, where: str, categories: Iterable[str]) -> None:
    for category in () if categories == "all" else categories:
        if category not in set(Category):
            raise UnknownCategoryError(name, where, f"`{category}` does not exist")


def _rule_exists(name: str, where: str, rule: str, law: Mapping[str, RuleFile]) -> None:
    if rule not in law:
        raise UnknownRuleError(name, where, f"`{rule}` does not exist")


def _name(file: RuleFile) -> str:
    return f"rules/{file.id}.toml"
