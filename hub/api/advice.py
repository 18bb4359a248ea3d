"""POST /advice: may this be shared, and if that is not known, what is to be found out next?

In: facts as closed values, about nobody in particular. Out: a verdict for each category, in words.
Never here: a subject, a record: nothing is released, so nothing goes into the register.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError

from contracts.base import Category
from hub.api.access import Caller
from hub.api.answer import NO_STORE
from hub.api.bodies import AdviceRequest
from hub.api.documents import answers, problems
from hub.api.schemas import ADVICE
from hub.api.wiring import reader, the_hub
from hub.clock import london_day, seconds
from hub.ledger.frontdoor import canonical
from hub.rulebook import Rulebook
from hub.rulebook.advisor import Advice, advise

router = APIRouter(tags=["advice"])


@router.post(
    "/advice",
    responses={
        200: answers(ADVICE, "Advice, and the one next question", receipt=False),
        **problems(422),
    },
)
async def advice(
    request: Request, body: AdviceRequest, _: Annotated[Caller, Depends(reader)]
) -> Response:
    """Say whether one record may go to one agency on these facts, and why.

    Advice binds nobody: when something is asked for, the desk decides again, on what is on record.
    A fact or a value that the vocabulary does not hold is refused, and not passed over.
    """
    hub = the_hub(request)
    law = hub.rulebook
    if law.known(body.facts, ()) != body.facts:
        raise RequestValidationError([{"loc": ("body", "facts"), "type": "not_in_vocabulary"}])
    # Looking for the next question searches the whole law: not on the event loop.
    found = await asyncio.to_thread(advise, body.facts, law, london_day(seconds(hub.clock)))
    content = canonical(_told(found, law))
    return Response(content, headers={"Cache-Control": NO_STORE}, media_type="application/json")


def _told(found: Advice, law: Rulebook) -> dict[str, Any]:
    question = found.question
    return {
        "verdicts": {category: found.verdicts[category] for category in Category},
        "because": [
            {
                "kind": s.kind,
                "words": s.words,
                "rule": s.rule,
                "title": s.title,
                "cite": list(s.cite),
                "strength": s.strength,
            }
            for s in found.sentences
        ],
        "question": None
        if question is None
        else {
            "fact": question.fact,
            "words": question.words,
            "values": dict(question.values),
            "rule": question.rule,
            "title": question.title,
        },
        "release": law.release,
        "rulebook": law.sha256,
    }
