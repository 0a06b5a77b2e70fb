-- Every statement that writes to a source of the proof log leaves one row in the queue, in its
-- own transaction. One row per statement, whatever its size: a batch costs about what a single
-- row does. The key's name is the only thing that differs between sources.
CREATE FUNCTION ledger_queue_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_proofqueue (table_name, row_ids, xid, queued_at)
    SELECT TG_TABLE_NAME, ids, pg_current_xact_id()::text::bigint, transaction_timestamp()
    FROM (SELECT array_agg(id) AS ids FROM new_rows) written WHERE ids IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_queue_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_proofqueue (table_name, row_ids, xid, queued_at)
    SELECT TG_TABLE_NAME, ids, pg_current_xact_id()::text::bigint, transaction_timestamp()
    FROM (SELECT array_agg(history_id) AS ids FROM new_rows) written WHERE ids IS NOT NULL;
    RETURN NULL;
END $$;

-- Makes a table a source: the trigger, and its present rows into the queue as one batch each.
-- CREATE TRIGGER holds writers off until the end, so no row falls between the two.
CREATE FUNCTION ledger_watch(source regclass, key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    plain text;
BEGIN
    SELECT relname INTO plain FROM pg_class WHERE oid = source;
    EXECUTE format(
        'CREATE TRIGGER queue_for_proof AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION %s()',
        source, CASE key WHEN 'history_id' THEN 'ledger_queue_history' ELSE 'ledger_queue_rows' END
    );
    EXECUTE format(
        'INSERT INTO ledger_proofqueue (table_name, row_ids, xid, queued_at)'
        ' SELECT %L, array_agg(key ORDER BY key), pg_current_xact_id()::text::bigint,'
        ' transaction_timestamp()'
        ' FROM (SELECT %I AS key, (row_number() OVER (ORDER BY %I) - 1) / 1000 AS part FROM %s) r'
        ' GROUP BY part ORDER BY part',
        plain, key, key, source
    );
END $$;

-- What waits leaves the queue only into the log.
CREATE FUNCTION ledger_leave_queue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost bigint;
BEGIN
    SELECT o.id INTO lost FROM old_rows o
    LEFT JOIN ledger_proofleaf l ON l.queue_id = o.id AND l.row_ids = o.row_ids
    WHERE l.index IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'queued rows % have no place in the log yet', lost
            USING ERRCODE = 'check_violation', CONSTRAINT = 'queued_rows_leave_into_the_log';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER queued_rows_leave_into_the_log AFTER DELETE ON ledger_proofqueue
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_leave_queue();

CREATE FUNCTION ledger_keep_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the queue of the proof log refuses %', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_queue_is_not_rewritten';
END $$;

CREATE TRIGGER proof_queue_is_not_updated BEFORE UPDATE ON ledger_proofqueue
FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_queue();
CREATE TRIGGER proof_queue_is_not_truncated BEFORE TRUNCATE ON ledger_proofqueue
FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_queue();

-- Leaves come in one after another: no place is left out and none is taken twice.
CREATE FUNCTION ledger_leaves_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_place bigint;
    last_place bigint;
    places bigint;
BEGIN
    SELECT min(index), max(index), count(*) INTO first_place, last_place, places FROM new_rows;
    IF places > 0 AND (last_place - first_place + 1 <> places OR first_place <> coalesce(
        (SELECT max(index) FROM ledger_proofleaf WHERE index < first_place), -1) + 1)
    THEN
        RAISE EXCEPTION 'leaves % to % leave a gap', first_place, last_place
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_leaves_are_gapless';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER proof_leaves_are_gapless AFTER INSERT ON ledger_proofleaf
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_leaves_follow();

-- Of a key only its end may be set, of a commitment only its salt be taken away: each once.
CREATE FUNCTION ledger_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'ledger_proofkey' THEN
        IF (to_jsonb(NEW) - 'valid_to') = (to_jsonb(OLD) - 'valid_to')
           AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL THEN
            RETURN NEW;
        END IF;
    ELSIF (to_jsonb(NEW) - 'salt') = (to_jsonb(OLD) - 'salt') AND NEW.salt IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% refuses this change', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'proof_row_is_not_rewritten';
END $$;

CREATE TRIGGER proof_key_is_not_rewritten BEFORE UPDATE ON ledger_proofkey
FOR EACH ROW EXECUTE FUNCTION ledger_set_once();
CREATE TRIGGER personal_salt_is_not_rewritten BEFORE UPDATE ON ledger_personalsalt
FOR EACH ROW EXECUTE FUNCTION ledger_set_once();
