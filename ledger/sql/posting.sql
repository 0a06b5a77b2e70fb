-- What the posting path tells in one call (ledger/services/posting.py), and what its rows name.

-- Writes operations and transfers together, each as one statement: for the few, for whom a COPY of
-- each table would cost four round trips. A transfer is a row of ten numbers.
CREATE FUNCTION ledger_book(operations json, transfers bigint[], moment timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_operation (
        id, kind, scope, key, body_hash, by_id, reason, effective_date, posted_at, document_type,
        document_id, approval_id, reverses_id, corrects_id)
    SELECT id, kind, scope, key, decode(body_hash, 'hex'), by_id, reason, effective_date, moment,
           document_type, document_id, approval_id, reverses_id, corrects_id
    FROM json_to_recordset(operations) AS o (
        id bigint, kind text, scope text, key text, body_hash text, by_id bigint, reason text,
        effective_date date, document_type text, document_id bigint,
        approval_id bigint, reverses_id bigint, corrects_id bigint);
    INSERT INTO ledger_transfer (
        operation_id, line, source_id, target_id, asset_id, amount, source_version, source_balance,
        target_version, target_balance, posted_at)
    SELECT t[n][1], t[n][2], t[n][3], t[n][4], t[n][5], t[n][6], t[n][7], t[n][8], t[n][9],
           t[n][10], moment
    FROM (SELECT transfers) AS all_of (t), generate_subscripts(transfers, 1) AS n;
END $$;

-- What an operation names stands: once per statement instead of once per row and foreign key,
-- which took an eighth of a batch. No lock is needed for it, since none of these rows ever goes.
CREATE FUNCTION ledger_check_operations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bad record;
BEGIN
    SELECT r.* INTO bad
    FROM (SELECT DISTINCT kind, by_id, approval_id, reverses_id, corrects_id FROM new_rows) r
    LEFT JOIN ledger_operationtype k ON k.code = r.kind
    LEFT JOIN parties_membership m ON m.id = r.by_id
    LEFT JOIN parties_approval a ON a.id = r.approval_id
    LEFT JOIN ledger_operation v ON v.id = r.reverses_id
    LEFT JOIN ledger_operation c ON c.id = r.corrects_id
    WHERE k.code IS NULL OR m.id IS NULL
       OR r.approval_id IS NOT NULL AND a.id IS NULL
       OR r.reverses_id IS NOT NULL AND v.id IS NULL
       OR r.corrects_id IS NOT NULL AND c.id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an operation names what does not stand: %', bad
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'operation_names_what_stands';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER operation_names_what_stands AFTER INSERT ON ledger_operation
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_operations();

CREATE FUNCTION ledger_keep_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %: operations name its rows', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER operation_type_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF code
ON ledger_operationtype FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_named();
CREATE TRIGGER membership_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF id
ON parties_membership FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_named();
CREATE TRIGGER approval_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF id
ON parties_approval FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_named();
