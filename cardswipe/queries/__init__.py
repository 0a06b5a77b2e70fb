"""Reads of card-swipe discharge, by noun."""
