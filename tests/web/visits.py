"""How each page is come to, so that a browser can judge every one of them.

In: nothing. Out: a visit for every route of the pages that answers with a page.
Never here: what is expected of a page.
"""

from collections.abc import Mapping
from typing import Final

VISITS: Final[Mapping[str, str]] = {
    "GET /": "",
    "GET /accessibility": "",
    "GET /cookies": "",
    "GET /help": "",
    "GET /dashboard": "sab_analyst",
    "GET /find": "liaison",
    "GET /find/{errand}": "liaison",
    "GET /find/{errand}/{subject}": "liaison",
    "GET /share": "practitioner",
    "GET /register": "ig_officer",
    "GET /register/{jti}": "ig_officer",
    "GET /sampling": "ig_officer",
    "GET /sampling/{sample}/again": "ig_officer",
    "GET /alarms": "ig_officer",
    "GET /questions": "auditor",
    "GET /asked-of-us": "liaison",
    "GET /asked-of-us/{question}": "liaison",
    "GET /breaches": "ig_officer",
    "GET /breaches/new": "ig_officer",
    "GET /breaches/{breach}": "ig_officer",
    "GET /rulebook": "auditor",
    "GET /rulebook/rules/{rule}": "auditor",
    "GET /rulebook/draft": "ig_officer",
    "GET /post": "practitioner",
    "GET /inbox": "practitioner",
    "GET /signing": "agency_admin",
    "GET /who-saw": "ig_officer",
    "GET /who-saw/{subject}": "ig_officer",
}
"""Who opens it; nobody in particular where it is empty."""
NO_PAGE: Final = frozenset(
    {
        "GET /sign-in",
        "GET /signed-in",
        "GET /exports/register",
        "GET /exports/who-saw/{subject}",
        "GET /live",
    }
)
"""What answers with no page of the hub: a way on, a file, a stream."""
STEPS: Final[Mapping[str, str]] = {
    "GET /post/{kind}": "practitioner",
    "GET /post/sent/{receipt}": "practitioner",
    "GET /inbox/{notice}": "practitioner",
    "GET /inbox/{notice}/{errand}": "practitioner",
    "GET /rulebook/proposals/{proposal}": "ig_officer",
}
"""What is there only once something was done: a key held, a notice opened, law proposed."""
MISHAPS: Final[Mapping[str, str]] = {
    "/nothing-here": "liaison",
    "/register": "liaison",
    "/find/00000000-0000-4000-8000-000000000001": "liaison",
}
"""Addresses that end in a page for what cannot be shown."""
