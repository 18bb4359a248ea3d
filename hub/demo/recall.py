"""Who had been shown the report that was taken back, and who was told so.

In: what partners were answered, and their notices. Out: two lists of slugs.
Never here: what the report said.
"""

from hub.demo.ann import WRONG_REPORT
from hub.demo.tryout import Told


def recalled(told: Told) -> tuple[list[str], list[str]]:
    """Return who was shown the wrong report, and who got a notice of its retraction."""
    answers = [*told.first, *(answer for _, answer in told.requests)]
    shown = {
        answer.by
        for answer in answers
        for item in answer.items
        if item["jti"] == WRONG_REPORT and item["posted_by"] != answer.by
    }
    reached = {
        slug
        for slug, heard in told.recalls.items()
        if any(notice["cause"] == "correction" for notice in heard)
    }
    return sorted(shown), sorted(reached)
