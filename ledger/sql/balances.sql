-- When the oldest partition of the journal begins.
CREATE FUNCTION ledger_first_month() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT to_date(right(min(c.relname), 6), 'YYYYMM')::timestamp AT TIME ZONE 'UTC'
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'ledger_transfer'::regclass
$$;

-- What an account held just before a place in the journal: what it holds, if nothing moved since;
-- or what its last transfer before that place left, looked for month by month backwards. So only
-- the partitions that are looked into are opened, however many there are, and the plan is kept for
-- the session. Without an operation the place is the end of the moment.
CREATE FUNCTION ledger_balance_at(
    account bigint, moment timestamptz,
    before_operation bigint = 9223372036854775807, before_line integer = 0
) RETURNS bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    held bigint;
    last_moved timestamptz;
    newest timestamptz;
    oldest timestamptz;
    first_month timestamptz;
BEGIN
    SELECT balance, moved_at INTO held, last_moved FROM ledger_account WHERE id = account;
    IF last_moved IS NULL THEN
        RETURN 0;
    ELSIF last_moved < moment THEN
        RETURN held;
    END IF;
    newest := least(moment, last_moved);
    LOOP
        oldest := date_trunc('month', newest, 'UTC');
        SELECT balance INTO held FROM (
            (SELECT source_version AS version, source_balance AS balance FROM ledger_transfer
             WHERE source_id = account AND posted_at BETWEEN oldest AND newest
               AND (posted_at, operation_id, line) < (moment, before_operation, before_line)
             ORDER BY posted_at DESC, source_version DESC LIMIT 1)
            UNION ALL
            (SELECT target_version, target_balance FROM ledger_transfer
             WHERE target_id = account AND posted_at BETWEEN oldest AND newest
               AND (posted_at, operation_id, line) < (moment, before_operation, before_line)
             ORDER BY posted_at DESC, target_version DESC LIMIT 1)
        ) legs ORDER BY version DESC LIMIT 1;
        IF FOUND THEN
            RETURN held;
        END IF;
        first_month := coalesce(first_month, ledger_first_month());
        IF oldest <= first_month THEN
            RETURN 0;
        END IF;
        newest := oldest - interval '1 microsecond';
    END LOOP;
END $$;
