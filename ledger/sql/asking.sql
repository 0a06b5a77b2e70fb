-- What the posting path asks in one call (ledger/services/posting.py). The plans are kept for the
-- session; the settings pin index look-ups, as in movements.sql.

-- Locks the accounts in the order of their numbers, then says everything that a posting must
-- know, claims the operations' numbers and sees to the partition. Each statement inside sees
-- whatever the lock waited for: a repeated key locks the same accounts, so its first booking is
-- visible here. The posting time never lies before the last movement of an account.
CREATE OR REPLACE FUNCTION ledger_ask(
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
              -- One look-up for each key. A plan made while the journal was empty would else go
              -- through the whole journal for each batch, until the session ends.
              CROSS JOIN LATERAL (SELECT * FROM ledger_operation
                                  WHERE scope = asked.scope AND key = asked.key LIMIT 1) o)
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
