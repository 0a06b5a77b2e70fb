DROP FUNCTION ledger_balance_at(bigint, timestamptz, bigint, integer);
DROP FUNCTION ledger_first_month();
