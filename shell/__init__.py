"""What every page and every paper needs, below all domain apps; it has no tables.

Owns: refusals, units and strict number parsing, live streams, the PDF house style,
spreadsheets, page components. Never: a domain rule.
"""
