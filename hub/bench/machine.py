"""What the figures were measured on.

In: a database URL. Out: a JSON-ready object. Never here: a name of the machine or its user.

`load_before` says how much else ran. Figures taken beside other work are worth little, and a ratio
of what needs both cores to what needs one falls with them.
"""

import os
import platform
from typing import Any

import psycopg

from hub.bench.stage import WORKERS, memory

_GIB = 2**30


def described(url: str) -> dict[str, Any]:
    """Return cores, memory, and the versions and settings that decide most."""
    with psycopg.connect(url) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        }
    version, fsync, commit, shared = (str(row[0]) if row else "unknown" for row in shown.values())
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory() / _GIB, 1),
        "postgresql": version,
        "fsync": fsync,
        "synchronous_commit": commit,
        "shared_buffers": shared,
        "python": platform.python_version(),
        "api_workers": WORKERS,
        "load_before": round(os.getloadavg()[0], 2),
    }
