"""Pages of card-swipe discharge, by noun."""
