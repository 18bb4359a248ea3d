"""The tables of the `ops` schema: what the hub must remember that is neither record nor view.

In: nothing. Out: SQLAlchemy metadata. Never here: anything about a person.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

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

WEB_LOGIN = Table(
    "web_login",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("go_to", Text, nullable=False),
    Column("max_age", Integer),
    Column("expires_at", BigInteger, nullable=False),
)
"""Sign-ins that were begun, for ten minutes. The key is the digest of a cookie."""

WEB_SESSION = Table(
    "web_session",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("csrf", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("sid", Text),
    Column("agency", Text, nullable=False),
    Column("user_ref", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
"""Signed-in browsers, by the digest of a cookie. Officers stand here by opaque ids."""

WEB_ERRAND = Table(
    "web_errand",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("user_ref", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("found", JSON, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
)
"""What an officer said they were looking for somebody for, and the hub ids they were answered: for
one day. What was typed into the search is not here."""

HELD_KEY = Table(
    "held_key",
    METADATA,
    Column("kid", Text, primary_key=True),
    Column("agency", Text, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""Signing keys that the hub holds on an agency's behalf, sealed under a master key that is not in
the database. See hub.ledger.keystore."""

BOARD_QUARTER = Table(
    "board_quarter",
    METADATA,
    Column("first_day", Date, primary_key=True),
    Column("counts", JSON, nullable=False),
)
"""A quarter's counts as a Board was first shown them, small ones left out: it is published once."""

WEB_TABLES = (WEB_LOGIN, WEB_SESSION, WEB_ERRAND)
