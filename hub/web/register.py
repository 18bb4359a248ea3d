"""The disclosure register for information governance: every answer, filtered and in order.

In: filters, an order. Out: pages over the auditor's recorded answers.
Never here: content. An auditor sees that something was disclosed, not what, nor of whom.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from hub.audit.listing import Page
from hub.views.read_register import RegisterFilter
from hub.web.pages import page
from hub.web.who import Allowed, Officer, PageError, web_of

if TYPE_CHECKING:
    from hub.views.register_pages import Order

router = APIRouter()
READ: Final = Allowed("ig_officer", "auditor", scope="ig", step_up=True)
SIGN: Final = Allowed("ig_officer", scope="ig", step_up=True)
SIZE: Final = 25
LAST: Final = 2**53
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
        review: Annotated[str, Query(pattern="^(|open|flagged)$")] = "",
        sort: Annotated[str, Query(pattern="^(newest|oldest|agency)$")] = "newest",
        past: Annotated[int, Query(ge=0, le=LAST)] = 0,
        within: _Slug = "",
    ) -> None:
        self.agency = agency
        self.outcome = outcome
        self.rule = rule
        self.day = day
        self.subject = subject
        self.review = cast('Literal["open", "flagged"] | None', review or None)
        self.sort = cast("Order", sort)
        self.past = past
        self.within = within

    def page(self) -> Page:
        """Return which page of the register that is."""
        past = self.past if self.past or self.sort == "oldest" else LAST
        return Page(order=self.sort, past=past, agency=self.within, limit=SIZE)

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

    def sorted_by(self, sort: str) -> str:
        """Return the address of the first page in another order."""
        return urlencode({**self.query(), "sort": sort})

    def next(self, entries: Sequence[Mapping[str, Any]], after: int | None) -> str:
        """Return the address of the next page; empty where there is none."""
        if after is None:
            return ""
        place: dict[str, object] = {"sort": self.sort, "past": after}
        if self.sort == "agency":
            place["within"] = entries[-1]["partner"]
        return urlencode({**self.query(), **place})


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
        wanted.page(),
        review=wanted.review,
    )
    said = loads(answer.body)
    return page(
        request,
        "register.html",
        officer=officer,
        entries=said["entries"],
        further=wanted.next(said["entries"], said["after"]),
        wanted=wanted,
        query=wanted.query(),
        names=names_of(request),
        outcomes=OUTCOMES,
        whole=officer.is_a("ig_officer"),
    )


def names_of(request: Request) -> dict[str, str]:
    """Return the agencies' names, by slug."""
    return {a.slug: a.name for a in web_of(request).hub.directory.now.agencies.all()}
