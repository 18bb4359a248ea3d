"""The one place where an error becomes a status code and a problem document (RFC 9457).

In: exceptions of the inner rooms. Out: a Problem. Never here: anything the caller sent: a number
typed wrong would come back in the answer, and from there into somebody's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.api.access import AccessError
from hub.api.bodies import (
    AdviceRequest,
    BreakGlassRequest,
    CourtOrderRequest,
    Demographics,
    DisclosureRequest,
    FindRequest,
    NamedBy,
    PollRequest,
    ReviewRequest,
    SeparationRequest,
    WrongItem,
)
from hub.api.turns import ShareUsedError
from hub.audit.auditor import ReviewError
from hub.audit.orders import OrderError
from hub.audit.separations import SeparationError
from hub.disclosure.ask import BundleError, CursorError, RequestIdReusedError
from hub.intake.errors import (
    CallerMismatchError,
    Err,
    IntakeError,
    NotYourEventTypeError,
    TooLargeError,
)
from hub.intake.identifiers import IdentifierRefusedError
from hub.ledger.frontdoor import canonical
from hub.ledger.record import (
    JtiReusedError,
    LogStandsError,
    StaleError,
    SubjectErasedError,
    UnavailableError,
    UnknownSubjectError,
    VaultRefusedError,
)
from hub.rulebook.releases import NotInForceError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "1"
LOG_RETRY_S = "30"
"""While the log stands still: a person must look, so sooner is no use."""
_TITLES = {
    400: "The request is not well formed",
    401: "Not signed in",
    403: "Not allowed",
    404: "There is no such record, or none that you may know of",
    405: "This method is not allowed here",
    406: "No such representation",
    408: "The request took too long to arrive",
    409: "The id was used before",
    410: "The record was erased",
    413: "The request is too large",
    415: "The media type is not accepted here",
    422: "A field is missing or has a wrong value",
    429: "Too many requests",
    503: "The hub cannot answer just now",
}


_UNAVAILABLE = 503
_BODIES: tuple[type[BaseModel], ...] = (
    PollRequest,
    FindRequest,
    NamedBy,
    Demographics,
    DisclosureRequest,
    BreakGlassRequest,
    CourtOrderRequest,
    ReviewRequest,
    SeparationRequest,
    WrongItem,
    AdviceRequest,
)
_OURS = frozenset({"body"}.union(*(model.model_fields for model in _BODIES)))


class RequestTooLargeError(Exception):
    """A body is longer than its route takes."""


class RequestTooSlowError(Exception):
    """A body did not arrive in time."""


class MediaTypeError(Exception):
    """A body is of another media type than its route takes."""


# The first that fits counts, so a kind stands before what it is a kind of.
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (RequestTooLargeError, 413),
    (RequestTooSlowError, 408),
    (MediaTypeError, 415),
    (CursorError, 400),
    (IdentifierRefusedError, 422),
    (RequestIdReusedError, 409),
    (JtiReusedError, 409),
    (SubjectErasedError, 410),
    (UnknownSubjectError, 404),
    (StaleError, 503),
    (VaultRefusedError, 503),
    (UnavailableError, 503),
    (NotInForceError, 503),
    (psycopg.OperationalError, 503),
    (PoolTimeout, 503),
    (OSError, 503),
)
_INTAKE: tuple[tuple[type[Exception], int, str, str], ...] = (
    (TooLargeError, 413, "", ""),
    (CallerMismatchError, 403, "", ""),
    (NotYourEventTypeError, 403, "", ""),
    (IntakeError, 400, "", ""),
    (JtiReusedError, 409, Err.JTI_REUSED, "the jti was used for other content"),
    (UnknownSubjectError, 400, Err.INVALID_REQUEST, "sub_id names no subject of this hub"),
    (SubjectErasedError, 410, Err.INVALID_REQUEST, "the subject was erased"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document and how it is sent."""

    status: int
    detail: str = ""
    faults: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """Return the document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES.get(self.status, "The hub failed"),
            "status": self.status,
        }
        if self.detail:
            document["detail"] = self.detail
        if self.faults:
            document["faults"] = list(self.faults)
        return canonical(document)

    def response(self) -> Response:
        """Return the HTTP answer."""
        return Response(self.body, self.status, dict(self.headers), media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """Return the problem an error is. Whatever is not known by name is 500, and says nothing."""
    match error:
        case AccessError():
            headers = {"WWW-Authenticate": error.challenge} if error.status != 400 else {}  # noqa: PLR2004
            return Problem(error.status, error.description, headers=headers)
        case BundleError() | OrderError() | ReviewError() | SeparationError():
            return Problem(403, str(error))
        case RequestValidationError():
            return Problem(422, faults=tuple(_fault(e) for e in error.errors()))
        case HTTPException():
            return Problem(error.status_code, headers=dict(error.headers or {}))
        case LogStandsError() | ShareUsedError():
            return _later(error)
        case _:
            status = next((s for kind, s in _STATUS if isinstance(error, kind)), 500)
            return unavailable() if status == _UNAVAILABLE else Problem(status)


def _later(error: Exception) -> Problem:
    if isinstance(error, LogStandsError):
        return unavailable(LOG_RETRY_S)
    return Problem(429, headers={"Retry-After": RETRY_AFTER_S})


def unavailable(retry_after_s: str = RETRY_AFTER_S) -> Problem:
    """Return the answer while the store does not answer, or the log stands still."""
    return Problem(503, "try again shortly", headers={"Retry-After": retry_after_s})


def intake_answer(error: Exception) -> tuple[int, dict[str, str]]:
    """Return the status and the `err`/`description` body of a refused event (RFC 8935 §2.4)."""
    for kind, status, err, description in _INTAKE:
        if isinstance(error, kind):
            if isinstance(error, IntakeError):
                return status, {"err": error.err, "description": error.description}
            return status, {"err": err, "description": description}
    return _UNAVAILABLE, {"err": "unavailable", "description": "try again shortly"}


def _fault(error: Mapping[str, Any]) -> dict[str, str]:
    """Return where and what kind of fault: FastAPI's own 422 repeats the input itself.

    A place in a body is followed as far as its steps are the schema's own words. A member that
    the sender made up, or a key of a map, is not echoed.
    """
    where = list(error["loc"])
    if error["type"] == "extra_forbidden":
        where = where[:-1]
    if where[0] == "body":
        theirs = (n for n, s in enumerate(where) if not isinstance(s, int) and s not in _OURS)
        where = where[: next(theirs, len(where))]
    return {"pointer": "/" + "/".join(map(str, where)), "fault": str(error["type"])}
