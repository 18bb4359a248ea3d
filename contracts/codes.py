"""The code lists of the Safeguarding Adults Collection (SAC); each value is the exact label.

In: nothing.
Out: one StrEnum per SAC table that an event's field is counted by.
Never here: a local or older list; an agency maps its own codes before it posts.

Source: DHSC, Safeguarding Adults Collection, tables SG1d to SG5a, unchanged for 2025-26.
"""

from enum import StrEnum


class AbuseType(StrEnum):
    """SG2a: type of risk."""

    PHYSICAL = "Physical Abuse"
    SEXUAL = "Sexual Abuse"
    PSYCHOLOGICAL = "Psychological Abuse"
    FINANCIAL = "Financial or Material Abuse"
    DISCRIMINATORY = "Discriminatory Abuse"
    ORGANISATIONAL = "Organisational Abuse"
    NEGLECT = "Neglect and Acts of Omission"
    DOMESTIC = "Domestic Abuse"
    SEXUAL_EXPLOITATION = "Sexual Exploitation"
    MODERN_SLAVERY = "Modern Slavery"
    SELF_NEGLECT = "Self-Neglect"


class RiskLocation(StrEnum):
    """SG2b: where the risk was."""

    OWN_HOME = "Own Home"
    COMMUNITY = "In the Community (excluding community services)"
    COMMUNITY_SERVICE = "In a Community Service"
    CARE_HOME_NURSING = "Care Home - Nursing"
    CARE_HOME_RESIDENTIAL = "Care Home - Residential"
    HOSPITAL_ACUTE = "Hospital - Acute"
    HOSPITAL_MENTAL_HEALTH = "Hospital - Mental Health"
    HOSPITAL_COMMUNITY = "Hospital - Community"
    OTHER = "Other"


class RiskSource(StrEnum):
    """SG2b: where the risk came from. A service provider is paid social care only, not the NHS."""

    SERVICE_PROVIDER = "Service Provider"
    KNOWN = "Other - Known to individual"
    UNKNOWN = "Other - Unknown to individual"


class RiskConclusion(StrEnum):
    """SG2c: what the risk assessment found, and whether anything was done."""

    IDENTIFIED_ACTION = "Risk identified and action taken"
    IDENTIFIED_NO_ACTION = "Risk identified and no action taken"
    INCONCLUSIVE_ACTION = "Risk Assessment inconclusive and action taken"
    INCONCLUSIVE_NO_ACTION = "Risk Assessment inconclusive and no action taken"
    NONE_ACTION = "No risk identified and action taken"
    NONE_NO_ACTION = "No risk identified and no action taken"
    CEASED = "Enquiry ceased at individual's request and no action taken"


class RiskResult(StrEnum):
    """SG2e: what became of the risk; only where a risk was identified."""

    REMAINED = "Risk remained"
    REDUCED = "Risk reduced"
    REMOVED = "Risk removed"


class LackedCapacity(StrEnum):
    """SG3a: whether the person lacked capacity."""

    YES = "Yes"
    NO = "No"
    DONT_KNOW = "Don't know"
    NOT_RECORDED = "Not recorded"


class OutcomesAsked(StrEnum):
    """SG4a: whether the person was asked what they wanted to happen."""

    EXPRESSED = "Yes they were asked and outcomes were expressed"
    NOT_EXPRESSED = "Yes they were asked but no outcomes were expressed"
    NO = "No"
    DONT_KNOW = "Don't Know"
    NOT_RECORDED = "Not Recorded"


class OutcomesAchieved(StrEnum):
    """SG4a: how far what they wanted was achieved."""

    FULLY = "Fully"
    PARTIALLY = "Partially"
    NOT = "Not Achieved"


class ReviewDeaths(StrEnum):
    """SG5a: whether anyone died, of a safeguarding adults review."""

    DIED = "Where one or more individuals died"
    NONE_DIED = "Where no individuals died"


class SupportReason(StrEnum):
    """SG1d: the main reason the person has support."""

    PHYSICAL = "Physical"
    SENSORY = "Sensory"
    MEMORY = "Memory and Cognition"
    LEARNING_DISABILITY = "Learning Disability"
    MENTAL_HEALTH = "Mental Health"
    SOCIAL = "Social"
    NONE = "None"
    NOT_KNOWN = "Not Known"


class AutismRecorded(StrEnum):
    """SG1e, the one part of it the hub carries: whether autism is on the person's record."""

    YES = "Autism"
    NO = "No autism"
    NOT_KNOWN = "Not Known"
