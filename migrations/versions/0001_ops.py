"""Make the tables of what is used once and what was acknowledged.

In: an empty `ops` schema. Out: ops.once, ops.notice_ack, ops.answer. Never here: another schema.
"""

from alembic import op

from migrations.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Refuse: what was acknowledged stays acknowledged.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("migrations go forward only")
