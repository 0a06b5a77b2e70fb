CREATE OR REPLACE FUNCTION ledger_refuse_leg(account_id bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers do not go on from where their accounts stand (%)',
        coalesce(account_id::text, 'version, balance, asset or time of one of them')
        USING ERRCODE = 'check_violation', CONSTRAINT = 'transfers_continue_their_accounts';
END $$;

-- Transfers move the balances themselves: the only way in which a balance changes, so neither
-- can stand without the other. Each account must go on from where it stands, gapless: every
-- transfer from the version and balance that the one before it left. Owned by the migrating role:
-- the application's role needs no right to change a balance.
-- The settings pin index look-ups: the plan is kept for the session, and one made for a batch
-- of thousands must not scan whole tables for a single posting.
CREATE OR REPLACE FUNCTION ledger_apply_transfers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bad bigint;
    moved bigint;
    expected bigint;
BEGIN
    SELECT t.operation_id INTO bad
    FROM (SELECT DISTINCT operation_id, posted_at FROM new_rows) t
    LEFT JOIN ledger_operation o ON o.id = t.operation_id
    WHERE o.posted_at IS DISTINCT FROM t.posted_at
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfers do not fit their operation %', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfers_fit_their_operation';
    END IF;
    WITH legs AS (
        SELECT source_id AS account_id, asset_id, source_version AS version,
               source_balance AS balance, source_balance + amount AS before, posted_at
        FROM new_rows
        UNION ALL
        SELECT target_id, asset_id, target_version, target_balance, target_balance - amount,
               posted_at
        FROM new_rows
    ), walk AS (
        SELECT l.*, row_number() OVER w AS legs, first_value(before) OVER w AS first_before,
               lag(balance) OVER w AS last_balance, lag(version) OVER w AS last_version,
               lead(version) OVER w IS NULL AS is_end
        FROM legs l WINDOW w AS (PARTITION BY account_id, asset_id ORDER BY version
                                 ROWS UNBOUNDED PRECEDING)
    ), done AS (
        UPDATE ledger_account a
        SET balance = e.balance, version = e.version, moved_at = e.posted_at
        FROM walk e
        WHERE CASE WHEN e.last_balance <> e.before OR e.last_version + 1 <> e.version
                   THEN ledger_refuse_leg(e.account_id) ELSE e.is_end END
          AND a.id = e.account_id AND a.asset_id = e.asset_id
          AND a.version + e.legs = e.version AND a.balance = e.first_before
          AND (a.moved_at IS NULL OR a.moved_at <= e.posted_at)
        RETURNING e.legs
    )
    SELECT sum(legs) INTO moved FROM done;
    SELECT 2 * count(*) INTO expected FROM new_rows;
    IF moved IS DISTINCT FROM expected AND expected > 0 THEN
        PERFORM ledger_refuse_leg(NULL);
    END IF;
    RETURN NULL;
END $$;
