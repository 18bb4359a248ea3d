"""Finds the writer that an API keeps beside it.

In: a running hub. Out: a process id. Never here: a signal.
"""

from pathlib import Path

from tests.support.hub_process import RunningHub


def writer_of(hub: RunningHub) -> int:
    """Return the id of the process that the API keeps beside it."""
    tasks = Path(f"/proc/{hub.processes['serve'].pid}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text("ascii").split()]
    (found,) = [int(c) for c in children if b"write" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return found
