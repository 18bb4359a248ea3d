"""Who is at the page, and whether this page is for them: by session, register entry and role.

In: a request's cookie. Out: an Officer, or the way to sign in, or a plain No.
Never here: what an officer may see of a subject. Roles say which doors exist; rules say the rest.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from fastapi import Request

from hub.clock import seconds
from hub.intake.agencies import Agency
from hub.web.parts import Web
from hub.web.sessions import Session

Role: TypeAlias = Literal[
    "liaison", "practitioner", "ig_officer", "sab_analyst", "agency_admin", "auditor"
]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
NAMED: Final[dict[str, str]] = {
    "liaison": "liaison officer",
    "practitioner": "practitioner",
    "ig_officer": "information governance officer",
    "sab_analyst": "Safeguarding Adults Board analyst",
    "agency_admin": "agency administrator",
    "auditor": "auditor",
}
STEP_UP_S: Final = 30 * 60
"""Pages of the register ask who you are again, where that was longer ago than this."""


class SignInNeededError(Exception):
    """Nobody is signed in, or not lately enough: `to` is where to go on afterwards."""

    def __init__(self, to: str, max_age_s: int | None = None) -> None:
        super().__init__("sign in")
        self.to = to
        self.max_age_s = max_age_s


class PageError(Exception):
    """A page that cannot be shown: its status, a heading, and what to do."""

    def __init__(self, status: int, heading: str, *words: str) -> None:
        super().__init__(heading)
        self.status = status
        self.heading = heading
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who is signed in: one officer of one registered agency."""

    session: Session
    agency: Agency
    roles: frozenset[str]

    @property
    def user(self) -> str:
        """Return the opaque id that the register holds."""
        return self.session.user

    @property
    def titles(self) -> str:
        """Return what they are, in words."""
        return ", ".join(NAMED[role] for role in ROLES if role in self.roles)

    def is_a(self, *roles: Role) -> bool:
        """Tell whether they have one of these roles."""
        return bool(self.roles & set(roles))


class Allowed:
    """A dependency of a route: lets in officers of certain roles, and says which."""

    def __init__(
        self, *roles: Role, scope: str = "read", step_up: bool = False, by_itself: bool = False
    ) -> None:
        """Take the roles, the scope their agency must have, and whether to ask again who it is.

        What a page asks for `by_itself` does not keep a session from being idle.
        """
        self.roles = frozenset(roles)
        self.scope = scope
        self.step_up = step_up
        self.by_itself = by_itself

    def admits(self, officer: Officer) -> bool:
        """Tell whether an officer's role and their agency's scope open the page."""
        return bool(officer.roles & self.roles) and self.scope in officer.agency.scopes

    async def __call__(self, request: Request) -> Officer:
        """Return who is there.

        Raises:
            SignInNeededError: nobody is, or not lately enough.
            PageError: somebody else is.
        """
        officer = await present(request, touch=not self.by_itself)
        to = request.url.path if request.method == "GET" else f"{base(request)}/"
        if officer is None:
            raise SignInNeededError(to)
        if not self.admits(officer):
            raise PageError(
                403,
                "This page is not for your role",
                f"You are signed in as {officer.titles or 'somebody without a role here'},"
                f" {officer.agency.name}.",
                "If you need it for your work, ask your agency's administrator.",
            )
        age = seconds(web_of(request).hub.clock) - officer.session.auth_time
        if self.step_up and age > STEP_UP_S:
            raise SignInNeededError(to, STEP_UP_S)
        return officer


def web_of(request: Request) -> Web:
    """Return the parts of this process."""
    web: Web = request.app.state.web
    return web


def base(request: Request) -> str:
    """Return the path under which the pages stand."""
    return str(request.scope.get("root_path", ""))


def cookie_names(web: Web) -> tuple[str, str]:
    """Return the names of the session's and the sign-in's cookies.

    `__Host-` binds a cookie to this very host; browsers take it over https only.
    """
    prefix = "__Host-" if web.hub.settings.public_url.startswith("https:") else ""
    return f"{prefix}hub", f"{prefix}hub-sign-in"


async def present(request: Request, *, touch: bool = True) -> Officer | None:
    """Return who is signed in, as the register of agencies stands now; see `Sessions.find`."""
    web = web_of(request)
    token = request.cookies.get(cookie_names(web)[0])
    session = None if token is None else await web.sessions.find(token, touch=touch)
    if session is None:
        return None
    agency = web.hub.directory.now.agencies.find(session.agency)
    if agency is None:
        return None
    return Officer(session=session, agency=agency, roles=session.roles & set(ROLES))
