"""Brings the `ops` schema up to date. Safe to run at every start.

In: the owner's database URL. Out: nothing. Never here: a downgrade; migrations go forward only.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

_LOCK = 0x48554202
# ledger.append spends an event's proof in the transaction that stores it, with the rights of the
# role that owns the ledger. Where that is another role than ours, it may do this here and no more.
_SPENDING = """
    DO $$
    DECLARE
        owner name := (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'ledger');
    BEGIN
        IF owner IS NOT NULL THEN
            EXECUTE format('GRANT USAGE ON SCHEMA ops TO %I', owner);
            EXECUTE format('GRANT SELECT, INSERT ON ops.once TO %I', owner);
        END IF;
    END $$
"""


def config_for(scripts: Path | None = None) -> Config:
    """Return Alembic's configuration, with another folder of scripts where a test gives one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if scripts is not None:
        config.set_main_option("version_locations", str(scripts).replace("%", "%%"))
    return config


def migrate(owner_url: str, scripts: Path | None = None) -> None:
    """Run what has not been run, then let the application's role use the tables."""
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS ops"))
            connection.commit()
            config = config_for(scripts)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.execute(text("GRANT USAGE ON SCHEMA ops TO hub_app"))
            connection.execute(
                text(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ops.once, ops.answer, ops.web_login,"
                    " ops.web_session, ops.web_errand, ops.held_key TO hub_app"
                )
            )
            connection.execute(
                text("GRANT SELECT, INSERT ON ops.notice_ack, ops.board_quarter TO hub_app")
            )
            connection.execute(text(_SPENDING))
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    finally:
        engine.dispose()
