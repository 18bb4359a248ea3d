"""Who plays a case: agencies enrolled for the cases alone, and some for one case alone.

In: cases. Out: for each, its agencies' slugs; all of them enrolled, with keys.
Never here: the agencies of other tests, whose receipts and notices are counted there.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from contracts.subject import AgencyKind
from tests.cases.case_file import Case
from tests.support.hub_process import RunningHub, _enrol

Casts = dict[str, dict[str, str]]
"""By case: the slug of each agency, by its name there."""


def enrolled(hub: RunningHub, cases: Iterable[Case], troupe: str) -> Casts:
    """Enrol whoever the cases need that was not enrolled before; return who plays whom."""
    casts, kinds = chosen(cases, troupe)
    new = {slug: kind for slug, kind in kinds.items() if slug not in hub.keys}
    if new:
        hub.keys |= asyncio.run(_enrol(hub.settings, new, ("events", "read")))
        last = next(reversed(new))
        hub.until(lambda: hub.get(f"/agencies/{last}/jwks").is_success)
    return casts


def chosen(cases: Iterable[Case], troupe: str) -> tuple[Casts, dict[str, AgencyKind]]:
    """Return who plays whom, and every slug's kind."""
    casts: Casts = {}
    kinds: dict[str, AgencyKind] = {}
    for place, case in enumerate(cases):
        casts[case.id] = {}
        for name, slug in _slugs(case, troupe, place):
            casts[case.id][name] = slug
            kinds[slug] = case.agencies[name]
    return casts, kinds


def _slugs(case: Case, troupe: str, place: int) -> Iterator[tuple[str, str]]:
    """Yield a slug for each agency: the same few for most cases, a new one where it must be."""
    used: Counter[AgencyKind] = Counter()
    alone: Mapping[str, int] = {name: n for n, name in enumerate(sorted(case.fresh()))}
    for name, kind in case.agencies.items():
        title = kind.replace("_", "-")
        if name in alone:
            yield name, f"{troupe}-{place}-{alone[name]}-{title}"
        else:
            used[kind] += 1
            yield name, f"{troupe}-{title}-{used[kind]}"
