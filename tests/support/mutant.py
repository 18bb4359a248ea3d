"""Runs `hub serve` with one thing broken: some answers leave without having been recorded.

In: `Hub-User` `silent` (no receipt either) or `forged` (a receipt for nothing on record).
Out: a serving process, right in everything else. Never here: a fault that a test did not ask for.
"""

import runpy
import sys

import uvicorn

from hub.api.app import create_app
from hub.assembly import build
from hub.disclosure.ask import Answer
from hub.disclosure.release import Release
from hub.ids import SystemSource
from hub.ledger.record import Record
from hub.settings import load

PSEQ, PLACE = 4_000, 3
_honest = Release.record


async def _record(self: Release, entry, body, guards):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if entry.user not in ("silent", "forged"):
        return await _honest(self, entry, body, guards)
    jti, receipt = SystemSource().uuid(), ""
    if entry.user == "forged":
        nothing = Record(
            position=PLACE, recorded_at_ms=1_790_000_000_000, subject=jti, jti=jti, agency="hub",
            digest=b"", pseq=PSEQ,
        )  # fmt: skip
        receipt = self._receipts.for_answer(
            nothing, partner=entry.partner, body_digest=entry.body_digest, released=True, size=PLACE
        )
    return Answer(outcome="released", body=body, receipt=receipt, jti=jti)


def asgi() -> object:
    """Return the broken application."""
    Release.record = _record  # type: ignore[method-assign] # that is the mutation
    return create_app(build(load()))


def main() -> None:
    """Run the command with its application replaced."""
    real = uvicorn.run

    def run(_application: str, **settings: object) -> None:
        real("tests.support.mutant:asgi", **settings)  # type: ignore[arg-type] # the server's own

    uvicorn.run = run  # type: ignore[assignment] # for this process only
    sys.argv = ["hub", "serve"]
    runpy.run_module("hub", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
