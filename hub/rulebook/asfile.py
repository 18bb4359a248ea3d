"""Writes one rule of a release as the TOML file that a lawyer reads and changes.

In: a rule's table, as a release's text holds it. Out: TOML; read again, it is the same table.
Never here: a check of the rule (build), or a comment: a release holds none.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_file(rule: Mapping[str, Any]) -> str:
    """Return a rule as TOML: what is short first, then its tables, then its conditions and cases.

    Source: TOML 1.0.0.
    """
    tables = {k: v for k, v in rule.items() if isinstance(v, Mapping)}
    lists = {k: v for k, v in rule.items() if _is_tables(v)}
    plain = {k: v for k, v in rule.items() if k not in tables and k not in lists}
    lines = [*_pairs(_first("id", plain))]
    for name, table in tables.items():
        lines += ["", f"[{_key(name)}]", *_pairs(table)]
    for name in sorted(lists, key=lambda one: (one == "case", one)):
        for table in lists[name]:
            lines += ["", f"[[{_key(name)}]]", *_pairs(_first("name", table))]
    return "\n".join(lines) + "\n"


def _is_tables(value: object) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
    )


def _first(name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a table that begins with what a reader looks for."""
    return {name: table[name], **table} if name in table else table


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{_key(name)} = {_value(value)}" for name, value in table.items())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML and JSON both hold
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return value if _DAY.fullmatch(value) else _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    if "\n" not in value:
        return json.dumps(value, ensure_ascii=False)
    safe = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{safe}"""'
