"""How many events a second the event library stores as it comes, behind the same verifying.

In: one line of JSON: a file of tokens, the agency, its key, the time, an empty database.
Out: one line of JSON. Never here: the hub's own write path, its tables, or a key of it.

It is what a team would write first: an aggregate for each subject's event, `Application.save`, one
event acknowledged after the other. It seals nothing, folds nothing and signs no receipt, so it does
less for an event than the hub does. One thread: with eight the library stores fewer.
"""

import json
import sys
from pathlib import Path
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from hub.bench.load import read_requests
from hub.bench.verifying import checker, timed


class Told(Aggregate):
    """One event that was told to the hub."""

    @event("Told.Begun")
    def __init__(self, token: str) -> None:
        self.token = token


def environment(url: str) -> dict[str, str]:
    """Return what the library is set up with for the database at `url`."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts.get("dbname") or ""),
        "POSTGRES_HOST": str(parts.get("host") or ""),
        "POSTGRES_PORT": str(parts.get("port") or ""),
        "POSTGRES_USER": str(parts.get("user") or ""),
        "POSTGRES_PASSWORD": str(parts.get("password") or ""),
    }


def main() -> None:
    """Do one job: read it, verify and save."""
    job = json.loads(sys.stdin.readline())
    tokens = read_requests(Path(job["file"]))
    check = checker(job)
    with Application[Any](environment(job["database"])) as application:
        application.save(Told(token="warm"))  # noqa: S106 - no secret; it builds what others find
        check(tokens[0])

        def saved(token: bytes) -> None:
            check(token)
            application.save(Told(token=token.decode()))

        timed(tokens, saved)


if __name__ == "__main__":
    main()
