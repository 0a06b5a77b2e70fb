"""The proof log, pure: hash tree, notes, tiles, canonical bytes. No Django, no clock.

Formats: RFC 6962 (tree), C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof,
tlog-cosignature and tlog-witness; our own canonical bytes are in docs/proof-log.md.
"""
