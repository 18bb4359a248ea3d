"""Runs `hub serve`, word for word, with the bench's application in the place of the hub's.

In: the environment, as `hub serve` reads it. Out: a serving process.
Never here: a server setting. They are those of `hub serve`, whatever they come to be: a copy of
them here would one day measure another server than the one that agencies meet.
"""

import runpy
import sys
from typing import Any

import uvicorn

APPLICATION = "hub.bench.noop:asgi"


def main() -> None:
    """Run the command with one argument of its call to the server replaced."""
    real = uvicorn.run

    def run(_application: str, **settings: Any) -> None:  # noqa: ANN401 - the server's own
        real(APPLICATION, **settings)

    uvicorn.run = run  # type: ignore[assignment] # for this process only
    sys.argv = ["hub", "serve"]
    runpy.run_module("hub", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
