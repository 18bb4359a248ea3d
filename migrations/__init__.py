"""What Alembic may change: the `ops` schema, and nothing else.

In: the owner's database URL. Out: tables for what is used once and what was acknowledged.
Never here: the ledger's tables (hub/ledger/schema.sql) or a view's (rebuilt, never migrated).
"""
