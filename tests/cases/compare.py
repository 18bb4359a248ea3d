"""Holds an answer against what the law says it is. Pure: nothing but the two.

In: an Expect and a Told. Out: what differs, in words; and expectations turned on their head, each
of which must differ from the same answer (or it says nothing).
Never here: HTTP, a case's names, a judgement of what is lawful.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cases.case_file import Expect

NOBODY = "nobody's-item"
NO_RULE = "no-such-rule"


@dataclass(frozen=True, slots=True)
class Seen:
    """One item of an answer."""

    shown: frozenset[str]
    withheld: frozenset[str]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer, with posts and agencies by their names in the case."""

    outcome: str
    body: str = ""
    items: Mapping[str, Seen] = field(default_factory=dict)
    because: frozenset[str] = frozenset()
    obligations: frozenset[str] = frozenset()
    recorded: Mapping[str, Any] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    entries: tuple[Mapping[str, Any], ...] = ()
    differs_from_nobody: tuple[str, ...] = ()
    """How it differs from the answer about a subject who is nobody's."""
    pattern: bool = False


def problems(expect: Expect, told: Told) -> list[str]:
    """Return what the answer should be and is not."""
    return [
        f"{name}: {problem}"
        for name in sorted(expect.model_fields_set)
        for problem in _CHECKS[name](getattr(expect, name), told)
    ]


def flips(expect: Expect, told: Told) -> Iterator[tuple[str, Expect]]:
    """Yield the expectation with one value turned on its head at a time."""
    for name in sorted(expect.model_fields_set):
        turned = _FLIPS[name](getattr(expect, name), told)
        if turned is not None:
            yield name, expect.model_copy(update={name: turned})


def _outcome(value: str, told: Told) -> Iterator[str]:
    if value != told.outcome:
        yield f"{told.outcome}, not {value}"


def _items(value: tuple[str, ...], told: Told) -> Iterator[str]:
    if set(value) != told.items.keys():
        yield f"{sorted(told.items)}, not {sorted(value)}"


def _includes(value: tuple[str, ...], told: Told) -> Iterator[str]:
    yield from (f"{item} is not there" for item in value if item not in told.items)


def _excludes(value: tuple[str, ...], told: Told) -> Iterator[str]:
    yield from (f"{item} is there" for item in value if item in told.items)


def _shows(value: Mapping[str, Any], told: Told) -> Iterator[str]:
    for item, categories in value.items():
        missing = set(categories) - (told.items[item].shown if item in told.items else set())
        yield from (f"{category} of {item} is not shown" for category in sorted(missing))


def _withholds(value: Mapping[str, Any], told: Told) -> Iterator[str]:
    for item, categories in value.items():
        if item not in told.items:
            yield f"{item} is not there at all"
        else:
            leaked = set(categories) & told.items[item].shown
            yield from (f"{category} of {item} is shown" for category in sorted(leaked))


def _says_withheld(value: Mapping[str, Any], told: Told) -> Iterator[str]:
    for item, categories in value.items():
        said = told.items[item].withheld if item in told.items else frozenset()
        yield from (f"{c} of {item} is not said" for c in sorted(set(categories) - said))


def _in_body(value: tuple[str, ...], told: Told) -> Iterator[str]:
    yield from (f"{word!r} does not appear" for word in value if word not in told.body)


def _not_in_body(value: tuple[str, ...], told: Told) -> Iterator[str]:
    yield from (f"{word!r} appears" for word in value if word.lower() in told.body.lower())


def _status(value: Mapping[str, str], told: Told) -> Iterator[str]:
    for item, status in value.items():
        is_so = told.items[item].status if item in told.items else "not there"
        if is_so != status:
            yield f"{item} is {is_so}, not {status}"


def _hidden(value: bool, told: Told) -> Iterator[str]:  # noqa: FBT001 - as the others
    if value:
        yield from told.differs_from_nobody
    if value and told.outcome == "released" and (told.items or told.entries):
        yield "something was released"
    if not value and not told.differs_from_nobody:
        yield "it is what nobody's subject gets"


