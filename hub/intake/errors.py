"""Why a posted event was refused: a closed list of codes, and words that never echo the event.

In: nothing. Out: IntakeError and its kinds. Never here: HTTP status codes, which belong to the
API, or any value read from the refused token.
"""

from enum import StrEnum


class Err(StrEnum):
    """The `err` codes a poster can receive.

    Source: RFC 8935 section 2.4; `jti_reused` is this hub's own.
    """

    INVALID_REQUEST = "invalid_request"
    INVALID_KEY = "invalid_key"
    INVALID_ISSUER = "invalid_issuer"
    INVALID_AUDIENCE = "invalid_audience"
    AUTHENTICATION_FAILED = "authentication_failed"
    ACCESS_DENIED = "access_denied"
    JTI_REUSED = "jti_reused"


class IntakeError(Exception):
    """A token was refused. `err` is for programs, `description` for the integrator."""

    def __init__(self, err: Err, description: str) -> None:
        """Keep the code and the words; neither may hold anything read from the token."""
        super().__init__(f"{err}: {description}")
        self.err = err
        self.description = description


class CallerMismatchError(IntakeError):
    """A sound event was posted by an agency other than its issuer."""


class NotYourEventTypeError(IntakeError):
    """A sound event is of a type that this kind of agency may not post."""


class TooLargeError(IntakeError):
    """The token is longer than any event may be."""
