"""Renders templates: GOV.UK and MOJ components through Jinja, everything escaped.

In: a template's name and its values. Out: an HTML response.
Never here: a query, a decision; markup made of what somebody typed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse

from hub.web import overseen, words
from hub.web.shapes import drawn
from hub.web.who import Officer, Role, base

STATIC = files("hub.web") / "static"
PLACES: Final[Sequence[tuple[str, str, tuple[Role, ...], str]]] = (
    (
        "/find",
        "Find somebody",
        ("liaison", "sab_analyst"),
        "Look up a person, a care setting or a professional, and read what agencies know.",
    ),
    (
        "/dashboard",
        "Figures for the Board",
        ("sab_analyst",),
        "See how many concerns, enquiries and reviews there were, by quarter and by code.",
    ),
    (
        "/inbox",
        "Inbox",
        ("liaison", "practitioner"),
        "Read what concerns your organisation, answer referrals and acknowledge corrections.",
    ),
    (
        "/post",
        "Raise or refer",
        ("liaison", "practitioner"),
        "Raise a concern or refer somebody, and see who will see what before it is sent.",
    ),
    (
        "/share",
        "Can I share?",
        ("liaison", "practitioner", "ig_officer", "sab_analyst", "agency_admin"),
        "Answer a few questions, and read what the law lets you do, and what to write down.",
    ),
    (
        "/register",
        "Disclosure register",
        ("ig_officer", "auditor"),
        "Read every answer the hub gave or refused: to whom, what for, and by which rule.",
    ),
    (
        "/sampling",
        "Sampling",
        ("ig_officer", "auditor"),
        "Draw answers to look at again, half by chance and half by risk, and work them off.",
    ),
    (
        "/alarms",
        "Unusual access",
        ("ig_officer", "auditor"),
        "See who looked far more than their peers, at odd hours, or at their own kin, and why.",
    ),
    (
        "/questions",
        "Questions",
        ("ig_officer", "auditor"),
        "Read what agencies were asked about an answer, and whether they answered in time.",
    ),
    (
        "/asked-of-us",
        "Questions to us",
        ("liaison", "agency_admin"),
        "Answer what information governance asks your agency about something it was shown.",
    ),
    (
        "/breaches",
        "Breaches",
        ("ig_officer", "auditor"),
        "Put a personal data breach on record, and keep its 72-hour clock.",
    ),
    (
        "/rulebook",
        "Rulebook",
        ("ig_officer", "auditor"),
        "Read every rule with its law and cases, try a change, and release it with two colleagues.",
    ),
    (
        "/who-saw",
        "Who saw what",
        ("ig_officer",),
        "Answer somebody who asks who was told about them.",
    ),
    (
        "/signing",
        "Signing key",
        ("agency_admin",),
        "Have the hub keep a signing key for an organisation without a system of its own.",
    ),
)
"""The navigation: path, words, the roles that have it, and what it is for."""


@cache
def environment() -> Environment:
    """Return the templates, loaded once."""
    found = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("hub.web"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(words.FILTERS)
    found.filters.update(overseen.FILTERS)
    found.filters["drawn"] = drawn
    return found


@cache
def version() -> str:
    """Return a short name for the static files as they are: new files, new address."""
    digest = hashlib.sha256()
    for name in ("hub.css", "hub.js", "live.js", "vendor/VERSIONS.json"):
        digest.update((STATIC / name).read_bytes())
    return digest.hexdigest()[:12]


def page(
    request: Request,
    template: str,
    *,
    officer: Officer | None = None,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - a template's own
) -> HTMLResponse:
    """Return a page. Titles are fixed words: a title stands in the browser's history."""
    at = base(request)
    shown = (
        environment()
        .get_template(template)
        .render(
            base=at,
            static=f"{at}/static/{version()}",
            officer=officer,
            csrf="" if officer is None else officer.session.csrf,
            navigation=[] if officer is None else _navigation(request, officer),
            **values,
        )
    )
    return HTMLResponse(shown, status)


def _navigation(request: Request, officer: Officer) -> list[Mapping[str, object]]:
    at = base(request)
    here = request.url.path
    return [
        {
            "text": text,
            "href": f"{at}{path}",
            "active": here.startswith(f"{at}{path}"),
            "about": about,
        }
        for path, text, roles, about in PLACES
        if officer.is_a(*roles)
    ]
