"""The words of oversight: why an answer was drawn, what an agency is asked, what a breach is.

In: closed values of the contracts. Out: plain English. Never here: a decision.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from contracts.oversight import (
    BreachKind,
    BreachStep,
    DrawnFor,
    Explanation,
    LateBecause,
    Question,
)

WHY: Final[Mapping[DrawnFor, str]] = {
    "break_glass": "An officer broke the glass",
    "own_interest": "The officer has declared an interest in this person",
    "rests_on_retracted": "It rests on a record that was taken back",
    "unusual_access": "Part of an unusual pattern",
    "without_consent": "Shared without the person agreeing",
    "many_categories": "Many kinds of information at once",
    "chance": "Drawn by chance",
    "filled": "Drawn to fill the sample",
}
QUESTIONS: Final[Mapping[Question, str]] = {
    "why_needed": "What was it needed for?",
    "which_case": "Which case was it for?",
    "who_read_it": "Who read what was given?",
    "why_not_asked": "Why was the person not asked first?",
    "own_interest": "Does the officer have an interest of their own?",
    "why_so_often": "Why did this officer look so often, or at such an hour?",
}
EXPLANATIONS: Final[Mapping[Explanation, str]] = {
    "needed_for_our_case": "It was needed for a case of ours",
    "needed_for_another_agency": "Another agency asked us to look",
    "needed_in_an_emergency": "It was needed in an emergency",
    "opened_by_mistake": "It was opened by mistake: the wrong person or number",
    "officer_had_an_interest": "The officer had an interest of their own",
    "no_need_was_found": "We looked, and found no need for it",
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("Waiting", "yellow"),
    "overdue": ("Overdue", "red"),
    "answered": ("Answered", "green"),
    "answered_late": ("Answered late", "orange"),
    "running": ("Clock running", "yellow"),
    "reported": ("Reported", "blue"),
    "not_reportable": ("Not reportable", "blue"),
    "closed": ("Closed", "grey"),
}
"""Of a question or a breach: words, and the colour of their tag."""
BREACHES: Final[Mapping[BreachKind, str]] = {
    "wrong_recipient": "It went to somebody who should not have it",
    "more_than_needed": "More was given or opened than was needed",
    "no_lawful_need": "Somebody looked without a need",
    "lost_or_stolen": "It was lost or stolen",
    "changed_wrongly": "It was changed wrongly",
    "not_available": "It was not there when it was needed",
}
RISKS: Final[Mapping[str, str]] = {
    "unlikely": "A risk to anybody is unlikely",
    "likely": "There is a risk to people",
    "high": "There is a high risk to people",
}
STEPS: Final[Mapping[BreachStep, str]] = {
    "learned": "We know more",
    "contained": "It was contained: no more can go wrong by it",
    "reported": "It was reported to the Information Commissioner",
    "not_reportable": "It need not be reported: a risk to anybody is unlikely",
    "people_told": "The people it is about were told",
    "people_need_not_be_told": "The people need not be told (article 34(3))",
    "closed": "It is closed",
}
LATE: Final[Mapping[LateBecause, str]] = {
    "facts_came_later": "The facts came later",
    "told_late": "We were told late",
    "many_at_once": "Several breaches came at once",
    "overlooked": "It was overlooked",
}
ALARMS: Final[Mapping[str, str]] = {
    "own_interest": "Looked at somebody in whom they declared an interest",
    "far_above_peers": "Far more looks than their peers that week",
    "no_part_in_the_case": "One person looked at by several officers with no part in the case",
    "refused_again": "Refused again and again in one day",
    "out_of_hours": "Looks outside office hours, none of them in an emergency",
}


def figures(kind: str, found: int, usual: float) -> str:
    """Return what an alarm counted, and what it was held against."""
    half = f"{usual:g}"
    return {
        "own_interest": f"{found} {'look' if found == 1 else 'looks'}",
        "far_above_peers": f"{found} looks; the middle of their peers is {half}",
        "no_part_in_the_case": f"{found} officers of agencies that posted nothing about them;"
        f" {half} make an alarm",
        "refused_again": f"{found} refusals; {half} make an alarm",
        "out_of_hours": f"{found} looks before 7am, after 8pm or at a weekend;"
        f" {half} make an alarm",
    }[kind]


def left(seconds: int) -> str:
    """Return how much of a clock is left: `2 days 3 hours left`, or `5 hours over`."""
    days, rest = divmod(abs(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (rest // 60, "minute")]
    said = " ".join(f"{n} {name}{'' if n == 1 else 's'}" for n, name in parts if n)
    return f"{said or 'less than a minute'} {'left' if seconds >= 0 else 'over'}"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "why": WHY.__getitem__,
    "breach": BREACHES.__getitem__,
    "left": left,
    "state": STATES.__getitem__,
}
