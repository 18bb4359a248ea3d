"""Answers as a process of the bench does, with one line that no pipe holds at once.

In: a line of JSON, then the word to begin. Out: a line of JSON. Never here: anything measured.
"""

import json
import signal
import sys
import time

NUMBERS = list(range(60_000))
INTERRUPTED_S = 0.05
HEARD_S = 0.5


def main() -> None:
    """Say ready, wait for the word, and write a line in whose midst a signal comes.

    The last to be asked has then filled its pipe, for those before it keep the listener waiting.
    """
    last = json.loads(sys.stdin.readline())["last"]
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if not last:
        time.sleep(HEARD_S)
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, INTERRUPTED_S)
    sys.stdout.write(json.dumps({"numbers": NUMBERS}) + "\n")


if __name__ == "__main__":
    main()
