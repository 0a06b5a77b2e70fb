"""Template tags that ask who the reader is."""
