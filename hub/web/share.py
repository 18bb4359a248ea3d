"""Can I share? Question by question, only what can still change the answer, then the answer.

In: answers so far, as closed values about nobody in particular. Out: the next question, or advice.
Never here: a name, a record, a release. Advice binds nobody: asked for something, the desk decides
again on what is on record.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from contracts.base import Category
from hub.clock import london_day, seconds
from hub.rulebook import Rulebook
from hub.rulebook.advisor import Advice, Verdict, advise
from hub.web import words
from hub.web.forms import own_form
from hub.web.pages import page
from hub.web.who import Allowed, Officer, web_of

router = APIRouter()
ALLOWED: Final = Allowed("liaison", "practitioner", "ig_officer", "sab_analyst", "agency_admin")
PREFIX: Final = "f-"
UNKNOWN: Final = "unknown"
NAMED: Final[Mapping[Verdict, str]] = {
    Verdict.MUST_SHARE: "You must share",
    Verdict.SHARE: "You may share",
    Verdict.ASK_A_PERSON: "A named person must decide first",
    Verdict.DO_NOT_SHARE: "Do not share",
}
_OPEN: Final = "Not settled yet"
"""What "do not share" is called while an answer is missing: that is no No, and staff who take it
for one stay silent where they need not."""
_OURS: Final = frozenset({"sender_kind", "sender_public_authority"})


@router.get("/share")
async def start(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> HTMLResponse:
    """Ask the first question."""
    return await _next(request, officer, {})


@router.post("/share")
async def step(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> HTMLResponse:
    """Take an answer, and ask what can still change the advice; or give it."""
    sent = await own_form(request, officer)
    answers = {k.removeprefix(PREFIX): v for k, v in sent.items() if k.startswith(PREFIX)}
    if "change" in sent:
        kept = list(answers).index(sent["change"]) if sent["change"] in answers else 0
        return await _next(request, officer, dict(list(answers.items())[:kept]))
    asked, given = sent.get("asked", ""), sent.get("answer", "")
    if given and given != UNKNOWN:
        answers[asked] = given
    stop = given == UNKNOWN or "stop" in sent
    missing = bool(asked) and not given and not stop
    return await _next(request, officer, answers, stop=stop, missing=missing)


async def _next(
    request: Request,
    officer: Officer,
    answers: Mapping[str, str],
    *,
    stop: bool = False,
    missing: bool = False,
) -> HTMLResponse:
    hub = web_of(request).hub
    law = hub.rulebook
    # What the vocabulary does not hold was not offered here: it is passed over, and asked again.
    said = {k: v for k, v in law.known(answers, ()).items() if k in answers and k not in _OURS}
    facts = {
        **said,
        "sender_kind": officer.agency.kind,
        "sender_public_authority": "yes" if officer.agency.public_authority else "no",
    }
    found = await asyncio.to_thread(advise, facts, law, london_day(seconds(hub.clock)))
    listed = _listed(said, law)
    if found.question is not None and not stop:
        return page(
            request,
            "share_question.html",
            status=422 if missing else 200,
            officer=officer,
            question=found.question,
            answers=listed,
            missing=missing,
        )
    return page(
        request,
        "share_answer.html",
        officer=officer,
        answers=listed,
        open=found.question,
        verdicts=_grouped(found),
        reasons=[
            s
            for s in found.sentences
            if s.kind in ("shown", "refer") or (s.kind == "withheld" and found.question is None)
        ],
        others=[s for s in found.sentences if s.kind == "would_apply"],
        obligations=[s for s in found.sentences if s.kind == "obligation"],
        layers=[s for s in found.sentences if s.kind == "layer"],
        release=law.release,
        now=words.instant(seconds(hub.clock)),
    )


def _listed(said: Mapping[str, str], law: Rulebook) -> list[Mapping[str, str]]:
    """Return the answers so far, each with its question, in words."""
    return [
        {
            "fact": fact,
            "value": value,
            "question": law.vocabulary[fact].question,
            "words": law.vocabulary[fact].values.get(value, value),
        }
        for fact, value in said.items()
    ]


def _grouped(found: Advice) -> list[tuple[str, str, list[str]]]:
    """Return each verdict that came out: its code, its words, and what it is about."""
    grouped = []
    for verdict, text in NAMED.items():
        about = [words.category(c) for c in Category if found.verdicts[c] is verdict]
        if about and verdict is Verdict.DO_NOT_SHARE and found.question is not None:
            grouped.append(("open", _OPEN, about))
        elif about:
            grouped.append((verdict.value, text, about))
    return grouped
