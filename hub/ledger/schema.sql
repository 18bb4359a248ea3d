-- The ledger's own schema. Applied once by hub.ledger.install (idempotent), never by Alembic: a
-- migration tool that can see these tables can drop them.
--
-- Only ledger.append() writes here. The application's role may execute it and read; it holds no
-- INSERT, UPDATE or DELETE on any table of this schema, so there is no second way in.

CREATE SCHEMA IF NOT EXISTS ledger;

-- The eventsourcing library's own table (classic recorder), made here so that its owner is ours.
-- originator_id is the subject, originator_version its place in that subject's stream,
-- notification_id the gap-free position in the ledger. state is the sealed token.
CREATE TABLE IF NOT EXISTS ledger.events (
    originator_id      uuid   NOT NULL,
    originator_version bigint NOT NULL,
    topic              text   NOT NULL,
    state              bytea  NOT NULL,
    notification_id    bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
-- Already encrypted bytes do not compress: trying costs CPU on every write.
ALTER TABLE ledger.events ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX IF NOT EXISTS events_position ON ledger.events (notification_id);

-- What the hub may know of an event without opening it: ids and closed values, no personal data.
CREATE TABLE IF NOT EXISTS ledger.header (
    position    bigint   PRIMARY KEY,
    agency      text     NOT NULL,          -- who posted it: a slug, or 'hub'
    jti         uuid     NOT NULL,
    digest      bytea    NOT NULL,          -- SHA-256 of the signing input
    subject     uuid     NOT NULL,
    type        text     NOT NULL,          -- the event type URI
    kind        text     NOT NULL,          -- leaf kind: event, disclosure, ack, key, shred, policy
    occurred_at bigint   NOT NULL,          -- seconds, as the poster says
    recorded_at bigint   NOT NULL,          -- milliseconds, as the hub says
    categories  integer  NOT NULL,          -- mask of the categories its set fields carry
    routing     jsonb    NOT NULL,
    facts       jsonb    NOT NULL,          -- [[key, fact, value, expires_at], ...] as folded
    commitment  bytea    NOT NULL,          -- blinded commitment to the signed token
    key_id      uuid     NOT NULL,
    partner     text,                       -- disclosures and refusals: to whom
    pseq        bigint                      -- and its number for that partner, from 1, gap-free
);
CREATE UNIQUE INDEX IF NOT EXISTS header_once ON ledger.header (agency, jti);
CREATE INDEX IF NOT EXISTS header_subject ON ledger.header (subject, position);
-- Keys and agencies are few, and every process reads them all when it starts.
CREATE INDEX IF NOT EXISTS header_governance ON ledger.header (position)
    WHERE kind IN ('key', 'policy');
-- What an officer opened by breaking the glass, and what became of it. Few, and looked up by jti.
CREATE INDEX IF NOT EXISTS header_glass ON ledger.header (jti)
    WHERE agency = 'hub' AND routing ? 'break_glass';
CREATE INDEX IF NOT EXISTS header_review ON ledger.header ((routing->>'of'))
    WHERE type = 'https://hub.example/events/officer-review/v1';
CREATE INDEX IF NOT EXISTS header_decided ON ledger.header ((routing->>'request'))
    WHERE type = 'https://hub.example/events/disclosure-decided/v1';
-- Whom the log says to be erased: asked for every event that comes in.
CREATE INDEX IF NOT EXISTS header_shred ON ledger.header ((routing->>'key_id')) WHERE kind = 'shred';
CREATE UNIQUE INDEX IF NOT EXISTS header_pseq ON ledger.header (partner, pseq) WHERE pseq IS NOT NULL;

-- The latest value of every fact. Keys: s:<subject>  r:<subject>:<agency>  i:<agency>:<jti>  a:<agency>
CREATE TABLE IF NOT EXISTS ledger.fact_current (
    key        text   NOT NULL,
    fact       text   NOT NULL,
    value      text   NOT NULL,
    position   bigint NOT NULL,
    expires_at bigint,                      -- seconds; NULL for no end
    PRIMARY KEY (key, fact)
);
-- The last position at which anything under a key changed: what a decision is held against.
CREATE TABLE IF NOT EXISTS ledger.fact_scope (
    key      text   PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS ledger.subject_key (
    key_id      uuid    PRIMARY KEY,        -- equal to the subject's id
    kek_version integer NOT NULL,
    wrapped     bytea   NOT NULL,
    state       text    NOT NULL DEFAULT 'live'
);
-- Blind index: HMAC of a normalised identifier -> subject. A plain hash would be a dictionary.
CREATE TABLE IF NOT EXISTS ledger.subject_index (
    mac     bytea  NOT NULL,
    subject uuid   NOT NULL,
    exact   boolean NOT NULL,               -- an identifier, or only a demographic key
    PRIMARY KEY (mac, subject)
);
CREATE UNIQUE INDEX IF NOT EXISTS subject_index_exact ON ledger.subject_index (mac) WHERE exact;

CREATE TABLE IF NOT EXISTS ledger.partner_counter (
    partner text   PRIMARY KEY,
    pseq    bigint NOT NULL
);

-- The one door. One call stores a batch in one transaction, or nothing of it.
-- Statuses: stored; seen (same jti, same content: the first position is returned); conflict (same
-- jti, other content); erased (the log says that its subject is); stale (a fact it rests on has
-- changed, or an identifier now belongs to another subject: prepare again and retry).
CREATE OR REPLACE FUNCTION ledger.append(
    now_ms bigint,
    a_agency text[], a_jti uuid[], a_digest bytea[], a_subject uuid[], a_type text[], a_kind text[],
    a_occurred bigint[], a_categories integer[], a_routing jsonb[], a_facts jsonb[],
    a_commitment bytea[], a_state bytea[], a_partner text[],
    g_idx integer[], g_key text[], g_position bigint[],
    f_idx integer[], f_key text[], f_fact text[], f_value text[], f_expires bigint[],
    s_idx integer[], s_key uuid[], s_kek integer[], s_wrapped bytea[],
    i_idx integer[], i_mac bytea[], i_subject uuid[], i_exact boolean[]
) RETURNS TABLE (idx integer, status text, at bigint, recorded bigint, number bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    last_position bigint;
    skip integer[];
    erased integer[];
    stale integer[];
    f_n bigint[];
    f_place bigint[];
    f_version bigint[];
    f_number bigint[];
BEGIN
    -- Readers tail the ledger by position. Without this lock a later position can commit before an
    -- earlier one, and a reader passes over the hole and never sees it.
    LOCK TABLE ledger.events IN EXCLUSIVE MODE;
    SELECT coalesce(max(notification_id), 0) INTO last_position FROM ledger.events;
    -- Time never runs back in the ledger, though two processes' clocks differ.
    SELECT greatest(now_ms, coalesce(max(h.recorded_at), now_ms)) INTO now_ms
        FROM ledger.header h WHERE h.position = last_position;

    RETURN QUERY
        SELECT i.n::integer, CASE WHEN h.digest = i.digest THEN 'seen' ELSE 'conflict' END,
               h.position, h.recorded_at, h.pseq
        FROM unnest(a_agency, a_jti, a_digest) WITH ORDINALITY AS i(agency, jti, digest, n)
        JOIN ledger.header h ON h.agency = i.agency AND h.jti = i.jti;
    SELECT coalesce(array_agg(i.n::integer), '{}') INTO skip
        FROM unnest(a_agency, a_jti) WITH ORDINALITY AS i(agency, jti, n)
        JOIN ledger.header h ON h.agency = i.agency AND h.jti = i.jti;

    -- Nothing is added about somebody erased: it would be acknowledged, and could be read by nobody.
    -- The log decides, not the key: that is destroyed a moment later, and is sealed with until then.
    SELECT coalesce(array_agg(i.n::integer), '{}') INTO erased
        FROM unnest(a_subject) WITH ORDINALITY AS i(subject, n)
        WHERE i.n::integer <> ALL (skip) AND (
            EXISTS (SELECT FROM ledger.header h
                    WHERE h.kind = 'shred' AND h.routing->>'key_id' = i.subject::text)
            OR EXISTS (SELECT FROM ledger.subject_key k
                       WHERE k.key_id = i.subject AND k.state <> 'live'));
    IF 'shred' = ANY (a_kind) THEN
        -- What stands behind it in this very batch as well.
        SELECT erased || coalesce(array_agg(i.n::integer), '{}') INTO erased
            FROM unnest(a_subject) WITH ORDINALITY AS i(subject, n)
            JOIN unnest(a_kind, a_routing) WITH ORDINALITY AS x(kind, routing, n)
                ON x.kind = 'shred' AND x.routing->>'key_id' = i.subject::text AND x.n < i.n
            WHERE i.n::integer <> ALL (skip || erased);
    END IF;
    RETURN QUERY SELECT n, 'erased', NULL::bigint, NULL::bigint, NULL::bigint
        FROM unnest(erased) AS n;
    skip := skip || erased;

    SELECT coalesce(array_agg(DISTINCT w.n), '{}') INTO stale FROM (
        SELECT g.n FROM unnest(g_idx, g_key, g_position) AS g(n, key, position)
            JOIN ledger.fact_scope f ON f.key = g.key WHERE f.position > g.position
        UNION ALL
        -- News that stands before it in this very batch is news as well.
        SELECT g.n FROM unnest(g_idx, g_key) AS g(n, key)
            JOIN unnest(f_idx, f_key) AS x(n, key) ON x.key = g.key WHERE x.n < g.n
        UNION ALL
        SELECT x.n FROM unnest(i_idx, i_mac, i_subject, i_exact) AS x(n, mac, subject, exact)
            JOIN ledger.subject_index o ON o.mac = x.mac
            WHERE x.exact AND o.exact AND o.subject <> x.subject
    ) AS w WHERE w.n <> ALL (skip);
    RETURN QUERY SELECT n, 'stale', NULL::bigint, NULL::bigint, NULL::bigint
        FROM unnest(stale) AS n;
    skip := skip || stale;

    INSERT INTO ledger.subject_key (key_id, kek_version, wrapped)
        SELECT s.key, s.kek, s.wrapped FROM unnest(s_idx, s_key, s_kek, s_wrapped) AS s(n, key, kek, wrapped)
        WHERE s.n <> ALL (skip) ON CONFLICT DO NOTHING;
    INSERT INTO ledger.subject_index (mac, subject, exact)
        SELECT x.mac, x.subject, x.exact FROM unnest(i_idx, i_mac, i_subject, i_exact) AS x(n, mac, subject, exact)
        WHERE x.n <> ALL (skip) ON CONFLICT DO NOTHING;

    -- What remains gets its place. Arrays, not a temporary table: that would cost catalogue work.
    SELECT array_agg(p.n), array_agg(p.place), array_agg(p.version), array_agg(p.number)
        INTO f_n, f_place, f_version, f_number FROM (
        SELECT i.n, last_position + row_number() OVER (ORDER BY i.n) AS place,
               coalesce((SELECT max(e.originator_version) FROM ledger.events e
                         WHERE e.originator_id = i.subject), 0)
                   + row_number() OVER (PARTITION BY i.subject ORDER BY i.n) AS version,
               CASE WHEN i.partner IS NOT NULL THEN
                   coalesce((SELECT c.pseq FROM ledger.partner_counter c
                             WHERE c.partner = i.partner), 0)
                   + row_number() OVER (PARTITION BY i.partner ORDER BY i.n) END AS number
        FROM unnest(a_subject, a_partner) WITH ORDINALITY AS i(subject, partner, n)
        WHERE i.n::integer <> ALL (skip) ORDER BY i.n) AS p;
    IF f_n IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO ledger.events
        SELECT i.subject, f.version, i.type, i.state, f.place
        FROM unnest(a_subject, a_type, a_state) WITH ORDINALITY AS i(subject, type, state, n)
        JOIN unnest(f_n, f_place, f_version) AS f(n, place, version) ON f.n = i.n;
    INSERT INTO ledger.header
        SELECT f.place, i.agency, i.jti, i.digest, i.subject, i.type, i.kind, i.occurred, now_ms,
               i.categories, i.routing, i.facts, i.commitment, i.subject, i.partner, f.number
        FROM unnest(a_agency, a_jti, a_digest, a_subject, a_type, a_kind, a_occurred, a_categories,
                    a_routing, a_facts, a_commitment, a_partner) WITH ORDINALITY
             AS i(agency, jti, digest, subject, type, kind, occurred, categories,
                  routing, facts, commitment, partner, n)
        JOIN unnest(f_n, f_place, f_number) AS f(n, place, number) ON f.n = i.n;
    INSERT INTO ledger.partner_counter (partner, pseq)
        SELECT i.partner, max(f.number) FROM unnest(f_n, f_number) AS f(n, number)
        JOIN unnest(a_partner) WITH ORDINALITY AS i(partner, n) ON i.n = f.n
        WHERE i.partner IS NOT NULL GROUP BY i.partner
        ON CONFLICT (partner) DO UPDATE SET pseq = excluded.pseq;

    -- Two facts under one key in one batch: the later one stands, as it would in two batches.
    -- Only a retraction is final: whatever is said of the item later, it stays retracted.
    INSERT INTO ledger.fact_current AS c (key, fact, value, position, expires_at)
        SELECT DISTINCT ON (x.key, x.fact) x.key, x.fact, x.value, f.place, x.expires
        FROM unnest(f_idx, f_key, f_fact, f_value, f_expires)
             WITH ORDINALITY AS x(n, key, fact, value, expires, o)
        JOIN unnest(f_n, f_place) AS f(n, place) ON f.n = x.n
        WHERE x.fact IS NOT NULL
        ORDER BY x.key, x.fact,
            CASE WHEN x.fact = 'item_status' AND x.value = 'retracted' THEN f.place END,
            f.place DESC, x.o DESC
        ON CONFLICT (key, fact) DO UPDATE SET value = excluded.value,
            position = excluded.position, expires_at = excluded.expires_at
        WHERE c.fact <> 'item_status' OR c.value <> 'retracted';
    INSERT INTO ledger.fact_scope (key, position)
        SELECT x.key, max(f.place) FROM unnest(f_idx, f_key) AS x(n, key)
        JOIN unnest(f_n, f_place) AS f(n, place) ON f.n = x.n GROUP BY x.key
        ON CONFLICT (key) DO UPDATE SET position = excluded.position;

    NOTIFY events;
    RETURN QUERY SELECT f.n::integer, 'stored', f.place, now_ms, f.number
        FROM unnest(f_n, f_place, f_number) AS f(n, place, number);
END;
$$;

-- The application reads, and appends through the one function. Nothing else.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_app') THEN
        CREATE ROLE hub_app LOGIN;
    END IF;
END $$;
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO hub_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO hub_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO hub_app;
