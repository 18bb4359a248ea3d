"""A month's account: the hub's signed figures beside what this agency holds receipts for.

In: the hub's statement, the agency's chain of receipts. Out: a `Statement` that says if they agree.
Never here: figures taken from the hub where the agency's own are meant.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from adapters.kit.chain import Chain
from adapters.kit.errors import ReceiptError, TokenShapeError
from adapters.kit.receipts import Verifier
from adapters.kit.sign import own_claims
from contracts.accounts import Figures, StatementAgreed, figures, month_of

TYP = "hub-statement+jwt"


@dataclass(frozen=True, slots=True)
class Statement:
    """One month, as the hub states it and as this agency counts it.

    Args:
        month: `2026-10`, in UTC.
        theirs: the hub's figures, over its signature.
        ours: the figures of the receipts this agency holds.
        token: the hub's statement itself, to be kept.
    """

    month: str
    theirs: Figures
    ours: Figures
    token: str

    @property
    def agrees(self) -> bool:
        """Whether both sides count the same answers; if not, one of them has lost some."""
        return self.theirs == self.ours


def held(chain: Chain, month: str) -> Figures:
    """Return the figures of the receipts an agency holds for a month."""
    dated = [(month_of(own_claims(token.encode())["iat"]), link) for link, token in chain.links()]
    earlier = [link.pseq for at, link in dated if at < month]
    inside = [(link.pseq, link.dis, link.bd) for at, link in dated if at == month]
    return figures(inside, before=max(earlier, default=0))


def opened(token: object, month: str, verifier: Verifier, chain: Chain) -> Statement:
    """Check the hub's statement and put this agency's own figures beside it.

    Raises:
        ReceiptError: it is not the hub's statement of that month to this agency.
    """
    try:
        claims = verifier.open(str(token).encode(), TYP)
        theirs = _figures(claims)
    except (TokenShapeError, UnicodeEncodeError, LookupError) as error:
        raise ReceiptError("the statement does not verify") from error
    if claims.get("month") != month:
        raise ReceiptError("the statement is of another month")
    return Statement(month, theirs, held(chain, month), str(token))


def agreement(statement: Statement) -> tuple[StatementAgreed, str]:
    """Return this agency's own figures as an event, and the `jti` to send it under.

    The id follows from the figures: made again after a crash, it is the same event.
    """
    ours = statement.ours
    payload = StatementAgreed(about="agency", month=statement.month, **ours._asdict())
    digest = hashlib.sha256(
        f"hub-agreed/v1\n{statement.month}\n{ours.last}\n{ours.ids}".encode()
    ).digest()
    return payload, str(UUID(bytes=digest[:16], version=4))


def _figures(claims: Mapping[str, Any]) -> Figures:
    kinds = {"first": int, "last": int, "answers": int, "ids": str, "bodies": str}
    if any(type(claims[name]) is not kind for name, kind in kinds.items()):
        raise LookupError("a figure is missing")
    return Figures(**{name: claims[name] for name in kinds})
