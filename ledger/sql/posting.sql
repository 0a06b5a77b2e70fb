-- What the posting path asks and tells in one call each (ledger/services/posting.py). Both keep
-- their plans for the session; the settings pin index look-ups, as in movements.sql.

-- Locks the accounts in the order of their numbers, then says everything that a posting must
-- know, claims the operations' numbers and sees to the partition. Each statement inside sees
-- whatever the lock waited for: a repeated key locks the same accounts, so its first booking is
-- visible here. The posting time never lies before the last movement of an account.
CREATE FUNCTION ledger_ask(
    account_ids bigint[], asked_scopes text[], asked_keys text[], asked_kinds text[],
    approval_ids bigint[], operations integer, moment timestamptz, today date, first_day date,
    zone text,
    OUT ids bigint[], OUT regions text[], OUT assets bigint[], OUT purposes text[],
    OUT balances bigint[], OUT versions bigint[], OUT floors bigint[], OUT restrictions text[],
    OUT posted_at timestamptz, OUT numbers bigint[], OUT closed_assets bigint[],
    OUT kinds text, OUT closed_spans text[], OUT known text[], OUT consents text[],
    OUT holidays text[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    moved_at timestamptz;
BEGIN
    SELECT array_agg(a.id), array_agg(a.region_id), array_agg(a.asset_id), array_agg(a.purpose),
           array_agg(a.balance), array_agg(a.version), array_agg(a.min_balance),
           array_agg(a.restriction), max(a.moved_at)
    INTO ids, regions, assets, purposes, balances, versions, floors, restrictions, moved_at
    FROM (SELECT * FROM ledger_account WHERE id = ANY(account_ids)
          ORDER BY id FOR NO KEY UPDATE) a;

    posted_at := greatest(moment, moved_at);
    PERFORM ledger_ensure_partition(posted_at);
    SELECT
        array(SELECT nextval('ledger_operation_id_seq') FROM generate_series(1, operations)),
        array(SELECT s.id FROM (SELECT DISTINCT unnest(assets)) held (id)
              JOIN ledger_asset s ON s.id = held.id
              JOIN ledger_quotaperiod p ON p.id = s.period_id AND p.state = 'CLOSED'),
        (SELECT json_agg(json_build_array(
             t.code, t.starters, t.document_types, t.must_correct,
             array(SELECT ARRAY[m.source_purpose, m.target_purpose]
                   FROM ledger_operationtypemovement m WHERE m.type_id = t.code),
             (SELECT json_agg(json_build_array(
                  coalesce(r.region_id, ''), r.needs_approval, r.cool_off_workdays,
                  r.backdate_days))
              FROM ledger_operationrule r
              WHERE r.type_id = t.code AND r.valid_from <= today
                AND (r.valid_to IS NULL OR r.valid_to >= today))))
         FROM ledger_operationtype t WHERE t.code = ANY(asked_kinds)),
        array(SELECT ARRAY[p.region_id, p.start_date::text, p.end_date::text]
              FROM ledger_quotaperiod p WHERE p.state = 'CLOSED' AND p.end_date >= first_day),
        array(SELECT ARRAY[o.scope, o.key, o.id::text, encode(o.body_hash, 'hex')]
              FROM unnest(asked_scopes, asked_keys) AS asked (scope, key)
              JOIN ledger_operation o ON o.scope = asked.scope AND o.key = asked.key)
    INTO numbers, closed_assets, kinds, closed_spans, known;

    IF cardinality(approval_ids) > 0 THEN
        SELECT
            array(SELECT ARRAY[a.id::text, a.state, (a.asked_at AT TIME ZONE zone)::date::text]
                  FROM parties_approval a WHERE a.id = ANY(approval_ids)),
            array(SELECT ARRAY[h.date::text, h.kind] FROM parties_holiday h
                  WHERE h.date > (SELECT min(asked_at) FROM parties_approval
                                  WHERE id = ANY(approval_ids))::date
                    AND EXISTS (SELECT 1 FROM ledger_operationrule r
                                WHERE r.type_id = ANY(asked_kinds) AND r.cool_off_workdays > 0))
        INTO consents, holidays;
    END IF;
END $$;

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
