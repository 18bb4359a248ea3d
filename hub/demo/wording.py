"""Plain, short words for what the report prints in narrow columns.

In: slugs, categories and channels. Out: words a liaison officer knows.
Never here: the law's own words; those come with each answer.
"""

from collections.abc import Mapping

SHORT: Mapping[str, str] = {
    "council": "Council",
    "police": "Police",
    "cqc": "CQC",
    "nhs-trust": "Hosp.",
    "gp": "GP",
    "provider": "Home",
    "commissioner": "Commis.",
    "nurse-regulator": "Nursing",
    "sab": "Board",
    "safeguarding-lead": "SG lead",
    "childrens-services": "Childr.",
}
CATEGORY: Mapping[str, str] = {
    "identity": "who it is",
    "contact": "where they are",
    "concern": "what is feared",
    "health": "health",
    "criminal": "crime",
    "professional": "staff's conduct",
    "third_party": "other people",
    "whistleblower": "who spoke up",
    "outcome": "what was done",
}
CHANNEL: Mapping[str, str] = {
    "find": "looked up",
    "timeline": "read timeline",
    "disclosure": "made a request",
    "poll": "was notified",
    "stream": "was notified",
    "subject_disclosures": "audited",
    "register": "audited",
}
OTHERS, OWN, NONE = "●", "○", "·"
LEGEND = (
    f"{OTHERS} shown of what others posted   {OWN} only what it posted itself   {NONE} not shown"
)


def short(slug: str, names: Mapping[str, str]) -> str:
    """Return a short name for an agency."""
    return SHORT.get(slug) or names.get(slug, slug).removeprefix("Review: ")
