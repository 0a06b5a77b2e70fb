"""The ledger's pages, by noun."""
