"""Plain, short words for what the report prints in narrow columns.

In: slugs, kinds, categories. Out: words a liaison officer knows.
Never here: the law's own words; those come with each answer.
"""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "council": "Council",
    "police": "Police",
    "cqc": "CQC",
    "nhs_trust": "Hosp.",
    "gp": "GP",
    "provider": "Provid.",
    "commissioner": "Commis.",
    "professional_regulator": "Regul.",
    "sab": "Board",
    "safeguarding_lead": "SG lead",
    "children_services": "Child",
    "coroner": "Coroner",
    "other": "Other",
}
SLUGS: Mapping[str, str] = {
    "provider": "Home",
    "nurse-regulator": "Nursing",
    "childrens-services": "Child",
    "review-childrens-services": "Child",
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
POINTS: Mapping[str, str] = {
    "Bob": "Decides for himself and says no. Later a nurse fears that his son speaks for him.",
    "Cat": "Says no too, but a child is at risk. Her address is kept from who serves her partner.",
    "Kit": "Her child, aged five.",
    "Eve": "Left a ward, meaning to harm herself. Shown to whoever asks in an emergency (below).",
    "Gus": "Referred under Prevent by a hospital. CQC, GP and home are not told of it.",
    "a nurse": "Her regulator must demand what she did (below), and is not told to whom.",
}
"""What the other subjects of the story are there to show."""
OTHERS, OWN, NONE = "●", "○", "·"
LEGEND = (
    f"{OTHERS} shown of what others posted   {OWN} only what it posted itself   {NONE} not shown"
)


def kind_words(kind: str) -> str:
    """Return a short name for a kind of agency."""
    return KINDS.get(kind, kind)


def short(slug: str, names: Mapping[str, str]) -> str:
    """Return a short name for an agency: its role, with a number where there are several."""
    if slug in SLUGS:
        return SLUGS[slug]
    role, _, number = slug.removeprefix("review-").rpartition("-")
    if not number.isdecimal():
        role, number = slug.removeprefix("review-"), ""
    found = SLUGS.get(f"review-{role}") or KINDS.get(role.replace("-", "_"))
    return f"{found} {number}".strip() if found else names.get(slug, slug)
