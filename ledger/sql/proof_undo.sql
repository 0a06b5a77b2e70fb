-- The triggers go with their tables; those on sources go with the function.
DROP FUNCTION ledger_watch(regclass, text);
DROP FUNCTION ledger_queue_rows() CASCADE;
DROP FUNCTION ledger_queue_history() CASCADE;
DROP FUNCTION ledger_leave_queue() CASCADE;
DROP FUNCTION ledger_keep_queue() CASCADE;
DROP FUNCTION ledger_leaves_follow() CASCADE;
DROP FUNCTION ledger_set_once() CASCADE;
