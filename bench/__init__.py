"""Measures speed as ratios inside one run: `make bench`. Never asserted in a test."""
