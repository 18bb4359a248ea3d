"""Make the tables of the screens: sign-ins begun, sessions, errands.

In: an `ops` schema. Out: ops.web_login, web_session, web_errand. Never here: another schema.
"""

from alembic import op

from migrations.tables import METADATA, WEB_TABLES

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables, where a new database does not have them by the first migration."""
    METADATA.create_all(op.get_bind(), tables=WEB_TABLES)


def downgrade() -> None:
    """Refuse: migrations go forward only.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("migrations go forward only")
