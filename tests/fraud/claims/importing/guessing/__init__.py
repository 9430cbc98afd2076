"""Guesses about tables nobody has described."""
