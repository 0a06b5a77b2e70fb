DROP FUNCTION ledger_check_operations() CASCADE;
DROP FUNCTION ledger_keep_named() CASCADE;
DROP FUNCTION ledger_book(json, bigint[], timestamptz);
DROP FUNCTION ledger_ask(bigint[], text[], text[], text[], bigint[], integer, timestamptz, date, date, text);
