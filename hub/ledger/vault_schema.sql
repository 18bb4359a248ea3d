-- What the vault may do, and the log of everything it opened. Applied by hub.ledger.install after
-- schema.sql (idempotent).
--
-- hub_vault is the role of the one process that holds the master keys. It reads what is sealed, adds
-- to its log, and can neither change nor delete a line of it. hub_audit reads the log and the headers:
-- what an independent monitor needs to hold "opened" against "disclosed".

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['hub_vault', 'hub_audit'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS vault;

-- One line for each time something was opened, committed before any of it left the vault.
CREATE TABLE IF NOT EXISTS vault.unwrap (
    id          uuid    PRIMARY KEY DEFAULT gen_random_uuid(), -- a counter would not come back with a backup
    at          bigint  NOT NULL,           -- milliseconds
    reason      text    NOT NULL CHECK (reason IN
        ('disclosure', 'again', 'unreleased', 'directory', 'verify', 'audit', 'count', 'rekey')),
    dis         uuid,                       -- the hub's event that it rests on, by its jti
    partner     text,                       -- and to whom
    positions   bigint[] NOT NULL DEFAULT '{}',
    items       integer NOT NULL,           -- how many were opened
    body_digest text                        -- of the answer that left
);
-- A disclosure is used once. Giving the same answer to the same request again is `again`.
CREATE UNIQUE INDEX IF NOT EXISTS unwrap_once ON vault.unwrap (dis) WHERE reason = 'disclosure';
-- So is what the ledger says of a check, an export or new wrapping: one event, one opening.
CREATE UNIQUE INDEX IF NOT EXISTS unwrap_said_once ON vault.unwrap (dis)
    WHERE reason IN ('verify', 'audit', 'rekey');

-- Wraps subjects' keys anew: each still live, and still under the old master key.
CREATE OR REPLACE FUNCTION vault.rewrap(
    old_version integer, new_version integer, ids uuid[], keys bytea[]
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
    WITH done AS (
        UPDATE ledger.subject_key k SET wrapped = n.key, kek_version = new_version
        FROM unnest(ids, keys) AS n(id, key)
        WHERE k.key_id = n.id AND k.state = 'live' AND k.kek_version = old_version
        RETURNING 1)
    SELECT count(*) FROM done;
$$;

-- Destroys a subject's key and every way to find the subject. Only what the log already says:
-- the hub's own event that erases this subject must be committed.
CREATE OR REPLACE FUNCTION vault.destroy_key(erased uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.header h WHERE h.kind = 'shred' AND h.agency = 'hub'
                   AND h.routing->>'key_id' = erased::text) THEN
        RETURN false;
    END IF;
    -- No event of this subject may be on its way in: it would be acknowledged, and lost.
    LOCK TABLE ledger.events IN EXCLUSIVE MODE;
    UPDATE ledger.subject_key SET wrapped = '', state = 'destroyed' WHERE key_id = erased;
    DELETE FROM ledger.subject_index WHERE subject = erased;
    RETURN true;
END;
$$;

REVOKE ALL ON SCHEMA vault FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger, vault TO hub_vault, hub_audit;
GRANT SELECT ON ledger.events, ledger.header, ledger.subject_key TO hub_vault;
GRANT SELECT, INSERT ON vault.unwrap TO hub_vault;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO hub_vault;
GRANT SELECT ON vault.unwrap, ledger.header, ledger.partner_counter TO hub_audit;

-- The application sees whose key is live, never a key, not even wrapped.
REVOKE ALL ON ledger.subject_key FROM hub_app;
GRANT SELECT (key_id, kek_version, state) ON ledger.subject_key TO hub_app;
