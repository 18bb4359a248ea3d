-- The transparency log over the ledger: its tiles, its entries, its signed checkpoints.
-- Applied by hub.ledger.install after schema.sql; may be applied again at any time.
--
-- Only the sequencer writes here (hub/ledger/sequencer.py). Its role may add, and may let the right
-- edge grow; it may delete nothing. The application reads. Everything here can be computed again
-- from ledger.header and ledger.events, save the signatures: so losing it loses no record, and
-- changing it is found by `hub verify`.

CREATE TABLE IF NOT EXISTS ledger.tlog_tile (
    level smallint NOT NULL,
    n     bigint   NOT NULL,
    data  bytea    NOT NULL,                -- up to 256 hashes; a partial tile is its beginning
    PRIMARY KEY (level, n),
    CHECK (length(data) BETWEEN 32 AND 8192 AND length(data) % 32 = 0)
);
CREATE TABLE IF NOT EXISTS ledger.tlog_bundle (
    n    bigint PRIMARY KEY,
    data bytea  NOT NULL                    -- up to 256 entries, each after its length in two bytes
);
-- Hashes do not compress: trying costs CPU on every write.
ALTER TABLE ledger.tlog_tile ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE ledger.tlog_bundle ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE IF NOT EXISTS ledger.tlog_checkpoint (
    size      bigint PRIMARY KEY,           -- the position of the last row it covers
    prev      bigint NOT NULL UNIQUE,       -- the size before it: no two may follow the same one
    root      bytea  NOT NULL,
    note      text   NOT NULL,
    signed_at bigint NOT NULL,              -- milliseconds, as the sequencer says
    CHECK (prev < size)
);
-- Witnesses' signatures; a witness that signs the same size again replaces its line.
CREATE TABLE IF NOT EXISTS ledger.tlog_cosignature (
    size      bigint NOT NULL REFERENCES ledger.tlog_checkpoint,
    witness   text   NOT NULL,
    line      text   NOT NULL,
    signed_at bigint NOT NULL,              -- seconds, as the witness says
    PRIMARY KEY (size, witness)
);

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_sequencer') THEN
        CREATE ROLE hub_sequencer LOGIN;
    END IF;
END $$;
-- The independent monitor reads what outsiders compare, and no key.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_audit') THEN
        CREATE ROLE hub_audit LOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA ledger TO hub_audit;
GRANT SELECT ON ledger.header, ledger.events, ledger.partner_counter, ledger.tlog_bundle,
    ledger.tlog_checkpoint TO hub_audit;
GRANT SELECT ON ledger.tlog_tile, ledger.tlog_bundle, ledger.tlog_checkpoint,
    ledger.tlog_cosignature TO hub_app;
GRANT USAGE ON SCHEMA ledger TO hub_sequencer;
GRANT SELECT ON ledger.header, ledger.events TO hub_sequencer;
GRANT SELECT, INSERT, UPDATE ON ledger.tlog_tile, ledger.tlog_bundle, ledger.tlog_cosignature
    TO hub_sequencer;
GRANT SELECT, INSERT ON ledger.tlog_checkpoint TO hub_sequencer;
