"""What can go wrong at an agency's end of the wire, one class for each thing it must decide.

In: nothing. Out: the kit's error classes.
Never here: personal data; messages name rules, codes and pointers, never what was sent.
"""


class KitError(Exception):
    """Anything the kit raises on purpose."""


class KeyFileError(KitError):
    """A key file is missing, readable by others, already there, or not a key the hub accepts."""


class SigningError(KitError):
    """An event breaks the envelope's rules, so the hub would refuse it."""


class TokenShapeError(KitError):
    """A signed token from the hub is malformed, or its signature does not verify."""


class ReceiptError(KitError):
    """An answer came without a valid receipt. Its body must not be used."""


class LogError(KitError):
    """What the hub shows of its log does not verify, or contradicts what it showed before."""


class StoreError(KitError):
    """The agency's file cannot be read or written: a full disk, or a file that is no database."""


class OutboxError(KitError):
    """The outbox was asked for something that would break its promise."""


class SignInError(KitError):
    """The hub gives this agency no access token."""


class HubUnreachableError(KitError):
    """No answer arrived. The hub may or may not have acted on what was sent."""


class HubBusyError(KitError):
    """The hub said `later`.

    Args:
        retry_after_s: the wait the hub asked for; None when it named none.
    """

    def __init__(self, retry_after_s: float | None) -> None:
        super().__init__("the hub is busy")
        self.retry_after_s = retry_after_s


class ProblemError(KitError):
    """The hub refused a request.

    Args:
        status: the HTTP status.
        code: the problem's type or `err`, where the hub gave one.
        body: the answer as received; two refusals can be compared byte for byte.
    """

    def __init__(self, status: int, code: str, body: bytes) -> None:
        super().__init__(f"the hub answered {status} `{code}`")
        self.status = status
        self.code = code
        self.body = body


class UnknownSubjectError(ProblemError):
    """No such subject, or none that this agency may know of: the hub does not say which."""
