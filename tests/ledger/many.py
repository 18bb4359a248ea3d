"""Run as a process of its own: writes many events about the people of one list, as fast as may be.

In: a database's URL, a name, how many, how many people, and how many to hand in at once.
Out: exit code 0, or a traceback.
"""

import sys

from tests.ledger.made import made, nhs, stated, writer


def main(url: str, name: str, count: int, people: int, window: int) -> None:
    """Write `count` events, each about the next person, some of them disclosures."""
    with writer(url) as one:
        for start in range(0, count, window):
            futures = [
                one.appender.submit(
                    made(
                        f"{name} {n}",
                        named=(nhs(n % people),),
                        facts=(stated("consent", name),),
                        partner="council-a" if n % 4 == 0 else None,
                    )
                )
                for n in range(start, min(count, start + window))
            ]
            for future in futures:
                future.result(60)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
