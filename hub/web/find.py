"""Find a subject: purpose and reason first, then whom; every search is a recorded answer.

In: a form. Out: candidates side by side, or that there is nobody to show.
Never here: what was typed in an address, in the database or back on a page.
"""

from collections.abc import Mapping
from json import loads
from typing import TYPE_CHECKING, Annotated, Final, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.disclosure.ask import Search
from hub.disclosure.purposes import purposes_of
from hub.web import words
from hub.web.asked import BY, COMPARED, understood
from hub.web.errands import REASONS, Errand, Errands
from hub.web.forms import own_form
from hub.web.pages import page
from hub.web.who import Allowed, Officer, PageError, base, web_of

if TYPE_CHECKING:
    from contracts.subject import Purpose

router = APIRouter()
ALLOWED: Final = Allowed("liaison", "sab_analyst")


@router.get("/find")
async def form(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> HTMLResponse:
    """Show the search form."""
    return _form(request, officer, {}, {})


@router.post("/find")
async def find(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> Response:
    """Search, and lead to what was found."""
    sent = await own_form(request, officer)
    asked = understood(sent, _open_to(request, officer))
    if asked.errors:
        return _form(request, officer, sent, asked.errors, 422)
    web = web_of(request)
    search = Search(
        partner=officer.agency.slug,
        user=officer.user,
        purpose=cast("Purpose", asked.purpose),
        reason=asked.reason,
        emergency=asked.emergency,
        identifiers=asked.identifiers,
        demographics=asked.demographics,
    )
    said = loads((await web.hub.finder.find(search)).body)
    errand = Errand(
        id=web.hub.source.uuid(),
        purpose=search.purpose,
        reason=str(asked.reason),
        emergency=asked.emergency,
        found=said.get("subjects", ()),
        refused=[*said.get("reasons", ()), *said.get("what_would_change", ())],
    )
    await Errands(web.hub.pool, web.hub.clock).begin(errand, officer)
    return RedirectResponse(f"{base(request)}/find/{errand.id}", 303)


@router.get("/find/{errand}")
async def found(
    request: Request, errand: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> HTMLResponse:
    """Show what a search was answered."""
    kept = await errand_of(request, errand, officer)
    agencies = web_of(request).hub.directory.now.agencies.all()
    told = {line["field"] for one in kept.found for line in one["agreement"]}
    return page(
        request,
        "found.html",
        officer=officer,
        errand=kept,
        reason=REASONS.get(kept.reason),
        names={agency.slug: agency.name for agency in agencies},
        compared={name: text for name, text in COMPARED.items() if name in told},
        agreements=[{line["field"]: line["said"] for line in o["agreement"]} for o in kept.found],
    )


async def errand_of(request: Request, errand: UUID, officer: Officer) -> Errand:
    """Return an officer's own errand.

    Raises:
        PageError: there is none, any more or for them.
    """
    web = web_of(request)
    kept = await Errands(web.hub.pool, web.hub.clock).of(errand, officer)
    if kept is None:
        raise PageError(
            404, "This search is over", "Search again, and say what for: it is put on record."
        )
    return kept


def _open_to(request: Request, officer: Officer) -> dict[str, str]:
    """Return the purposes an officer's agency may state under the law in force, in words."""
    law = web_of(request).hub.rulebook
    return {p: words.purpose(p) for p in purposes_of(law).open_to(officer.agency.kind)}


def _form(
    request: Request,
    officer: Officer,
    sent: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "find.html",
        officer=officer,
        status=status,
        sent=sent,
        errors=errors,
        purposes=_open_to(request, officer),
        reasons=REASONS,
        by=BY,
    )
