"""The pages for what cannot be shown, in the words of the GOV.UK patterns for them.

In: nothing, or why. Out: a PageError: status, heading, what to do. Never here: what was asked for.

Source: GOV.UK Design System, "Page not found", "There is a problem with the service", "Service
unavailable".
"""

from collections.abc import Mapping
from typing import Any, Final

from hub.web.who import PageError

DANGER: Final = "If somebody is in danger now, call 999. You need nothing from here to act."
RETRY_AFTER_S: Final = 60


def not_found(status: int = 404) -> PageError:
    """Return the page for an address that leads nowhere."""
    return PageError(
        status,
        "Page not found",
        "If you typed the web address, check it is correct.",
        "If you pasted the web address, check you copied the entire address.",
        "If you followed a link, start again from the first page.",
    )


def nothing() -> PageError:
    """Return the one page for a subject that is unknown, hidden, or not of this search."""
    return PageError(
        404,
        "There is no such record, or none that you may know of",
        "The answer is the same in both cases.",
        DANGER,
    )


def erased() -> PageError:
    """Return the page for what was erased, to whoever would have been shown something."""
    return PageError(
        410,
        "The record was erased",
        "It was here. Two officers decided to destroy it, and nobody can bring it back.",
        "Who had been shown it stays on record. Ask your information governance officer.",
    )


def purpose_closed() -> PageError:
    """Return the page for a purpose that an agency may not state any more."""
    return PageError(
        403,
        "Your agency may not ask for this purpose",
        "The law, or your agency's entry, changed since you searched.",
        "Search again, and say what you need it for.",
    )


def refused(said: Mapping[str, Any]) -> PageError:
    """Return the page for a refusal, in the words of the recorded answer."""
    told = [*said.get("reasons", ()), *said.get("what_would_change", ())]
    return PageError(403, "The rules do not show this to your agency", *told)


def failed(status: int) -> PageError:
    """Return the page for what went wrong inside: 503 where it comes back by itself, else 500."""
    if status == 503:  # noqa: PLR2004 - RFC 9110 section 15.6.4
        return PageError(
            status,
            "Sorry, the service is unavailable",
            "You will be able to use the hub again in a few minutes.",
            "Nothing was shown to anybody, and nothing that you were told was saved is lost.",
            DANGER,
        )
    return PageError(
        status,
        "Sorry, there is a problem with the service",
        "Try again later. Nothing was shown to anybody.",
        "If you sent a form and were not told that it is on record, send it again.",
        DANGER,
    )
