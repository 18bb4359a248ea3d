"""Runs migrations on the `ops` schema, whatever a migration script may say.

In: an open connection in the Alembic config. Out: a migrated `ops` schema.
Never here: autogenerate over tables that Alembic does not own: it would drop them.
"""

from alembic import context

from migrations.guard import include_name, only_ops
from migrations.tables import METADATA

connection = context.config.attributes["connection"]
with only_ops(connection):
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_schemas=True,
        include_name=include_name,
        version_table_schema="ops",
    )
    with context.begin_transaction():
        context.run_migrations()
