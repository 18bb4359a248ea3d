"""An agency in a process of its own, for tests that kill it: queue some events, then flush.

In: url, store file, key file, how many events. Out: one line for each event that `add` returned.
Never here: an assertion.
"""

import sys
from pathlib import Path

from adapters.kit import AgencyKey, HubClient
from contracts.concern import ConcernRaised
from tests.adapters.kit.fake_hub import AGENCY, PATIENT


def main(url: str, store: str, key: str, count: str) -> None:
    with HubClient.open(
        url, agency=AGENCY, key=AgencyKey.load(Path(key)), store=Path(store)
    ) as client:
        for _ in range(int(count)):
            jti = client.outbox.add(ConcernRaised(about="adult"), PATIENT)
            sys.stdout.write(f"{jti}\n")
            sys.stdout.flush()
        client.flush(wait_s=10)


if __name__ == "__main__":
    main(*sys.argv[1:])
