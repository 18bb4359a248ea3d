"""The few closed values that a chronology leaves in words, read out of the words.

In: a fact's own words. Out: a closed value of the catalogue, or None where the words do not say.
Never here: a guess. What is not said becomes a piece of evidence in the words of the source.
"""

from collections.abc import Mapping, Sequence

Phrases = Sequence[tuple[str, str]]

OUTCOME: Phrases = (
    ("no further action", "no_further_action"),
    ("no action", "no_further_action"),
    ("no charge", "no_further_action"),
    ("insufficient", "no_further_action"),
    ("not investigate", "not_investigated"),
    ("guilty", "pleaded_guilty"),
    ("acquitted", "acquitted"),
    ("convicted", "convicted"),
    ("hearing", "court_hearing"),
    ("sentenced", "sentenced"),
    ("charged", "charged"),
    ("caution", "caution"),
)
EMPLOYER: Phrases = (
    ("suspend", "suspended"),
    ("dismiss", "dismissed"),
    ("resign", "resigned"),
    ("moved", "moved"),
)
REGISTRATION: Phrases = (("opens", "opened"), ("manager", "manager"), ("clos", "closed"))
PLAN: Phrases = (("protection", "child_protection"), ("in need", "child_in_need"))
CLOSURE: Phrases = (("shut", "closed"), ("stops trading", "closed"), ("closed", "closed"))
FITNESS: Phrases = (("suspend", "suspension"), ("barred from", "conditions"))
CONTACT: Phrases = (
    ("visit", "visit"),
    ("call", "call"),
    ("rings", "call"),
    ("hospital", "attendance"),
    ("admission", "attendance"),
    ("seen", "appointment"),
    ("consult", "appointment"),
)
REVIEW: Phrases = (("no review", "no_review"), ("", "discretionary"))
"""Serious abuse that nobody died of may be reviewed under either limb; the weaker is claimed."""
CORONER: Phrases = (("opens", "opened"), ("", "concluded"))

BY_EVENT: Mapping[str, tuple[str, Phrases]] = {
    "Outcome": ("result", OUTCOME),
    "EmployerAction": ("action", EMPLOYER),
    "RegistrationChange": ("change", (*REGISTRATION, ("", "other"))),
    "Plan": ("kind", (*PLAN, ("", "other"))),
    "ClosureRisk": ("stage", (*CLOSURE, ("", "possible"))),
    "FtPInterimOrder": ("order", FITNESS),
    "ContactRecorded": ("contact", (*CONTACT, ("", "other"))),
    "SARDecided": ("decision", REVIEW),
    "Coroner": ("stage", CORONER),
}
"""By event: the field, and what it is when the words hold a phrase; an empty phrase always fits."""


def value_in(words: str, phrases: Phrases) -> str | None:
    """Return the value of the first phrase that the words hold."""
    lowered = words.lower()
    return next((value for phrase, value in phrases if phrase in lowered), None)
