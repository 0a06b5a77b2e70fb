-- Every character and every pair of neighbours in a text: what it is found by. Chinese names are
-- searched by two characters as often as by five, so pairs, not the usual triples.
CREATE FUNCTION permits_grams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM generate_series(1, length(words)) place,
         LATERAL (VALUES (substr(words, place, 1)), (substr(words, place, 2))) pieces (gram)
$$;
