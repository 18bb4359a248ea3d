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
-- What was said to be wrong: few, and asked for with every page of the register.
CREATE INDEX IF NOT EXISTS header_wrong ON ledger.header (type, subject)
    WHERE type IN ('https://hub.example/events/corrected/v1',
        'https://hub.example/events/retracted/v1',
        'https://hub.example/events/subjects-separated/v1');
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
-- Whose interest in whom was declared: few, and held against who looked.
CREATE INDEX IF NOT EXISTS fact_declared ON ledger.fact_current (key)
    WHERE fact LIKE 'officer_declared:%';
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
-- changed, or an identifier now belongs to another subject: prepare again and retry); replayed (the proof it came with was used before).
--
-- Every statement costs as much as several rows, so those that a batch has no rows for are passed
-- over. A proof is spent here, and not in a transaction of its own: then it would take a second
-- commit for each event, and a crash between the two would burn the proof of an event not stored.
DROP FUNCTION IF EXISTS ledger.append(
    bigint, text[], uuid[], bytea[], uuid[], text[], text[], bigint[], integer[], jsonb[], jsonb[],
    bytea[], bytea[], text[], integer[], text[], bigint[], integer[], text[], text[], text[],
    bigint[], integer[], uuid[], integer[], bytea[], integer[], bytea[], uuid[], boolean[]);
