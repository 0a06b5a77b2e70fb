"""The ledger: who holds how much of which right, and how it came there.

Owns: assets, quota periods, accounts, operations, transfers, holds, lots, statements.
Never: knows what a permit, a card or an auction is; it keeps an opaque document reference.
Entry points: `services.post` (the only way in), `services.open_lot`, `queries`.
"""
