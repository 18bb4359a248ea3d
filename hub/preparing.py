"""Installs or updates every schema: the ledger's, Alembic's and the views'.

In: Settings with the owner's URL, or the URL of each schema's own role. Out: nothing.
Never here: a row of anybody's.
"""

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from hub.ledger.install import install
from hub.settings import Settings
from hub.views import tables
from hub.views.runner import connect
from migrations.run import migrate


class InstallError(Exception):
    """The database refused. Says by what code, never in the driver's words: they hold addresses."""


def prepare(settings: Settings) -> None:
    """Install or update every schema. Needs the owner's rights; safe to repeat."""
    _install(settings.owner, settings.owner, settings.owner)


def install_all(*, ledger: str, ops: str, views: str) -> None:
    """Install or update each schema as the role that owns it. Safe to repeat.

    Args:
        ledger: of the role that owns the ledger and the vault's log.
        ops: of the role that Alembic connects as.
        views: of the projector's role.

    Raises:
        InstallError: a role cannot do its part, or the database does not answer.
    """
    try:
        _install(ledger, ops, views)
    except (psycopg.Error, SQLAlchemyError) as refused:
        cause = refused.__cause__ or refused
        code = getattr(cause, "sqlstate", None) or "no answer"
        raise InstallError(f"the database refused: {type(cause).__name__} ({code})") from None


def _install(ledger: str, ops: str, views: str) -> None:
    install(ledger)
    migrate(ops)
    with connect(views) as connection:
        tables.create(connection)
