"""One spoilt line of law per row, and the refusal it must meet.

In: the shipped law's files, by name. Out: the table.
Never here: loading.
"""

from collections.abc import Mapping

from hub.rulebook import errors
from tests.rulebook.spoil import REFUSAL, S42, SEALED, TIPPING, Spoil
from tests.rulebook.spoilt_around import AROUND

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
    "health without a layer for article 9": Spoil(
        S42,
        '"L-special", "L-special-statutory", ',
        "",
        errors.MissingBasisError,
        "basis.layers",
    ),
    "offences without a layer for article 10": Spoil(
        S42,
        ', "L-offence", "L-offence-statutory", "L-offence-unlawful"',
        "",
        errors.MissingBasisError,
        "basis.layers",
    ),
    "a permit without a layer for article 6": Spoil(
        "rules/setting-concern.toml",
        'layers = ["L-about-provision"]',
        "",
        errors.MissingBasisError,
        "basis.layers",
    ),
    "a layer that does not exist": Spoil(
        S42, '"L-special", ', '"L-spatial", ', errors.UnknownRuleError, "basis.layers"
    ),
    "a layer the permit has no use for": Spoil(
        "rules/setting-concern.toml",
        '"L-about-provision"',
        '"L-about-provision", "L-special"',
        errors.BadLayerError,
        "basis.layers",
    ),
    "a legal obligation claimed by a power": Spoil(
        "rules/setting-concern.toml",
        '"L-about-provision"',
        '"L-about-provision", "L-legal-obligation"',
        errors.BadLayerError,
        "basis.layers",
    ),
    "a layer of a tier there is not": Spoil(
        "rules/L-legal-obligation.toml",
        'tiers = ["duty"]',
        'tiers = ["duties"]',
        errors.UnknownTierError,
        "tiers",
    ),
    "a layer that lifts what nobody owes": Spoil(
        "rules/L-exempt.toml",
        'lifts = ["tell_person"',
        'lifts = ["tell_people"',
        errors.UnknownObligationError,
        "lifts",
    ),
    "a layer with categories of its own": Spoil(
        "rules/L-exempt.toml",
        "lifts =",
        'categories = ["health"]\nlifts =',
        errors.MalformedFileError,
        "*",
    ),
    "a permit that names articles": Spoil(
        S42,
        'tier = "duty"',
        'tier = "duty"\narticles = ["article6"]',
        errors.MalformedFileError,
        "*",
    ),
    "a layer that reads silence": Spoil(
        "rules/L-public-task.toml",
        'is = "yes"',
        'is = "yes"\nif_not_recorded = "applies"',
        errors.BadConditionError,
        "when.0",
    ),
    "an end without a beginning": Spoil(
        "rules/csa-report.toml",
        'strength = "B"',
        'strength = "B"\nin_force_to = 2030-01-01',
        errors.MalformedFileError,
        "*",
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
        'yields_to = ["coroner"',
        'yields_to = ["cqc-disclose"',
        errors.BadYieldError,
        "yields_to",
    ),
    "a forbid that yields to nothing there is": Spoil(
        REFUSAL,
        'yields_to = ["coroner"',
        'yields_to = ["corner"',
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
    **AROUND,
}
