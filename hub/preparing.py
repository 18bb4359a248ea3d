"""Installs or updates every schema: the ledger's, Alembic's and the views'.

In: Settings with the owner's URL. Out: nothing. Never here: a row of anybody's.
"""

from hub.ledger.install import install
from hub.settings import Settings
from hub.views import tables
from hub.views.runner import connect
from migrations.run import migrate


def prepare(settings: Settings) -> None:
    """Install or update every schema. Needs the owner's rights; safe to repeat."""
    install(settings.owner)
    migrate(settings.owner)
    with connect(settings.owner) as connection:
        tables.create(connection)
