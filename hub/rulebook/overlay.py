"""Lay a partnership's own rules over the law of the land. They may forbid, oblige or narrow.

In: a Rulebook, and checked files of one partnership. Out: a Rulebook, proved nowhere wider.
Never here: reading files, or a local permit: what the law does not allow, no partnership can.

A local file is either a forbid with an id of its own (`local-...`), or a permit of the law written
again with the same id, narrower: more conditions, fewer categories, or more obligations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.base import Category
from hub.rulebook.analyse import boxes_of, check_promises, check_rules
from hub.rulebook.book import Rulebook
from hub.rulebook.boxes import Box, outside, words_of
from hub.rulebook.build import blocking, in_order, rule_meaning
from hub.rulebook.check import check_layers, check_rule
from hub.rulebook.errors import OverlayWidensError
from hub.rulebook.model import RuleFile
from hub.rulebook.rule import Rule, compile_rule, digest

PREFIX = "local-"


def lay_over(base: Rulebook, board: str, files: Mapping[str, RuleFile]) -> Rulebook:
    """Return the law as one partnership applies it.

    Args:
        base: the law of the land.
        board: the partnership.
        files: its own rules, by id.

    Raises:
        RulebookError: a file is at fault; OverlayWidensError where it would allow more.
    """
    law = {rule.id: rule.file for rule in base.rules}
    for file in files.values():
        _check_form(base, board, file)
        check_rule(file, base.manifest, base.vocabulary, base.categories, base.obligations)
    check_layers({**law, **files}, base.manifest, base.categories, base.obligations)
    asks = blocking(base.obligations)
    local = [compile_rule(f, base.manifest, base.vocabulary, asks) for f in files.values()]
    named = {rule.id: replace(rule, name=f"{rule.name}.{board}") for rule in local}
    said = {file.id: rule_meaning(file, base.semantics) for file in files.values()}
    laid = replace(
        base,
        rules=in_order({**base.by_id, **named}.values()),
        sha256=digest([base.sha256, board, said]),
        text_sha256=digest(
            [base.text_sha256, board, [f.model_dump(mode="json") for f in files.values()]]
        ),
    )
    for wider in widenings(base, laid):
        raise OverlayWidensError(f"local/{board}/{wider[0]}.toml", *wider[1:])
    check_rules(laid)
    check_promises(laid)
    return laid


def widenings(base: Rulebook, laid: Rulebook) -> Iterator[tuple[str, str, str]]:
    """Yield (rule id, field, what) for each way in which the second may allow what the first bars.

    Nothing yielded is a proof: every permit of the second lies within the same permit of the
    first, category by category, and every forbid of the first is there unchanged.
    """
    for rule in base.rules:
        there = laid.by_id.get(rule.id)
        if not rule.permits and (there is None or there.clauses != rule.clauses):
            yield rule.id, "*", "only a permit can be narrowed"
    for rule in laid.rules:
        if rule.permits:
            yield from _widened(base, laid, rule)


def _widened(base: Rulebook, laid: Rulebook, rule: Rule) -> Iterator[tuple[str, str, str]]:
    before = base.by_id.get(rule.id)
    if before is None:
        yield rule.id, "effect", "a partnership cannot permit what the law does not"
        return
    if lost := set(before.file.obligations) - set(rule.file.obligations):
        yield rule.id, "obligations", f"leaves out {sorted(lost)}"
    for category in sorted(rule.categories):
        beyond = _beyond(base, laid, before, rule, category)
        if beyond is not None:
            yield rule.id, "when", f"`{category}` would be wider where {words_of(beyond)}"


def _beyond(
    base: Rulebook, laid: Rulebook, before: Rule, rule: Rule, category: Category
) -> Box | None:
    """Return a situation in which the narrowed permit shows what the law's own does not."""
    covered = category in before.categories
    within = base.domains.holes(boxes_of(base, before, category) if covered else ())
    for box in boxes_of(laid, rule, category):
        found = next(outside(box, within, base.domains), None)
        if found is not None:
            return found
    return None


def _check_form(base: Rulebook, board: str, file: RuleFile) -> None:
    where = f"local/{board}/{file.id}.toml"
    there = base.by_id.get(file.id)
    if file.effect == "forbid":
        if there is not None or not file.id.startswith(PREFIX):
            raise OverlayWidensError(where, "id", f"a local forbid has an id `{PREFIX}...`")
        return
    if there is None or file.effect != "permit" or not there.permits:
        raise OverlayWidensError(where, "effect", "may only forbid, or narrow a permit of the law")
    if (file.version, file.in_force_from) != (there.version, there.since):
        raise OverlayWidensError(where, "version", "must be that of the permit it narrows")
