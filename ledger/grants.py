"""What the application's role may not do to the ledger's tables; read by `grant_app_role`."""

APPEND_ONLY = (
    "ledger_operation",
    "ledger_transfer",
    "ledger_prooflog",
    "ledger_proofsource",
    "ledger_proofshape",
    "ledger_proofleaf",
    "ledger_proofrecord",
    "ledger_proofnode",
    "ledger_proofcheckpoint",
    "ledger_cosignature",
    "ledger_sealedstatement",
)

# Balances change inside the transfers' trigger, which runs as the owner of the tables.
UPDATE_COLUMNS = {
    "ledger_account": ("restriction", "min_balance"),
    "ledger_proofkey": ("valid_to",),
    "ledger_personalsalt": ("salt",),
}