def _recorded(value: Mapping[str, Any], told: Told) -> Iterator[str]:
    for name, wanted in value.items():
        held = told.recorded.get(name)
        fits = set(wanted) <= set(held or ()) if isinstance(wanted, list) else wanted == held
        if not fits:
            yield f"{name} is {held}, not {wanted}"


def _notices(value: tuple[str, ...], told: Told) -> Iterator[str]:
    if set(value) != told.notices:
        yield f"{sorted(told.notices)}, not {sorted(value)}"


def _entries(value: tuple[Mapping[str, Any], ...], told: Told) -> Iterator[str]:
    yield from (f"no line says {line}" for line in value if not _a_line(line, told))


def _no_entries(value: tuple[Mapping[str, Any], ...], told: Told) -> Iterator[str]:
    yield from (f"a line says {line}" for line in value if _a_line(line, told))


def _pattern(value: bool, told: Told) -> Iterator[str]:  # noqa: FBT001 - as the others
    if value is not told.pattern:
        yield f"{told.pattern}, not {value}"


def _a_line(line: Mapping[str, Any], told: Told) -> bool:
    return any(not list(_recorded(line, Told(outcome="", recorded=e))) for e in told.entries)


_CHECKS: Mapping[str, Callable[[Any, Told], Iterator[str]]] = {
    "outcome": _outcome,
    "items": _items,
    "includes": _includes,
    "excludes": _excludes,
    "shows": _shows,
    "withholds": _withholds,
    "says_withheld": _says_withheld,
    "because": lambda value, told: (
        f"{rule} is not given" for rule in value if rule not in told.because
    ),
    "not_because": lambda value, told: (
        f"{rule} is given" for rule in value if rule in told.because
    ),
    "obligations": lambda value, told: (
        f"{name} is not asked" for name in value if name not in told.obligations
    ),
    "words": _in_body,
    "never_words": _not_in_body,
    "status": _status,
    "hidden": _hidden,
    "recorded": _recorded,
    "notices": _notices,
    "entries": _entries,
    "no_entries": _no_entries,
    "pattern": _pattern,
}


def _other_outcome(value: str, _: Told) -> str:
    return "refused" if value != "refused" else "released"


def _one_more(value: tuple[str, ...], _: Told) -> tuple[str, ...]:
    return (*value, NOBODY)


def _one_shown(_: tuple[str, ...], told: Told) -> tuple[str, ...] | None:
    return tuple(told.items)[:1] or None


def _of_nobody(value: Mapping[str, Any], _: Told) -> dict[str, Any]:
    return {**value, NOBODY: next(iter(value.values()), ())}


def _what_is_shown(value: Mapping[str, Any], told: Told) -> dict[str, Any] | None:
    item = next((i for i in value if i in told.items and told.items[i].shown), None)
    return None if item is None else {item: tuple(told.items[item].shown)}


def _a_word_of_it(_: tuple[str, ...], told: Told) -> tuple[str, ...] | None:
    return (told.body[:20],) if told.body else None


def _otherwise(value: Mapping[str, Any], _: Told) -> dict[str, Any]:
    turned = {n: [*v, NO_RULE] if isinstance(v, list) else f"not {v}" for n, v in value.items()}
    return {**value, **dict(list(turned.items())[:1])}


def _a_given_rule(_: tuple[str, ...], told: Told) -> tuple[str, ...] | None:
    return tuple(told.because)[:1] or None


_FLIPS: Mapping[str, Callable[[Any, Told], Any]] = {
    "outcome": _other_outcome,
    "items": _one_more,
    "includes": _one_more,
    "excludes": _one_shown,
    "shows": _of_nobody,
    "withholds": _what_is_shown,
    "says_withheld": lambda value, _: dict.fromkeys(value, (NO_RULE,)),
    "because": _one_more,
    "not_because": _a_given_rule,
    "obligations": _one_more,
    "words": _one_more,
    "never_words": _a_word_of_it,
    "status": _otherwise,
    "hidden": lambda value, _: not value,
    "recorded": _otherwise,
    "notices": _one_more,
    "entries": lambda value, _: (*value, {"partner": NOBODY}),
    "no_entries": lambda _, told: tuple(dict(e) for e in told.entries[:1]) or None,
    "pattern": lambda value, _: not value,
}
