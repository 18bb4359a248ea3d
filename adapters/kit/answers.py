"""An answer of the hub, taken only with its receipt, and counted in the chain.

In: a request or its response. Out: `Disclosed`, or an error that carries the hub's refusal.
Never here: an answer whose receipt does not fit its bytes; such an answer is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.kit.chain import Chain
from adapters.kit.edge import Edge
from adapters.kit.errors import ProblemError, UnknownSubjectError
from adapters.kit.jws import dense
from adapters.kit.receipts import DisclosureReceipt, Outcome, Verifier
from adapters.kit.wire import Request, Wire, json_of

RECEIPT = "Hub-Receipt"
JSON_KIND = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An answer of the hub that is on record as a disclosure to this agency.

    Args:
        data: the answer.
        body: the same, byte for byte as the receipt names it.
        receipt: the verified receipt.
    """

    data: Mapping[str, Any]
    body: bytes
    receipt: DisclosureReceipt

    @property
    def released(self) -> bool:
        """Whether the hub released what was asked; if not, `data` says why."""
        return self.receipt.outcome == "released"


class Answered:
    """What posting and asking have in common: the wire, the verifier and the chain."""

    def __init__(self, wire: Wire, verifier: Verifier, chain: Chain, edge: Edge) -> None:
        self._wire = wire
        self._verifier = verifier
        self._edge = edge
        self.chain = chain

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        named: Mapping[str, str | None] | None = None,
        params: Mapping[str, str | None] | None = None,
        user: str | None = None,
        outcome: Outcome | None = "released",
    ) -> Disclosed:
        """Ask for something that the hub records as a disclosure.

        Args:
            method: the HTTP method.
            path: the path.
            body: what is asked, in JSON.
            named: headers.
            params: the query.
            user: the officer asking.
            outcome: what the receipt of a good answer must say; None where an answer that found
                nothing counts as refused.

        Raises:
            ReceiptError: the answer has no receipt that fits it.
            UnknownSubjectError: no such subject, or none this agency may know of.
            ProblemError: the hub refused to answer.
        """
        headers = _set({**(named or {}), "Hub-User": user})
        if body is not None:
            headers |= JSON_KIND
        response = self._wire.call(
            Request(
                method,
                path,
                content=None if body is None else dense(body),
                headers=headers,
                params=_set(params or {}),
                discloses=True,
            )
        )
        if response.is_success:
            return self._recorded(response, outcome)
        # Only a refusal of the desk has an outcome. It is an answer, so it needs a receipt too.
        refused = response.status_code == httpx.codes.FORBIDDEN
        if refused and json_of(response).get("outcome") == "refused":
            return self._recorded(response, "refused")
        raise self._refusal(response)

    def _recorded(self, response: httpx.Response, outcome: Outcome | None) -> Disclosed:
        """Take an answer with its receipt, and enter the receipt in the chain."""
        body = response.content
        receipt = self._verifier.disclosure(
            response.headers.get(RECEIPT), body=body, outcome=outcome
        )
        # A contradiction in the chain does not make this answer wrong: it is kept as evidence
        # and raised as an alarm, and whoever needs the answer to protect somebody has it.
        self.chain.add(receipt.link, receipt.token)
        return Disclosed(json_of(response), body, receipt)

    def _refusal(self, response: httpx.Response) -> ProblemError:
        """Return the error for a response that is no answer, and count its receipt if it has one.

        To be told that there is nothing to see is a disclosure too.
        """
        if RECEIPT in response.headers:
            self._recorded(response, None)
        return problem(response)


def problem(response: httpx.Response) -> ProblemError:
    """Return the error for an answer that is none."""
    said = json_of(response)
    named = [said.get(name) for name in ("err", "type", "title")]
    code = next((str(n) for n in named if n and n != "about:blank"), "unnamed")
    missing = response.status_code == httpx.codes.NOT_FOUND
    kind = UnknownSubjectError if missing else ProblemError
    return kind(response.status_code, code, response.content)


def _set(named: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in named.items() if value is not None}
