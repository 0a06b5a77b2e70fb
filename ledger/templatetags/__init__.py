"""The ledger's own template tags."""
