"""One spoilt line per row in what stands around a rule's conditions: cases, promises, vocabulary.

In: the shipped law's files, by name. Out: the table.
Never here: loading.
"""

from collections.abc import Mapping

from hub.rulebook import errors
from tests.rulebook.spoil import S42, SEALED, Spoil

AROUND: Mapping[str, Spoil] = {
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
    "a bar that lets CQC see Prevent records": Spoil(
        "rules/x-prevent-cqc.toml",
        'is = "cqc"',
        'is = "gp"',
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
}
