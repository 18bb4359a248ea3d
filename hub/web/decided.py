"""What a holder chooses from when it decides on a request: decisions, provisions, who advised.

In: the law in force. Out: names with their words. Never here: a decision.
"""

from typing import Final

from hub.clock import london_day, seconds
from hub.web.parts import Web

DECISIONS: Final = {
    "share": "Share what we hold, as far as the law lets the hub",
    "share_in_part": "We share part of it ourselves: the hub releases nothing",
    "do_not_share": "Do not share",
}
ADVISERS: Final = {
    "": "Nobody",
    "caldicott_guardian": "Our Caldicott Guardian",
    "data_protection_officer": "Our data protection officer",
    "safeguarding_lead": "Our safeguarding lead",
    "lawyer": "A lawyer",
}
_ASKS: Final = "human_review"
"""The obligation of a rule that lets nothing out before a person decides."""


def grounds(web: Web) -> dict[str, str]:
    """Return the provisions in force that ask a person to decide, by name, as their titles."""
    today = london_day(seconds(web.hub.clock))
    return {
        rule.name: rule.file.title
        for rule in web.hub.rulebook.rules
        if _ASKS in rule.file.obligations
        and rule.since is not None
        and rule.since <= today
        and (rule.until is None or today < rule.until)
    }
