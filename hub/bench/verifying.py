"""How many events one process can verify a second: the ceiling that batches are held against.

In: one line of JSON: a file of tokens, the agency, its key, the time. Out: one line of JSON.
Never here: a database, a network, a second way to verify: it is `hub.intake.verify` and no more.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contracts.governance import AgencyRegistered, Jwk, KeyRegistered
from hub.bench.load import read_requests
from hub.intake.agencies import AgencyRegister
from hub.intake.keyring import Keyring
from hub.intake.verify import verify

HOUR_S = 3600


def standing(
    agency: dict[str, Any], jwk: dict[str, Any], now: int
) -> tuple[Keyring, AgencyRegister]:
    """Return the keyring and register in which one agency stands with one key."""
    entry = AgencyRegistered.model_validate_json(json.dumps(agency))
    public = Jwk.model_validate_json(json.dumps(jwk))
    key = KeyRegistered(
        agency=entry.agency,
        kid=public.thumbprint(),
        jwk=public,
        nbf=now - HOUR_S,
        exp=now + HOUR_S,
        approved_by=entry.approved_by,
    )
    ring = Keyring.empty().apply(key, recorded_at=now - HOUR_S)
    return ring, AgencyRegister.empty().apply(entry)


def checker(job: Mapping[str, Any]) -> Callable[[bytes], object]:
    """Return what verifies one token of a job, as the front door would."""
    keyring, agencies = standing(job["agency"], job["jwk"], job["now"])

    def check(token: bytes) -> object:
        return verify(
            token,
            keyring=keyring,
            agencies=agencies,
            caller=job["agency"]["agency"],
            now=job["now"],
            hub_uri=job["hub_uri"],
        )

    return check


def timed(tokens: list[bytes], work: Callable[[bytes], object]) -> None:
    """Say ready, wait for the word, do the work on each token, say how long it took."""
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    started = time.perf_counter()
    for token in tokens:
        work(token)
    seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"count": len(tokens), "seconds": seconds}) + "\n")


def main() -> None:
    """Do one job: read it, and verify."""
    job = json.loads(sys.stdin.readline())
    tokens = read_requests(Path(job["file"]))
    check = checker(job)
    check(tokens[0])  # the first call builds what later ones find built
    timed(tokens, check)


if __name__ == "__main__":
    main()
