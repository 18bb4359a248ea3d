"""Signed events carried to the hub, singly or together, and their receipts carried back.

In: tokens. Out: for each a verified receipt, or the hub's reason for refusing it.
Never here: what to do about either; see delivery.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx

from adapters.kit.answers import JSON_KIND, RECEIPT, Answered, problem
from adapters.kit.delivery import JTI_REUSED, Answer, Refused
from adapters.kit.errors import ReceiptError
from adapters.kit.jws import dense
from adapters.kit.receipts import EventReceipt
from adapters.kit.sign import own_claims, signing_digest
from adapters.kit.wire import TRIES, Request, json_of

UNAVAILABLE = "unavailable"


class Posting(Answered):
    """The calls that carry events."""

    def post_event(self, token: bytes, *, tries: int = TRIES) -> Answer:
        """Post one signed event; the same bytes again give the same receipt.

        Raises:
            ReceiptError: taken, but not proven. Post it again.
            ProblemError: the hub lets this agency post nothing.
        """
        kind = {"Content-Type": "application/secevent+jwt"}
        response = self._wire.call(Request("POST", "/events", token, kind), tries=tries)
        if response.status_code == httpx.codes.ACCEPTED:
            return self._proven(token, response.headers.get(RECEIPT))
        said = json_of(response)
        if response.status_code == httpx.codes.CONFLICT:
            return Refused(JTI_REUSED, str(said.get("description", "")))
        if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return Refused("too_large", "the event is longer than the hub takes")
        # `err` is what intake says of an event. Without it the answer is about the agency, and
        # parking event after event would hide that.
        if "err" in said:
            return Refused(str(said["err"]), str(said.get("description", "")))
        raise problem(response)

    def post_batch(self, tokens: Mapping[str, bytes], *, tries: int = TRIES) -> dict[str, Answer]:
        """Post several events; those not proven are left out of the answer.

        Raises:
            ProblemError: the hub took none of them.
        """
        body = dense({"sets": {jti: token.decode() for jti, token in tokens.items()}})
        request = Request("POST", "/events/batch", body, JSON_KIND)
        response = self._wire.call(request, tries=tries)
        if response.status_code != httpx.codes.OK:
            raise problem(response)
        said = json_of(response)
        receipts, faults = _object(said.get("receipts")), _object(said.get("setErrs"))
        answers: dict[str, Answer] = {}
        for jti, token in tokens.items():
            if jti in faults:
                fault = _object(faults[jti])
                # Not a word on the event itself: it goes again, like one without a receipt.
                if fault.get("err", UNAVAILABLE) != UNAVAILABLE:
                    answers[jti] = Refused(str(fault["err"]), str(fault.get("description", "")))
                continue
            with suppress(ReceiptError):
                answers[jti] = self._proven(token, receipts.get(jti))
        return answers

    def receipt(self, jti: str, *, tries: int = TRIES) -> EventReceipt | None:
        """Return the receipt of an event of this agency; None if the hub has none.

        Raises:
            ReceiptError: what the hub showed is not a receipt for it.
        """
        response = self._wire.call(Request("GET", f"/receipts/{quote(jti, safe='')}"), tries=tries)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response)
        if RECEIPT in response.headers:
            self._recorded(response, "released")
        return self._verifier.event(json_of(response).get("receipt"), jti=jti)

    def _proven(self, token: bytes, receipt: str | None) -> EventReceipt:
        held = self._verifier.event(receipt, jti=own_claims(token)["jti"])
        if held.sd != signing_digest(token):
            raise ReceiptError("the receipt is for another signing of the event")
        return held


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
