"""Every write of cardswipe, by noun."""
