"""Which role enters which address of the pages, and whose is what an address names: by hand.

In: nothing. Out: a row for every route, and what may stand where a route has a parameter.
Never here: what the code says of itself. These rows are the expectation that it is held against.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from fastapi.routing import APIRoute

from hub.web.app import ROUTERS
from hub.web.who import ROLES, Role

ANYBODY: Final = "anybody"
"""Needs nobody signed in."""
SIGNED_IN: Final = "signed in"
"""Needs somebody signed in, in whatever role."""
_LETTERS: Final = dict(zip("LPISAU", ROLES, strict=True))
"""Liaison officer, Practitioner, IG officer, SAB analyst, agency Administrator, aUditor."""
STREAM: Final = "GET /live"
"""It has no end: no body to read to, and no weight."""
MATRIX: Final[Mapping[str, str]] = {
    "GET /": ANYBODY,
    "GET /accessibility": ANYBODY,
    "GET /cookies": ANYBODY,
    "GET /help": ANYBODY,
    "GET /sign-in": ANYBODY,
    "GET /signed-in": ANYBODY,
    "POST /back-channel-logout": ANYBODY,
    "POST /sign-out": SIGNED_IN,
    "GET /dashboard": "---S--",
    "GET /find": "L--S--",
    "POST /find": "L--S--",
    "GET /find/{errand}": "L--S--",
    "GET /find/{errand}/{subject}": "L--S--",
    "GET /post": "LP----",
    "GET /post/{kind}": "LP----",
    "POST /post/{kind}": "LP----",
    "GET /post/sent/{receipt}": "LP----",
    "GET /inbox": "LP----",
    "GET /inbox/{notice}": "LP----",
    "POST /inbox/{notice}": "LP----",
    "GET /inbox/{notice}/{errand}": "LP----",
    "POST /inbox/{notice}/answer": "LP----",
    "POST /inbox/{notice}/acknowledge": "LP----",
    "POST /inbox/{notice}/decide": "LP----",
    "GET /live": "LP----",
    "GET /signing": "----A-",
    "POST /signing": "----A-",
    "GET /share": "LPISA-",
    "POST /share": "LPISA-",
    "GET /register": "--I--U",
    "GET /register/{jti}": "--I--U",
    "POST /register/{jti}/review": "--I---",
    "POST /register/{jti}/ask": "--I---",
    "GET /exports/register": "--I--U",
    "GET /exports/who-saw/{subject}": "--I---",
    "GET /sampling": "--I--U",
    "POST /sampling": "--I---",
    "GET /sampling/{sample}/again": "--I--U",
    "GET /alarms": "--I--U",
    "GET /questions": "--I--U",
    "GET /asked-of-us": "L---A-",
    "GET /asked-of-us/{question}": "L---A-",
    "POST /asked-of-us/{question}": "L---A-",
    "GET /breaches": "--I--U",
    "GET /breaches/new": "--I---",
    "POST /breaches/new": "--I---",
    "GET /breaches/{breach}": "--I--U",
    "POST /breaches/{breach}": "--I---",
    "GET /rulebook": "--I--U",
    "GET /rulebook/rules/{rule}": "--I--U",
    "GET /rulebook/draft": "--I---",
    "POST /rulebook/draft": "--I---",
    "GET /rulebook/proposals/{proposal}": "--I--U",
    "POST /rulebook/proposals/{proposal}/approve": "--I---",
    "POST /rulebook/proposals/{proposal}/release": "--I---",
    "GET /who-saw": "--I---",
    "POST /who-saw": "--I---",
    "GET /who-saw/{subject}": "--I---",
}
OWN: Final = frozenset({"errand", "notice", "question", "receipt"})
"""Parameters that name what belongs to one officer, or to one agency: another is told that it does
not exist."""
SHARED: Final = frozenset({"breach", "jti", "kind", "proposal", "rule", "sample", "subject"})
"""Parameters that name what everybody in the row may open: the register is one office's."""


PARAMETER: Final = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")
"""Where an address holds an id."""


def routes() -> Iterator[tuple[str, APIRoute]]:
    """Yield every route of the pages, by its method and path."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), "a kind of route that the matrix does not know"
            for method in route.methods or ():
                yield f"{method} {route.path}", route


def roles_of(row: str) -> frozenset[Role]:
    """Return the roles that a row of the matrix lets in."""
    assert len(row) == len(_LETTERS), row
    assert all(letter in {"-", known} for letter, known in zip(row, _LETTERS, strict=True)), row
    return frozenset(_LETTERS[letter] for letter in row if letter != "-")


def guarded() -> dict[str, frozenset[Role]]:
    """Return what is for certain roles, by method and path."""
    return {at: roles_of(row) for at, row in MATRIX.items() if row not in {ANYBODY, SIGNED_IN}}
