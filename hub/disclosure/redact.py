"""Keeps the fields of a payload whose category may be shown, and nothing else.

In: an opened payload and the categories the binding decision shows. Out: the fields that leave.
Never here: who decides. Only the vault's builder may import this: redaction without a recorded
decision would be a second way out.
"""

from contracts.base import Category, Payload
from contracts.labels import JSON, redact


def fields_shown(payload: Payload, shown: frozenset[Category], *, cleared: bool) -> dict[str, JSON]:
    """Return the fields to release. Free text leaves only when recorded as cleared of names."""
    if not shown:
        return {}
    return redact(payload, shown, cleared=cleared)
