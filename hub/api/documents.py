"""What OpenAPI tells of each route: its answers, and the errors it can give.

In: schemas. Out: route keywords. Never here: behaviour, the shape of a request (bodies).
"""

from typing import Any

from hub.api.schemas import (
    BATCH,
    INTAKE_ERROR,
    JWS,
    POLLED,
    PROBLEM,
    REFUSED,
    TOKEN,
    TOKEN_ERROR,
    UUID,
)

RECEIPT_HEADER: dict[str, Any] = {
    "Hub-Receipt": {
        "description": "The signed receipt of this answer (`hub-receipt+jwt`).",
        "required": True,
        "schema": JWS,
    }
}
_WORDS = {
    400: "Not well formed",
    401: "Not signed in, or the proof does not hold",
    403: "Not allowed",
    404: "No such record, or none that you may know of",
    408: "The body did not arrive in time",
    409: "The id was used before",
    413: "Too large",
    415: "Another media type",
    422: "A field is missing or has a wrong value",
    429: "Too much of yours is under way: wait for some answers",
    503: "The hub cannot answer just now",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route for the problems it can answer with."""
    return {
        status: {
            "description": _WORDS[status],
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in (400, 401, 403, 503, *statuses)
    }


def answers(schema: dict[str, Any], description: str, *, receipt: bool = True) -> dict[str, Any]:
    """Return the documentation of one successful answer."""
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"schema": schema}},
    }
    return {**answer, "headers": RECEIPT_HEADER} if receipt else answer


def nothing() -> dict[int | str, dict[str, Any]]:
    """Return the documentation of a recorded answer that there is nothing to see."""
    return {404: {**problems(404)[404], "headers": RECEIPT_HEADER}}


def refusal() -> dict[int | str, dict[str, Any]]:
    """Return the documentation of 403, which has two bodies.

    Refused is an answer, and on record. Not let in is nobody's answer and has no receipt.
    """
    refused = answers(REFUSED, "Refused, and recorded; or not let in", receipt=False)
    return {403: {**refused, "content": {**refused["content"], **problems()[403]["content"]}}}


BATCH_DOCS: dict[str, Any] = {
    "responses": {
        200: answers(BATCH, "What became of each event", receipt=False),
        # 422 is said, or FastAPI would say it in a form of its own, which repeats what was sent.
        **problems(408, 413, 415, 422, 429),
        400: {
            "description": "Not a batch, or not well formed",
            "content": {
                "application/json": {"schema": INTAKE_ERROR},
                "application/problem+json": {"schema": PROBLEM},
            },
        },
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["sets"],
                        "additionalProperties": False,
                        "properties": {
                            "sets": {
                                "type": "object",
                                "maxProperties": 1000,
                                "propertyNames": UUID,
                                "additionalProperties": {"type": "string", "maxLength": 49152},
                            }
                        },
                    }
                }
            },
        }
    },
}
POLL_DOCS: dict[str, Any] = {
    "responses": {
        200: {
            **answers(POLLED, "Notices (a receipt only where there are any)"),
            "headers": {"Hub-Receipt": {**RECEIPT_HEADER["Hub-Receipt"], "required": False}},
        },
        **problems(422),
    }
}
STREAM_DOCS: dict[str, Any] = {
    "responses": {
        200: {
            "description": "Notices, as server-sent events",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **problems(422),
    },
}
POST_EVENT_DOCS: dict[str, Any] = {
    "post": {
        "tags": ["events"],
        "operationId": "post_event",
        "summary": "Post one signed event",
        "requestBody": {
            "required": True,
            "content": {"application/secevent+jwt": {"schema": {"type": "string"}}},
        },
        "responses": {
            "202": {"description": "Recorded, durably", "headers": RECEIPT_HEADER},
            **{
                str(status): {
                    "description": words,
                    "content": {
                        "application/json": {"schema": INTAKE_ERROR},
                        "application/problem+json": {"schema": PROBLEM},
                    },
                }
                for status, words in _WORDS.items()
                if status not in (404, 422)
            },
        },
    }
}
TOKEN_DOCS: dict[str, Any] = {
    "tags": ["sign in"],
    "responses": {
        status: {
            "description": words,
            "content": {"application/json": {"schema": TOKEN if status == 200 else TOKEN_ERROR}},  # noqa: PLR2004
        }
        for status, words in {
            200: "A token for 300 seconds",
            400: "Refused (RFC 6749 section 5.2)",
            401: "The client assertion does not hold",
        }.items()
    }
    | {status: answer for status, answer in problems(408).items() if status in (408, 503)},
    "openapi_extra": {
        "parameters": [
            {
                "name": "DPoP",
                "in": "header",
                "required": True,
                "schema": JWS,
                "description": "A proof of the key that the token will be bound to (RFC 9449).",
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type", "client_assertion_type", "client_assertion"],
                        "properties": {
                            "grant_type": {"type": "string", "const": "client_credentials"},
                            "client_assertion_type": {
                                "type": "string",
                                "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                            },
                            "client_assertion": JWS,
                            "client_id": {"type": "string"},
                            "scope": {"type": "string"},
                        },
                    }
                }
            },
        },
    },
}
_OPEN = (
    "/agencies",
    "/checkpoint",
    "/contracts",
    "/health",
    "/log/",
    "/oauth2",
    "/tile/{level}",
)
"""Where nobody signs in: what is there is for everyone to verify with."""


def secured(document: dict[str, Any]) -> dict[str, Any]:
    """Say in the document which operations need a token and a proof."""
    document.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "DPoP", "description": "`Authorization: DPoP <token>`"},
        "proof": {"type": "apiKey", "in": "header", "name": "DPoP"},
    }
    for path, operations in document["paths"].items():
        if not path.startswith(_OPEN):
            for operation in operations.values():
                operation["security"] = [{"token": [], "proof": []}]
    return document
