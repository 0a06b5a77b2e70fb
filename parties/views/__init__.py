"""Pages of parties, by noun."""
