"""The statements that find a page of the register, however it is filtered and wherever it begins.

In: an order, which filters are set. Out: a statement that gives the page's positions as `page`.
Never here: a value, or a statement that walks past answers which do not fit: an officer who filters
by what never happened must not wait for every answer there ever was.

Many answers fit an agency, an outcome, a rule or a day. For these `register_list` has each answer
once for each rule it names and once under '', in lists by rule, version, agency and outcome: a page
is put together from the heads of those lists, and a day is a span of positions, since time never
runs back in the ledger. Few fit a subject, an officer or an id: those are all fetched, then sifted.
"""

from collections.abc import Collection
from functools import cache
from typing import Final, Literal, LiteralString, NamedTuple, TypeAlias

Order: TypeAlias = Literal["oldest", "newest", "agency"]


class _Turn(NamedTuple):
    lists: LiteralString
    """Which lists `s` can have anything of the page."""
    place: LiteralString
    """Where within a list the page may begin."""
    near: LiteralString
    by: LiteralString


_ORDERS: Final[dict[Order, _Turn]] = {
    "oldest": _Turn("true", "l.position > %(past)s", "l.position", "l.position"),
    "newest": _Turn("true", "l.position < %(past)s", "l.position DESC", "l.position DESC"),
    # Within one agency the newest come first, as everywhere else.
    "agency": _Turn(
        "s.partner >= %(after)s",
        "l.position < CASE WHEN s.partner = %(after)s THEN %(past)s ELSE 9007199254740992 END",
        "l.position DESC",
        "l.partner, l.position DESC",
    ),
}
_NAMED: Final[dict[str, LiteralString]] = {
    "jti": "r.jti = %(jti)s::uuid",
    "jtis": "r.jti = ANY(%(jtis)s::uuid[])",
    "subject": "r.subject = %(subject)s::uuid",
    "user": "r.user_ref = %(user)s",
}
NAMED: Final = tuple(_NAMED)
"""The filters that few answers fit."""
_SPAN: LiteralString = """span AS MATERIALIZED (
    SELECT CASE WHEN %(first_day)s::date IS NULL THEN 0 ELSE coalesce(
               (SELECT d.position FROM views_v1.register d WHERE d.day >= %(first_day)s
                ORDER BY d.day, d.position LIMIT 1), 9007199254740992) END AS first,
           CASE WHEN %(last_day)s::date IS NULL THEN 9007199254740992 ELSE coalesce(
               (SELECT d.position FROM views_v1.register d WHERE d.day <= %(last_day)s
                ORDER BY d.day DESC, d.position DESC LIMIT 1), 0) END AS last
)"""
_WITHIN: LiteralString = "l.position BETWEEN (SELECT first FROM span) AND (SELECT last FROM span)"
_FITS: LiteralString = (
    "(%(partner)s::text IS NULL OR s.partner = %(partner)s)"
    " AND (%(outcome)s::text IS NULL OR s.outcome = %(outcome)s)"
)
# The lists of a rule are found by leaping from the head of one to the head of the next.
_LISTS: LiteralString = """lists AS (
    (SELECT l.version, l.partner, l.outcome FROM views_v1.register_list l
     WHERE l.rule = %(rule)s ORDER BY l.version, l.partner, l.outcome LIMIT 1)
    UNION ALL
    SELECT n.version, n.partner, n.outcome FROM lists s CROSS JOIN LATERAL (
        SELECT l.version, l.partner, l.outcome FROM views_v1.register_list l
        WHERE l.rule = %(rule)s
          AND (l.version, l.partner, l.outcome) > (s.version, s.partner, s.outcome)
        ORDER BY l.version, l.partner, l.outcome LIMIT 1) AS n
)"""


def _of_many(turn: _Turn) -> LiteralString:
    return f"""WITH RECURSIVE {_SPAN}, {_LISTS}, page AS (
    SELECT DISTINCT l.partner, l.position FROM lists s CROSS JOIN LATERAL (
        SELECT l.partner, l.position FROM views_v1.register_list l
        WHERE l.rule = %(rule)s AND l.version = s.version AND l.partner = s.partner
          AND l.outcome = s.outcome AND {turn.place} AND {_WITHIN}
        ORDER BY {turn.near} LIMIT %(limit)s) AS l
    WHERE {turn.lists} AND {_FITS} AND (%(version)s::text IS NULL OR s.version = %(version)s)
    ORDER BY {turn.by} LIMIT %(limit)s
)"""  # noqa: S608 - of literals


def _of_few(turn: _Turn, named: Collection[str]) -> LiteralString:
    wanted: LiteralString = " AND ".join(_NAMED[name] for name in named)
    return f"""WITH {_SPAN}, narrow AS MATERIALIZED (
    SELECT r.position, r.partner, r.outcome, r.rules FROM views_v1.register r WHERE {wanted}
), page AS (
    SELECT l.partner, l.position FROM narrow l
    CROSS JOIN LATERAL (SELECT l.partner, l.outcome) AS s
    WHERE {turn.lists} AND {turn.place} AND {_WITHIN} AND {_FITS}
      AND (%(rule)s = '' OR EXISTS (
          SELECT FROM unnest(l.rules) AS x WHERE split_part(x, '@', 1) = %(rule)s
            AND (%(version)s::text IS NULL OR x = %(rule)s || '@' || %(version)s)))
    ORDER BY {turn.by} LIMIT %(limit)s
)"""  # noqa: S608 - of literals


@cache
def page_of(order: Order, named: frozenset[str], entry: LiteralString) -> LiteralString:
    """Return the statement of a page.

    Args:
        order: of the entries.
        named: which filters of NAMED are set.
        entry: what is wanted of each entry, `FROM views_v1.register r`.
    """
    turn = _ORDERS[order]
    page = _of_few(turn, sorted(named)) if named else _of_many(turn)
    by: LiteralString = turn.by.replace("l.", "r.")
    return f"{page} {entry} JOIN page ON page.position = r.position ORDER BY {by}"
