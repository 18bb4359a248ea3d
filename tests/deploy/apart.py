"""A database set up as compose.yaml says: each schema has an owner of its own.

In: the session's PostgreSQL. Out: its superuser's URL, and the URL of each role.
Never here: a superuser that owns a schema, which hides every right that is missing.
"""

import re
from collections.abc import Iterator

import psycopg
import pytest
import yaml  # type: ignore[import-untyped]  # no stubs are locked; only safe_load is called
from typer.testing import CliRunner

from hub.cli import app
from tests.architecture.repository import ROOT, text
from tests.support.postgres import Postgres

DEPLOY = ROOT / "deploy"
SERVICES = yaml.safe_load(text(DEPLOY / "compose.yaml"))["services"]
ADDRESS = re.compile(r"postgresql://(\w+)@db:5432/hub")


def as_role(superuser: str, role: str) -> str:
    """Return the URL of the same database as another role."""
    return superuser.replace("//postgres:@", f"//{role}@", 1)


def run_roles(superuser: str) -> None:
    """Run deploy/roles.sql."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute((DEPLOY / "roles.sql").read_bytes())


def set_up(superuser: str) -> None:
    """Do to an empty database what compose.yaml says before the first start."""
    run_roles(superuser)
    command = [
        ADDRESS.sub(lambda found: as_role(superuser, found[1]), word)
        for word in SERVICES["install"]["command"]
    ]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.stderr
    run_roles(superuser)


@pytest.fixture
def roles_apart(postgres: Postgres) -> Iterator[str]:
    """Yield the superuser's URL of such a database."""
    name = postgres.create()
    url = postgres.url(name)
    set_up(url)
    yield url
    postgres.drop(name)
    # The roles are the whole server's: what was set on them would hold for other tests.
    with psycopg.connect(postgres.root, autocommit=True) as connection:
        for role in ("hub_app", "hub_vault", "hub_projector", "hub_backup"):
            connection.execute(f"ALTER ROLE {role} RESET ALL".encode())
