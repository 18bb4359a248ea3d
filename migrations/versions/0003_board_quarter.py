"""Make the table of the quarters that a Board has been shown.

In: an `ops` schema. Out: ops.board_quarter. Never here: another schema.
"""

from alembic import op

from migrations.tables import BOARD_QUARTER, METADATA

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table, where a new database does not have it by the first migration."""
    METADATA.create_all(op.get_bind(), tables=[BOARD_QUARTER])


def downgrade() -> None:
    """Refuse: migrations go forward only.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("migrations go forward only")
