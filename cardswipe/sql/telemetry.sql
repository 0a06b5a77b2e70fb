-- Raw frames and readings: partitioned by month, append-only (unmanaged models).
-- cardswipe_make_partition('cardswipe_rawframe', '2026-11-01') makes one month's partition; the
-- gateway and the monthly task call it, so an insert never meets a missing month.
CREATE SEQUENCE cardswipe_rawframe_id_seq;
CREATE TABLE cardswipe_rawframe (
    id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    session_id bigint,
    controller_id bigint,
    peer text NOT NULL,
    mn text NOT NULL,
    cn text NOT NULL,
    verdict text NOT NULL CHECK (verdict ~ '^C[0-9]{3}$'),
    note text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX rawframe_by_mn ON cardswipe_rawframe (mn, id);
CREATE INDEX rawframe_by_cn ON cardswipe_rawframe (cn, id);
CREATE INDEX rawframe_by_verdict ON cardswipe_rawframe (verdict, id) WHERE verdict <> 'C100';
CREATE INDEX rawframe_by_time ON cardswipe_rawframe USING brin (received_at);
ALTER TABLE cardswipe_rawframe ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE cardswipe_reading (
    controller_id bigint NOT NULL,
    data_time timestamptz NOT NULL,
    frame_id bigint NOT NULL,
    cn smallint NOT NULL,
    pno smallint NOT NULL CHECK (pno >= 0),
    factor_ids smallint[] NOT NULL,
    values numeric[],
    minima numeric[],
    maxima numeric[],
    amounts numeric[],
    converted numeric[],
    marks text NOT NULL CHECK (length(marks) = cardinality(factor_ids)),
    CONSTRAINT reading_counts_once PRIMARY KEY (controller_id, cn, data_time, pno)
) PARTITION BY RANGE (data_time);

CREATE FUNCTION cardswipe_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION cardswipe_guard(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION cardswipe_refuse_change()', target);
    EXECUTE format(
        'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION cardswipe_refuse_change()', target);
END $$;
SELECT cardswipe_guard('cardswipe_rawframe'), cardswipe_guard('cardswipe_reading');

-- Owned by the migrating role, so that the application's role needs no right to make tables.
CREATE FUNCTION cardswipe_make_partition(parent text, month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month);
    child text := parent || to_char(month, '_YYYYMM');
BEGIN
    IF parent NOT IN ('cardswipe_rawframe', 'cardswipe_reading') THEN
        RAISE EXCEPTION '% is not partitioned by month', parent;
    END IF;
    IF to_regclass(child) IS NOT NULL THEN
        RETURN child;
    END IF;
    -- Two processes may ask for the same month at once.
    PERFORM pg_advisory_xact_lock(hashtext('cardswipe_make_partition'));
    IF to_regclass(child) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
            first_day::timestamp AT TIME ZONE 'Asia/Shanghai',
            (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
        PERFORM cardswipe_guard(child);
    END IF;
    RETURN child;
END $$;

-- Owned by the migrating role: the application itself may neither drop nor change what arrived.
-- A month is only given up when it ended long ago and a rule asks for it (services/keeping.py).
CREATE FUNCTION cardswipe_give_up_month(parent text, month date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', month);
    child text := parent || to_char(month, '_YYYYMM');
    held bigint;
    months integer;
BEGIN
    IF parent NOT IN ('cardswipe_rawframe', 'cardswipe_reading') THEN
        RAISE EXCEPTION '% is not partitioned by month', parent;
    END IF;
    IF first_day > date_trunc('month', now()) - interval '3 months' THEN
        RAISE EXCEPTION 'the month % is too young to be given up', first_day;
    END IF;
    SELECT max(CASE parent WHEN 'cardswipe_rawframe' THEN frame_months ELSE reading_months END)
    INTO months FROM cardswipe_keepingrule k
    WHERE k.valid_from <= current_date AND (k.valid_to IS NULL OR k.valid_to >= current_date)
      AND (k.region_id IS NOT NULL OR NOT EXISTS (
          SELECT FROM cardswipe_keepingrule r WHERE r.region_id IS NOT NULL
          AND r.valid_from <= current_date AND (r.valid_to IS NULL OR r.valid_to >= current_date)));
    IF months IS NULL OR first_day >= date_trunc('month', now()) - make_interval(months => months)
    THEN
        RAISE EXCEPTION 'a rule keeps the month %', first_day;
    END IF;
    IF to_regclass(child) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT count(*) FROM %I', child) INTO held;
    EXECUTE format('DROP TABLE %I', child);
    RETURN held;
END $$;
