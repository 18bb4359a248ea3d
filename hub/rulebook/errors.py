"""The named ways in which a rulebook is refused, each giving the file and the field at fault.

In: a file name, a field, what is wrong. Out: errors to raise.
Never here: reading, checking, or anything that came from an event.
"""


class RulebookError(ValueError):
    """The rulebook does not load. `file` and `field` say where to look."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


class MalformedFileError(RulebookError):
    """A file is not TOML, lacks a field, or has one that the form does not know."""


class UnknownFactError(RulebookError):
    """A fact is named that the vocabulary does not hold."""


class UnknownValueError(RulebookError):
    """A fact is given a value outside its closed list."""


class UnknownCategoryError(RulebookError):
    """A category is named that does not exist."""


class UnknownObligationError(RulebookError):
    """An obligation is named that does not exist."""


class UnknownTierError(RulebookError):
    """A legal basis is named that has no place in the order of tiers."""


class UnknownRuleError(RulebookError):
    """A rule is named that does not exist, or two rules share one id."""


class MissingBasisError(RulebookError):
    """A permit covers information that needs a data protection condition it does not name."""


class BadLayerError(RulebookError):
    """A layer is named where it has no use, or where the law does not let it be used."""


class BadConditionError(RulebookError):
    """A condition can never hold, always holds, or ignores a missing fact without a reason."""


class BadYieldError(RulebookError):
    """A forbid yields to something other than a statutory duty that needs no review."""


class NeverMatchesError(RulebookError):
    """A rule can never apply, or every case it permits is forbidden."""


class OverlayWidensError(RulebookError):
    """A partnership's own rule would allow what the law of the land does not."""


class BrokenPromiseError(RulebookError):
    """A promise of the release does not hold for these rules."""
