-- The database roles of a hub, for a PostgreSQL that is not the try-out's own.
--
-- Run it as the database's superuser, connected to the hub's database, before the first start and
-- after every upgrade:  psql -v ON_ERROR_STOP=1 -f deploy/roles.sql hub
-- It may be run again at any time. It sets no password: give the roles certificates or SCRAM
-- passwords of your own, and put them in a pgpass file, never in an address.
--
--   hub_owner      owns the ledger. Applies hub/ledger/schema.sql and then is not needed until the
--                  next upgrade. Nothing that listens on a network connects as this role.
--   hub_app        the API. Reads the ledger and the views, and may execute ledger.append: that is
--                  its only way to write to the ledger. It cannot change or delete what is there.
--   hub_projector  the projector. Owns the schemas of the views and rebuilds them. It reads the
--                  headers and facts of the ledger, never a sealed event and never a wrapped key.
--   hub_sequencer  the sequencer of the transparency log. Reads headers and envelopes, adds tiles,
--                  entries and checkpoints, and may delete nothing.
--   hub_vault      the vault. Reads what is sealed and the wrapped keys, and adds to the log of what it
--                  opened; it changes and deletes nothing but wrapped keys, by two functions.
--   hub_audit      the independent monitor (`hub reconcile`). Reads headers, envelopes as they are sealed,
--                  the log, and the log of what the vault opened; it holds no key and can write nothing.
--   hub_backup     `hub backup`. Reads everything and can write nothing; what it reads is sealed, and it
--                  holds no key.
--   hub_migrator   Alembic. Owns the schema `ops` (proofs used once, notices acknowledged: neither
--                  record nor view). It holds no right on the ledger or on a view, so no migration can
--                  touch them, whatever it says.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['hub_owner', 'hub_app', 'hub_projector', 'hub_sequencer', 'hub_migrator',
                                'hub_vault', 'hub_audit', 'hub_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name);
    END LOOP;
END $$;

-- Nobody gets anything by being nobody in particular.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO hub_owner, hub_app, hub_projector, hub_sequencer,'
                   ' hub_migrator, hub_vault, hub_audit, hub_backup',
                   current_database());
    -- To make schemas of their own; it opens none that is there.
    EXECUTE format('GRANT CREATE ON DATABASE %I TO hub_owner, hub_projector, hub_migrator',
                   current_database());
END $$;

GRANT pg_read_all_data TO hub_backup;

CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION hub_owner;
CREATE SCHEMA IF NOT EXISTS ops AUTHORIZATION hub_migrator;
GRANT USAGE ON SCHEMA ledger TO hub_app, hub_projector;

-- What the owner makes later, the application may read.
ALTER DEFAULT PRIVILEGES FOR ROLE hub_owner IN SCHEMA ledger
    GRANT SELECT ON TABLES TO hub_app;
-- A function is executable by everybody unless this is said.
ALTER DEFAULT PRIVILEGES FOR ROLE hub_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- View schemas come and go with each rebuild; the API reads them all.
ALTER DEFAULT PRIVILEGES FOR ROLE hub_projector GRANT USAGE ON SCHEMAS TO hub_app;
ALTER DEFAULT PRIVILEGES FOR ROLE hub_projector GRANT SELECT ON TABLES TO hub_app;

-- The projector's three tables. They exist once the owner has applied the ledger's schema: the first
-- time, run this file, apply the schema as the owner, then run this file again.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['header', 'fact_current', 'fact_scope'] LOOP
        IF to_regclass('ledger.' || name) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON ledger.%I TO hub_projector', name);
        END IF;
    END LOOP;
END $$;

-- A reader that hangs must not hold the ledger's lock from the writer, nor a writer from everybody.
ALTER ROLE hub_app SET statement_timeout = '15s';
ALTER ROLE hub_app SET lock_timeout = '5s';
ALTER ROLE hub_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE hub_vault SET statement_timeout = '15s';
ALTER ROLE hub_vault SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE hub_backup SET default_transaction_read_only = on;
ALTER ROLE hub_projector SET idle_in_transaction_session_timeout = '10min';
