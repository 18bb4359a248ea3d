"""Make the table of the keys that the hub holds on an agency's behalf.

In: an `ops` schema. Out: ops.held_key. Never here: another schema.
"""

from alembic import op

from migrations.tables import HELD_KEY, METADATA

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, where a new database does not have it by the first migration."""
    METADATA.create_all(op.get_bind(), tables=[HELD_KEY])


def downgrade() -> None:
    """Refuse: migrations go forward only.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("migrations go forward only")
