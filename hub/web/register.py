"""The disclosure register for information governance: every answer, filtered, and one in full.

In: filters; an entry's id; a verdict. Out: pages over the auditor's recorded answers.
Never here: content. An auditor sees that something was disclosed, not what, nor of whom.
"""

from datetime import date
from json import loads
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.audit.auditor import ReviewError
from hub.views.read_register import RegisterFilter
from hub.web import words
from hub.web.errands import REASONS
from hub.web.forms import chosen, own_form
from hub.web.pages import page
from hub.web.who import Allowed, Officer, PageError, base, web_of

router = APIRouter()
READ: Final = Allowed("ig_officer", "auditor", scope="ig", step_up=True)
SIGN: Final = Allowed("ig_officer", scope="ig", step_up=True)
SIZE: Final = 25
LAST: Final = 2**53
VERDICTS: Final = {
    "upheld": "It was right",
    "upheld_with_learning": "It was right, and there is something to learn",
    "overturned": "It was wrong",
}
OUTCOMES: Final = {"": "Either", "released": "Released", "refused": "Refused"}
_Slug = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,40}$")]


class Wanted:
    """What an officer filters by: closed words and ids. An empty field asks for any."""

    def __init__(
        self,
        agency: _Slug = "",
        outcome: Annotated[str, Query(pattern="^(|released|refused)$")] = "",
        rule: Annotated[str, Query(pattern=r"^[A-Za-z0-9@-]{0,64}$")] = "",
        day: Annotated[str, Query(pattern=r"^(|[0-9]{4}-[0-9]{2}-[0-9]{2})$")] = "",
        subject: Annotated[str, Query(pattern=r"^(|[0-9a-f-]{36})$")] = "",
        review: Annotated[str, Query(pattern="^(|open)$")] = "",
        before: Annotated[int, Query(ge=1, le=LAST)] = LAST,
    ) -> None:
        self.agency = agency
        self.outcome = outcome
        self.rule = rule
        self.day = day
        self.subject = subject
        self.review = review
        self.before = before

    def filters(self) -> RegisterFilter:
        """Return the filters as the views know them.

        Raises:
            PageError: the day or the id is none.
        """
        try:
            day = date.fromisoformat(self.day) if self.day else None
            subject = str(UUID(self.subject)) if self.subject else None
        except ValueError:
            raise PageError(404, "Page not found", "Check the day or the reference.") from None
        return RegisterFilter(
            partner=self.agency or None,
            outcome=self.outcome or None,
            rule=self.rule or None,
            first_day=day,
            last_day=day,
            subject=subject,
        )

    def query(self) -> dict[str, str]:
        """Return the filters as the next page's address states them."""
        named = ("agency", "outcome", "rule", "day", "subject", "review")
        return {name: getattr(self, name) for name in named if getattr(self, name)}


@router.get("/register")
async def register(
    request: Request,
    officer: Annotated[Officer, Depends(READ)],
    wanted: Annotated[Wanted, Depends()],
) -> HTMLResponse:
    """Show a page of the register, newest first. This reading is itself recorded."""
    web = web_of(request)
    if wanted.subject and not officer.is_a("ig_officer"):
        raise PageError(403, "This page is not for your role", "An auditor does not see of whom.")
    answer = await web.hub.auditor.register(
        officer.agency.slug,
        officer.user,
        wanted.filters(),
        after=0,
        before=wanted.before,
        limit=SIZE,
        unreviewed=bool(wanted.review),
    )
    said = loads(answer.body)
    return page(
        request,
        "register.html",
        officer=officer,
        entries=said["entries"],
        older=said["after"],
        wanted=wanted,
        query=wanted.query(),
        names=names_of(request),
        outcomes=OUTCOMES,
        whole=officer.is_a("ig_officer"),
    )


@router.get("/register/{jti}")
async def one(
    request: Request, jti: UUID, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Show one entry in plain words: who asked, what for, what was decided, by which rules."""
    return await _entry(request, jti, officer)


@router.post("/register/{jti}/review")
async def review(
    request: Request, jti: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Record what the officer found on looking again."""
    sent = await own_form(request, officer)
    verdict = chosen(sent, "verdict", VERDICTS)
    if verdict is None:
        return await _entry(request, jti, officer, "Select what you found")
    web = web_of(request)
    note = sent.get("note", "")[:2000] or None
    try:
        answer = await web.hub.auditor.review(
            officer.agency.slug, officer.user, jti, verdict=verdict, note=note
        )
    except ReviewError as refusal:
        return await _entry(request, jti, officer, f"{str(refusal)[:1].upper()}{str(refusal)[1:]}")
    if answer.outcome != "released":
        raise _nothing()
    return RedirectResponse(f"{base(request)}/register/{jti}?signed=yes", 303)


def names_of(request: Request) -> dict[str, str]:
    """Return the agencies' names, by slug."""
    return {a.slug: a.name for a in web_of(request).hub.directory.now.agencies.all()}


async def _entry(request: Request, jti: UUID, officer: Officer, error: str = "") -> HTMLResponse:
    web = web_of(request)
    answer = await web.hub.auditor.one(officer.agency.slug, officer.user, jti)
    if answer.outcome != "released":
        raise _nothing()
    entry = loads(answer.body)
    receipt = await web.hub.auditor.receipt(officer.agency.slug, jti, officer=True)
    return page(
        request,
        "entry.html",
        status=422 if error else 200,
        officer=officer,
        entry=entry,
        released=entry.get("items", []),
        names=names_of(request),
        reasons=[{**reason, **_law(request, reason["rule"])} for reason in entry["reasons"]],
        why=REASONS.get(entry.get("reason") or ""),
        missing=[_asked_for(request, fact) for fact in entry.get("would_change", ())],
        same_rules=entry["rulebook"] == web.hub.rulebook.sha256,
        receipt=None if receipt is None else receipt.text,
        verdicts=VERDICTS,
        error=error,
        signed=request.query_params.get("signed") == "yes",
        whole=officer.is_a("ig_officer"),
        obligations=web.hub.rulebook.obligations,
    )


def _law(request: Request, name: str) -> dict[str, Any]:
    """Return a rule's citations and effect, as the release in force has them."""
    try:
        file = web_of(request).hub.rulebook.rule(name).file
    except KeyError:
        return {"cite": (), "effect": ""}
    return {"cite": file.basis.cite, "effect": file.effect}


def _asked_for(request: Request, fact: str) -> str:
    entry = web_of(request).hub.rulebook.vocabulary.get(fact)
    return words.label(fact) if entry is None else entry.question


def _nothing() -> PageError:
    return PageError(404, "There is no such entry", "Check the address, or look in the register.")
