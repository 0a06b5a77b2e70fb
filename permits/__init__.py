"""Permits: sites and outlets, applications, decisions, permits and their certificates.

Owns: what a site may discharge, who decided so and on which legal basis, the legal
clocks, the certificate and its public verification. Never: a quantity moved otherwise
than through `ledger.services`; a device, a card or an auction.
Start reading at `rules.py` (states, numbers, terms), `services/` (every write) and
`queries.py` (desk, register, certificate).
"""
