DROP FUNCTION parties_erase_personal(bigint, text, bigint[], jsonb);