CREATE OR REPLACE FUNCTION ledger.append(
    now_ms bigint,
    a_agency text[], a_jti uuid[], a_digest bytea[], a_subject uuid[], a_type text[], a_kind text[],
    a_occurred bigint[], a_categories integer[], a_routing jsonb[], a_facts jsonb[],
    a_commitment bytea[], a_state bytea[], a_partner text[],
    g_idx integer[], g_key text[], g_position bigint[],
    f_idx integer[], f_key text[], f_fact text[], f_value text[], f_expires bigint[],
    s_idx integer[], s_key uuid[], s_kek integer[], s_wrapped bytea[],
    i_idx integer[], i_mac bytea[], i_subject uuid[], i_exact boolean[],
    p_idx integer[] DEFAULT '{}', p_kind text[] DEFAULT '{}', p_key text[] DEFAULT '{}',
    p_expires bigint[] DEFAULT '{}'
) RETURNS TABLE (idx integer, status text, at bigint, recorded bigint, number bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    last_position bigint;
    skip integer[] := '{}';
    seen integer[];
    erased integer[];
    stale integer[];
    f_place bigint[];
    f_version bigint[];
    f_number bigint[];
    f_last bigint;
BEGIN
    -- Readers tail the ledger by position. Without this lock a later position can commit before an
    -- earlier one, and a reader passes over the hole and never sees it.
    LOCK TABLE ledger.events IN EXCLUSIVE MODE;
    SELECT coalesce(max(notification_id), 0) INTO last_position FROM ledger.events;
    -- Time never runs back in the ledger, though two processes' clocks differ.
    SELECT greatest(now_ms, coalesce(max(h.recorded_at), now_ms)) INTO now_ms
        FROM ledger.header h WHERE h.position = last_position;

    IF cardinality(p_idx) > 0 THEN
        -- In the order of the keys, as hub.api.once does: two writers cannot wait for each other.
        -- Of twins in one batch the first has it.
        WITH asked AS (
            SELECT p.n, p.kind, p.key, p.expires,
                   row_number() OVER (PARTITION BY p.kind, p.key ORDER BY p.n) AS nth
            FROM unnest(p_idx, p_kind, p_key, p_expires) AS p(n, kind, key, expires)
        ), fresh AS (
            INSERT INTO ops.once (kind, key, expires_at)
                SELECT a.kind, a.key, a.expires FROM asked a WHERE a.nth = 1
                ORDER BY a.kind, a.key ON CONFLICT DO NOTHING RETURNING once.kind, once.key
        )
        SELECT coalesce(array_agg(a.n), '{}') INTO skip FROM asked a
            LEFT JOIN fresh f ON f.kind = a.kind AND f.key = a.key
            WHERE a.nth > 1 OR f.key IS NULL;
        IF cardinality(skip) > 0 THEN
            RETURN QUERY SELECT n, 'replayed', NULL::bigint, NULL::bigint, NULL::bigint
                FROM unnest(skip) AS n;
        END IF;
    END IF;

    SELECT array_agg(i.n::integer) INTO seen
        FROM unnest(a_agency, a_jti) WITH ORDINALITY AS i(agency, jti, n)
        JOIN ledger.header h ON h.agency = i.agency AND h.jti = i.jti
        WHERE i.n <> ALL (skip);
    IF seen IS NOT NULL THEN
        RETURN QUERY
            SELECT i.n::integer, CASE WHEN h.digest = i.digest THEN 'seen' ELSE 'conflict' END,
                   h.position, h.recorded_at, h.pseq
            FROM unnest(a_agency, a_jti, a_digest) WITH ORDINALITY AS i(agency, jti, digest, n)
            JOIN ledger.header h ON h.agency = i.agency AND h.jti = i.jti
            WHERE i.n = ANY (seen);
        skip := skip || seen;
    END IF;

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
    IF cardinality(erased) > 0 THEN
        RETURN QUERY SELECT n, 'erased', NULL::bigint, NULL::bigint, NULL::bigint
            FROM unnest(erased) AS n;
        skip := skip || erased;
    END IF;

    IF cardinality(g_idx) > 0 OR cardinality(i_idx) > 0 THEN
        SELECT array_agg(DISTINCT w.n) INTO stale FROM (
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
        IF stale IS NOT NULL THEN
            RETURN QUERY SELECT n, 'stale', NULL::bigint, NULL::bigint, NULL::bigint
                FROM unnest(stale) AS n;
            skip := skip || stale;
        END IF;
    END IF;

    IF 'shred' = ANY (a_kind) THEN
        -- A certificate of erasure says what is on record of somebody and who was shown it, up to
        -- the position of its guard. One item, answer or erasure more, and it is to be made again.
        WITH one AS (
            SELECT g.n, g.position, (x.routing->>'key_id')::uuid AS subject
            FROM unnest(a_kind, a_routing) WITH ORDINALITY AS x(kind, routing, n)
            JOIN unnest(g_idx, g_key, g_position) AS g(n, key, position)
                ON g.n = x.n AND g.key = 'e:' || (x.routing->>'key_id')
            WHERE x.kind = 'shred' AND g.n <> ALL (skip)
        ), since AS (
            SELECT o.n, h.subject, h.kind, h.routing FROM one o
                JOIN ledger.header h ON h.position > o.position
            UNION ALL
            SELECT o.n, i.subject, i.kind, i.routing FROM one o
                JOIN unnest(a_subject, a_kind, a_routing) WITH ORDINALITY
                    AS i(subject, kind, routing, n) ON i.n < o.n AND i.n::integer <> ALL (skip)
        )
        SELECT array_agg(DISTINCT o.n) INTO stale FROM one o JOIN since s ON s.n = o.n
            WHERE s.subject = o.subject
               OR (s.kind = 'shred' AND s.routing->>'key_id' = o.subject::text)
               OR (s.kind = 'disclosure' AND EXISTS (
                   SELECT FROM jsonb_array_elements(s.routing->'items') AS i
                   JOIN ledger.header h ON h.position = (i->>'position')::bigint
                   WHERE h.subject = o.subject));
        IF stale IS NOT NULL THEN
            RETURN QUERY SELECT n, 'stale', NULL::bigint, NULL::bigint, NULL::bigint
                FROM unnest(stale) AS n;
            skip := skip || stale;
        END IF;
    END IF;

    IF cardinality(s_idx) > 0 THEN
        INSERT INTO ledger.subject_key (key_id, kek_version, wrapped)
            SELECT s.key, s.kek, s.wrapped
            FROM unnest(s_idx, s_key, s_kek, s_wrapped) AS s(n, key, kek, wrapped)
            WHERE s.n <> ALL (skip) ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(i_idx) > 0 THEN
        INSERT INTO ledger.subject_index (mac, subject, exact)
            SELECT x.mac, x.subject, x.exact
            FROM unnest(i_idx, i_mac, i_subject, i_exact) AS x(n, mac, subject, exact)
            WHERE x.n <> ALL (skip) ON CONFLICT DO NOTHING;
    END IF;

    -- Identifiers that led to the wrong person lead to nobody, from this entry on.
    IF 'https://hub.example/events/subjects-separated/v1' = ANY (a_type) THEN
        DELETE FROM ledger.subject_index o
            USING unnest(a_agency, a_type, a_subject, a_routing) WITH ORDINALITY
                AS i(agency, type, subject, routing, n)
            WHERE i.agency = 'hub' AND i.type = 'https://hub.example/events/subjects-separated/v1'
              AND i.n::integer <> ALL (skip) AND o.subject = i.subject AND encode(o.mac, 'hex') IN (
                  SELECT jsonb_array_elements_text(i.routing->'identifiers'));
    END IF;

    -- What remains gets its place; what is passed over has none. Arrays as long as the batch, not a
    -- temporary table, which would cost catalogue work, nor joins, which cost more than the rows.
    SELECT array_agg(p.place ORDER BY p.n), array_agg(p.version ORDER BY p.n),
           array_agg(p.number ORDER BY p.n), max(p.place)
        INTO f_place, f_version, f_number, f_last FROM (
        SELECT i.n,
               CASE WHEN i.kept THEN last_position
                   + count(*) FILTER (WHERE i.kept) OVER (ORDER BY i.n) END AS place,
               CASE WHEN i.kept THEN
                   coalesce((SELECT max(e.originator_version) FROM ledger.events e
                             WHERE e.originator_id = i.subject), 0)
                   + count(*) FILTER (WHERE i.kept) OVER (PARTITION BY i.subject ORDER BY i.n)
                   END AS version,
               CASE WHEN i.kept AND i.partner IS NOT NULL THEN
                   coalesce((SELECT c.pseq FROM ledger.partner_counter c
                             WHERE c.partner = i.partner), 0)
                   + count(*) FILTER (WHERE i.kept) OVER (PARTITION BY i.partner ORDER BY i.n)
                   END AS number
        FROM (SELECT u.subject, u.partner, u.n, u.n::integer <> ALL (skip) AS kept
              FROM unnest(a_subject, a_partner) WITH ORDINALITY AS u(subject, partner, n)) AS i
        ) AS p;
    IF f_last IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO ledger.events
        SELECT i.subject, i.version, i.type, i.state, i.place
        FROM unnest(a_subject, f_version, a_type, a_state, f_place)
             AS i(subject, version, type, state, place)
        WHERE i.place IS NOT NULL;
    INSERT INTO ledger.header
        SELECT i.place, i.agency, i.jti, i.digest, i.subject, i.type, i.kind, i.occurred, now_ms,
               i.categories, i.routing, i.facts, i.commitment, i.subject, i.partner, i.number
        FROM unnest(f_place, a_agency, a_jti, a_digest, a_subject, a_type, a_kind, a_occurred,
                    a_categories, a_routing, a_facts, a_commitment, a_partner, f_number)
             AS i(place, agency, jti, digest, subject, type, kind, occurred, categories,
                  routing, facts, commitment, partner, number)
        WHERE i.place IS NOT NULL;
    IF cardinality(array_remove(a_partner, NULL)) > 0 THEN
        INSERT INTO ledger.partner_counter (partner, pseq)
            SELECT i.partner, max(i.number) FROM unnest(a_partner, f_number) AS i(partner, number)
            WHERE i.number IS NOT NULL GROUP BY i.partner
            ON CONFLICT (partner) DO UPDATE SET pseq = excluded.pseq;
    END IF;

    IF cardinality(f_idx) > 0 THEN
        -- Two facts under one key in one batch: the later one stands, as it would in two batches.
        -- Only a retraction is final: whatever is said of the item later, it stays retracted.
        INSERT INTO ledger.fact_current AS c (key, fact, value, position, expires_at)
            SELECT DISTINCT ON (x.key, x.fact) x.key, x.fact, x.value, f_place[x.n], x.expires
            FROM unnest(f_idx, f_key, f_fact, f_value, f_expires)
                 WITH ORDINALITY AS x(n, key, fact, value, expires, o)
            WHERE x.fact IS NOT NULL AND f_place[x.n] IS NOT NULL
            ORDER BY x.key, x.fact,
                CASE WHEN x.fact = 'item_status' AND x.value = 'retracted' THEN f_place[x.n] END,
                f_place[x.n] DESC, x.o DESC
            ON CONFLICT (key, fact) DO UPDATE SET value = excluded.value,
                position = excluded.position, expires_at = excluded.expires_at
            WHERE c.fact <> 'item_status' OR c.value <> 'retracted';
        INSERT INTO ledger.fact_scope (key, position)
            SELECT x.key, max(f_place[x.n]) FROM unnest(f_idx, f_key) AS x(n, key)
            WHERE f_place[x.n] IS NOT NULL GROUP BY x.key
            ON CONFLICT (key) DO UPDATE SET position = excluded.position;
    END IF;

    NOTIFY events;
    RETURN QUERY SELECT f.n::integer, 'stored', f.place, now_ms, f.number
        FROM unnest(f_place, f_number) WITH ORDINALITY AS f(place, number, n)
        WHERE f.place IS NOT NULL;
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
