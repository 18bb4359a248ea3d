"""The tables of the `ops` schema: what the hub must remember that is neither record nor view.

In: nothing. Out: SQLAlchemy metadata. Never here: anything about a person.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, Uuid

METADATA = MetaData(schema="ops")

ONCE = Table(
    "once",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    # A replayed proof must be refused after a crash too, but not after its minute has passed:
    # losing this table in a crash costs at most that minute, and a write here costs no WAL.
    prefixes=["UNLOGGED"],
)
"""Proofs and assertions that were used. See hub.api.once."""

NOTICE_ACK = Table(
    "notice_ack",
    METADATA,
    Column("agency", Text, primary_key=True),
    Column("jti", Uuid, primary_key=True),
    Column("acked_at", BigInteger, nullable=False),
)
"""Notices an agency has acknowledged. It outlives a rebuild of the views."""

ANSWER = Table(
    "answer",
    METADATA,
    Column("partner", Text, primary_key=True),
    Column("request_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("claimed_at", BigInteger, nullable=False, index=True),
    Column("outcome", Text),
    Column("jti", Uuid),
    Column("receipt", Text),
    Column("key_id", Uuid),
    Column("body", LargeBinary),
)
"""First answers to stated requests, sealed under the subject's key, for a day."""
