-- The journal of transfers, partitioned by month of posting.
-- No row-level foreign keys: ledger_apply_transfers stands in for them, once per statement.
CREATE TABLE ledger_transfer (
    operation_id   bigint      NOT NULL,
    line           integer     NOT NULL,
    source_id      bigint      NOT NULL,
    target_id      bigint      NOT NULL,
    asset_id       bigint      NOT NULL,
    amount         bigint      NOT NULL CONSTRAINT transfer_amount_is_positive CHECK (amount > 0),
    source_version bigint      NOT NULL,
    source_balance bigint      NOT NULL,
    target_version bigint      NOT NULL,
    target_balance bigint      NOT NULL,
    posted_at      timestamptz NOT NULL,
    CONSTRAINT transfer_moves_between_two_accounts CHECK (source_id <> target_id),
    PRIMARY KEY (operation_id, line, posted_at)
) PARTITION BY RANGE (posted_at);

-- The two ways in which a statement, a balance at a moment and the balance guard read it.
CREATE UNIQUE INDEX transfer_by_source ON ledger_transfer (source_id, posted_at, source_version);
CREATE UNIQUE INDEX transfer_by_target ON ledger_transfer (target_id, posted_at, target_version);

-- Each transfer as its two accounts see it: the reading surface of checks and reports.
CREATE VIEW ledger_leg AS
SELECT source_id AS account_id, source_version AS version, source_balance AS balance,
       -amount AS delta, operation_id, line, posted_at, target_id AS other_id
FROM ledger_transfer
UNION ALL
SELECT target_id, target_version, target_balance, amount, operation_id, line, posted_at, source_id
FROM ledger_transfer;

CREATE SEQUENCE ledger_lot_no_seq;

-- What it does: movements.sql.
CREATE TRIGGER ledger_apply_transfers AFTER INSERT ON ledger_transfer
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_transfers();

-- A statement aimed at one partition does not fire the triggers of the whole table,
-- so each partition refuses every direct statement.
CREATE FUNCTION ledger_refuse_direct() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses % aimed at a single partition', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'partition_refuses_direct_statements';
END $$;

-- Owned by the migrating role, so that the application's role needs no right to make tables.
CREATE FUNCTION ledger_ensure_partition(moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', moment AT TIME ZONE 'UTC');
    part text := 'ledger_transfer_' || to_char(month, 'YYYYMM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ledger_ensure_partition'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF ledger_transfer FOR VALUES FROM (%L) TO (%L)',
        part, month::timestamp AT TIME ZONE 'UTC',
        (month + interval '1 month') AT TIME ZONE 'UTC'
    );
    EXECUTE format(
        'CREATE TRIGGER refuse_direct BEFORE INSERT OR UPDATE OR DELETE ON %I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_direct()', part
    );
    EXECUTE format(
        'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_direct()', part
    );
END $$;
