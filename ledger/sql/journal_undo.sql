DROP VIEW ledger_leg;
DROP TABLE ledger_transfer;
DROP FUNCTION ledger_apply_transfers();
DROP FUNCTION ledger_ensure_partition(timestamptz);
DROP FUNCTION ledger_refuse_direct();
DROP SEQUENCE ledger_lot_no_seq;
