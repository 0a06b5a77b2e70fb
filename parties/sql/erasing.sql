-- Personal data leaves the histories and with it the salts of its commitments: the records in the
-- proof log keep their hashes, and nobody can tell any more what stood there. It serves one request
-- that a second administrator granted and that is being carried out, and only columns of which the
-- log holds commitments instead of values. The application's role may not write histories itself.
CREATE FUNCTION parties_erase_personal(request bigint, history text, keys bigint[], marks jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    names text[] := ARRAY(SELECT jsonb_object_keys(marks));
    source integer := (SELECT id FROM ledger_proofsource WHERE table_name = history);
    erased bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM parties_accessrequest r JOIN parties_approval a ON a.id = r.approval_id
        WHERE r.id = request AND r.kind = 'ERASE' AND r.state = 'ASKED' AND a.state = 'USED'
          AND a.subject_type = 'access_request' AND a.subject_id = r.id)
    THEN
        RAISE EXCEPTION 'personal data is erased on the word of two persons'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'personal_data_is_erased_by_two';
    END IF;
    -- The sequencer must not be committing to these rows at this moment.
    PERFORM pg_advisory_xact_lock(25167247385652839);
    IF history !~ '^[a-z]+_historical[a-z]+$' OR NOT EXISTS (
           SELECT FROM ledger_proofshape s WHERE s.source_id = source AND s.personal ?& names)
       OR EXISTS (
           SELECT FROM ledger_proofrecord r
           JOIN ledger_proofleaf l ON l.index = r.leaf_index
           JOIN ledger_proofshape s ON s.id = l.shape_id
           WHERE r.source_id = source AND r.row_id = ANY (keys) AND NOT s.personal ?& names)
       OR EXISTS (SELECT FROM jsonb_each_text(marks)
                  WHERE value NOT IN ('', '***') AND value !~ '^erased-[0-9]+$')
    THEN
        RAISE EXCEPTION 'only personal data with a commitment in the log is erased, by a mark'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_personal_data_is_erased';
    END IF;
    EXECUTE format('UPDATE %I SET %s WHERE history_id = ANY ($1)', history,
        (SELECT string_agg(format('%I = %L', key, value), ', ') FROM jsonb_each_text(marks)))
        USING keys;
    GET DIAGNOSTICS erased = ROW_COUNT;
    UPDATE ledger_personalsalt SET salt = NULL
    WHERE source_id = source AND row_id = ANY (keys) AND "column" = ANY (names)
      AND salt IS NOT NULL;
    RETURN erased;
END $$;
