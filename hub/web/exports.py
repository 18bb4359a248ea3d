"""The register, and who saw what, as files: laid out in plain words, each on record before it goes.

In: the register's filters; a subject's reference. Out: CSV or tagged PDF.
Never here: more than the page shows to that officer.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.audit.exports import MOST, ExportError, Form, Sheet
from hub.audit.readings import By
from hub.audit.typeset import MARKING, TypesetError
from hub.clock import seconds
from hub.disclosure.ask import Answer
from hub.web import words
from hub.web.register import OUTCOMES, READ, SIGN, Wanted, names_of
from hub.web.saw import OWN, held
from hub.web.who import Officer, PageError, web_of

router = APIRouter()
MEDIA: Final[Mapping[Form, str]] = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
_HEAD: Final = ("When", "Agency", "Officer", "What they did", "What for", "Outcome")
_WHOLE: Final = ("About", "Records", "Kinds of information")


@router.get("/exports/register")
async def register(
    request: Request,
    officer: Annotated[Officer, Depends(READ)],
    wanted: Annotated[Wanted, Depends()],
    form: Annotated[Form, Query()] = "csv",
) -> Response:
    """Give the entries that fit as a file. The file is on record before it goes."""
    whole = officer.is_a("ig_officer")
    if wanted.subject and not whole:
        raise PageError(403, "This page is not for your role", "An auditor does not see of whom.")
    names = names_of(request)
    now = words.instant(seconds(web_of(request).hub.clock))

    def lay(entries: Sequence[dict[str, Any]]) -> Sheet:
        return Sheet(
            title="Disclosure register",
            about=[
                f"As of {words.when(now)}, for officer {officer.user} of {officer.agency.name}.",
                f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}. {_filters(wanted)}",
                "This file is itself an entry of the register. Destroy it once it has served.",
            ],
            head=[*_HEAD, *(_WHOLE if whole else ()), "By which rules", "Review", "Entry"],
            rows=[_row(entry, names, whole=whole) for entry in entries],
        )

    try:
        answer = await web_of(request).hub.exports.register(
            By(officer.agency.slug, officer.user), wanted.filters(), wanted.sort, form, lay
        )
    except ExportError as refusal:
        raise PageError(422, "That is too much for one file", words.sentence(refusal)) from None
    except TypesetError as missing:
        raise PageError(503, "This hub cannot make a PDF", words.sentence(missing)) from None
    return _file(answer, f"register-{MARKING}.{form}", MEDIA[form])


@router.get("/exports/who-saw/{subject}")
async def who_saw(
    request: Request, subject: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Give the statement of who saw what about somebody as a PDF, for them."""
    web = web_of(request)
    names = names_of(request)
    now = words.instant(seconds(web.hub.clock))
    waits = await held(web, subject)

    def lay(entries: Sequence[dict[str, Any]]) -> Sheet:
        told = [entry for entry in entries if entry["channel"] not in OWN]
        warning = (
            ["The police ask that nobody who is implicated is told. Do not give this away."]
            if waits
            else []
        )
        return Sheet(
            title="Who saw what",
            about=[
                f"About {subject}, as of {words.when(now)}.",
                *warning,
                "Officers are named by numbers that their agency can look up.",
            ],
            head=[*_HEAD, "What they saw", "By which rules"],
            rows=[
                [*_common(entry, names), _kinds(entry), ", ".join(entry["rules"])] for entry in told
            ],
        )

    try:
        answer = await web.hub.exports.who_saw(By(officer.agency.slug, officer.user), subject, lay)
    except TypesetError as missing:
        raise PageError(503, "This hub cannot make a PDF", words.sentence(missing)) from None
    return _file(answer, f"who-saw-what-{MARKING}.pdf", MEDIA["pdf"])


def _file(answer: Answer, name: str, media: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(answer.body, media_type=media, headers=headers)


def _row(entry: Mapping[str, Any], names: Mapping[str, str], *, whole: bool) -> list[str]:
    kept = [entry["subject"] or "", str(len(entry["items"])), _kinds(entry)] if whole else []
    verdict = (entry["review"] or {}).get("verdict") or ""
    rules = ", ".join(entry["rules"])
    return [*_common(entry, names), *kept, rules, words.value(verdict), entry["jti"]]


def _common(entry: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    return [
        words.when(entry["recorded"]),
        names.get(entry["partner"], entry["partner"]),
        entry["user"] or "",
        words.channel(entry["channel"]),
        words.purpose(entry["purpose"]),
        words.value(entry["outcome"]),
    ]


def _kinds(entry: Mapping[str, Any]) -> str:
    return ", ".join(words.category(one) for one in entry["categories"])


def _filters(wanted: Wanted) -> str:
    said = dict(wanted.query())
    if "outcome" in said:
        said["outcome"] = OUTCOMES[said["outcome"]]
    if not said:
        return f"Every entry, up to {MOST:,}."
    return "Only: " + "; ".join(f"{words.label(k)} {v}" for k, v in said.items()) + "."
