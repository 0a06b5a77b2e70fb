"""Pages of trading, by who opens them."""
