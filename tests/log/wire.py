"""A wire between a hub and its witness that a test can cut.

In: a witness. Out: a Wire, and a Cosigning that goes round over it. Never here: a judgement.
"""

from hub.ledger.cosigning import Cosigning, read_witnesses
from hub.witness.witness import Witness


class Wire:
    """A witness at the other end of a wire that can be cut."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.cut = False
        self.replies: list[int] = []

    def __call__(self, _: str, request: str) -> tuple[int, str]:
        if self.cut:
            raise OSError("cut")
        reply = self.witness.add_checkpoint(request.encode())
        self.replies.append(reply.status)
        return reply.status, reply.body


def going_round(
    witness: Witness, wire: Wire, clock: list[int]
) -> tuple[Cosigning, list[tuple[str, str]]]:
    trouble: list[tuple[str, str]] = []
    known = read_witnesses(f"http://w {witness.vkey}")
    return (
        Cosigning(
            known, wire, now_s=lambda: clock[0], on_trouble=lambda *told: trouble.append(told)
        ),
        trouble,
    )
