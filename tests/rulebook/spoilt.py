"""One spoilt line of law per row, and the refusal it must meet.

In: the shipped law's files, by name. Out: the table.
Never here: loading.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hub.rulebook import RulebookError, errors


class Spoil(NamedTuple):
    """In this file, this text becomes that; the refusal is this error, at this field."""

    file: str
    before: str
    after: str
    error: type[RulebookError]
    field: str


S42 = "rules/s42-enquiry.toml"
TIPPING = "rules/x-tipping-off.toml"
REFUSAL = "rules/x-capacity-refusal.toml"
SEALED = "rules/x-whistleblower.toml"

SPOILT: Mapping[str, Spoil] = {
    "a typo in the name of a fact": Spoil(
        S42,
        'fact = "s42"',
        'fact = "s24"',
        errors.UnknownFactError,
        "when.0",
    ),
    "a typo in a value": Spoil(
        S42,
        'is = "reasonable_cause"',
        'is = "reasonable"',
        errors.UnknownValueError,
        "when.0",
    ),
    "a typo in a category": Spoil(
        S42,
        'categories = ["identity"',
        'categories = ["identy"',
        errors.UnknownCategoryError,
        "categories",
    ),
    "a typo in an obligation": Spoil(
        S42,
        '"co_operate", "minimum',
        '"cooperate", "minimum',
        errors.UnknownObligationError,
        "obligations",
    ),
    "a typo in a tier": Spoil(
        S42, 'tier = "duty"', 'tier = "duties"', errors.UnknownTierError, "tier"
    ),
    "an unknown field": Spoil(
        S42,
        'tier = "duty"',
        'tier = "duty"\nteir = 1',
        errors.MalformedFileError,
        "teir",
    ),
    "a field that is missing": Spoil(
        S42,
        'strength = "A"',
        "",
        errors.MalformedFileError,
        "strength",
    ),
    "a strength nobody defined": Spoil(
        S42,
        'strength = "A"',
        'strength = "D"',
        errors.MalformedFileError,
        "strength",
    ),
    "health without an article 9 condition": Spoil(
        S42,
        "special_category =",
        "confidence_too =",
        errors.MalformedFileError,
        "basis.confidence_too",
    ),
    "health with its article 9 condition left out": Spoil(
        S42,
        'special_category = "Art 9(2)(g) + DPA 2018 Sch 1 para 18"',
        "",
        errors.MissingBasisError,
        "basis.special_category",
    ),
    "offences without an article 10 authority": Spoil(
        S42,
        'criminal_offence = "DPA 2018 s10(5) + Sch 1 para 18 (with para 36); police under Part 3"',
        "",
        errors.MissingBasisError,
        "basis.criminal_offence",
    ),
    "a permit without an article 6 basis": Spoil(
        S42,
        'article6 = "6(1)(e) public task; 6(1)(c) where section 7 obliges"',
        "",
        errors.MissingBasisError,
        "basis.article6",
    ),
    "a permit that shows no existence": Spoil(
        S42,
        '"outcome", "existence"]\nobligations',
        '"outcome"]\nobligations',
        errors.MissingBasisError,
        "categories",
    ),
    "a permit that silence would satisfy": Spoil(
        S42,
        'is = "reasonable_cause"',
        'is = "reasonable_cause"\nif_not_recorded = "applies"',
        errors.BadConditionError,
        "when.0",
    ),
    "a fact ignored without a reason": Spoil(
        TIPPING,
        'if_not_recorded = "refer"',
        'if_not_recorded = "ignore"',
        errors.BadConditionError,
        "when.2",
    ),
    "a reason without an ignored fact": Spoil(
        TIPPING,
        'if_not_recorded = "refer"',
        'ignore_reason = "why not"',
        errors.BadConditionError,
        "when.2",
    ),
    "a condition that says two things": Spoil(
        TIPPING,
        'is = "active"',
        'is = "active"\nin = ["active"]',
        errors.MalformedFileError,
        "when.2",
    ),
    "a condition on every value": Spoil(
        TIPPING,
        'is = "active"',
        'in = ["active", "lifted"]',
        errors.BadConditionError,
        "when.2",
    ),
    "a fact read twice": Spoil(
        TIPPING,
        'fact = "hold"\nis = "active"',
        'fact = "recipient_implicated"\nis = "yes"',
        errors.BadConditionError,
        "when.2",
    ),
    "a forbid that yields to a power": Spoil(
        REFUSAL,
        'yields_to = ["ftp-demand"',
        'yields_to = ["cqc-disclose"',
        errors.BadYieldError,
        "yields_to",
    ),
    "a forbid that yields to nothing there is": Spoil(
        REFUSAL,
        'yields_to = ["ftp-demand"',
        'yields_to = ["ftp"',
        errors.UnknownRuleError,
        "yields_to",
    ),
    "a silent permit": Spoil(
        S42, 'tier = "duty"', 'tier = "duty"\nsilent = true', errors.MalformedFileError, "*"
    ),
    "a permit without a tier": Spoil(S42, 'tier = "duty"', "", errors.MalformedFileError, "*"),
    "a forbid with obligations": Spoil(
        SEALED,
        "silent = true",
        'obligations = ["record_reason"]',
        errors.MalformedFileError,
        "*",
    ),
    "a rule in force on no day": Spoil(
        S42,
        "in_force_from = 2015-04-01",
        "in_force_from = 2015-04-01\nin_force_to = 2015-04-01",
        errors.MalformedFileError,
        "*",
    ),
    "an id that is not the file's name": Spoil(
        S42,
        'id = "s42-enquiry"',
        'id = "s42-enquiries"',
        errors.UnknownRuleError,
        "id",
    ),
    "a case on a fact that does not exist": Spoil(
        S42,
        'not_recorded = ["s42"]',
        'not_recorded = ["s43"]',
        errors.UnknownFactError,
        "case.3",
    ),
    "a case that expects a category that does not exist": Spoil(
        S42,
        'no_basis = ["identity", "existence"]',
        'no_basis = ["name"]',
        errors.UnknownCategoryError,
        "case.2.then",
    ),
    "a scene with a value that does not exist": Spoil(
        S42,
        'purpose = "safeguarding_enquiry"\nnecessary',
        'purpose = "curiosity"\nnecessary',
        errors.UnknownValueError,
        "scene",
    ),
    "a permit that some forbid always beats": Spoil(
        "rules/ftp-demand.toml",
        'categories = ["concern"',
        'categories = ["whistleblower", "concern"',
        errors.NeverMatchesError,
        "categories",
    ),
    "a seal with a condition that opens it": Spoil(
        SEALED,
        'fact = "own_record"\nis = "no"',
        'fact = "purpose"\nnot_in = ["audit"]',
        errors.BrokenPromiseError,
        "always.0",
    ),
    "a Prevent bar that reads silence as leave": Spoil(
        "rules/x-prevent-unspecified.toml",
        'fact = "item_kind"\nis = "prevent"',
        'fact = "purpose"\nis = "prevent"',
        errors.BrokenPromiseError,
        "never.2",
    ),
    "a permit that would give CQC Prevent records": Spoil(
        "rules/setting-concern.toml",
        'not_in = ["prevent"]',
        'not_in = ["crime"]',
        errors.BrokenPromiseError,
        "never.1",
    ),
    "a promise about a rule that does not exist": Spoil(
        "rulebook.toml",
        'rule = "own-record"',
        'rule = "own-records"',
        errors.UnknownRuleError,
        "always.0.rule",
    ),
    "a promise about a value that does not exist": Spoil(
        "rulebook.toml",
        'recipient_kind = "cqc"',
        'recipient_kind = "CQC"',
        errors.UnknownValueError,
        "never.1.given",
    ),
    "a fact with one value only": Spoil(
        "vocabulary.toml",
        'active = "a police hold is live", ',
        "",
        errors.MalformedFileError,
        "hold.values",
    ),
    "a fact reserved to a kind of agency there is not": Spoil(
        "vocabulary.toml",
        'asserted_by = ["police"]',
        'asserted_by = ["polcie"]',
        errors.UnknownValueError,
        "hold.asserted_by",
    ),
    "a category that is not described": Spoil(
        "categories.toml",
        "[outcome]",
        "[result]",
        errors.UnknownCategoryError,
        "*",
    ),
    "a file that is not TOML": Spoil(S42, 'id = "', "id = ", errors.MalformedFileError, "*"),
}
