"""${message}.

In: the `ops` schema. Out: the same, changed. Never here: another schema.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
