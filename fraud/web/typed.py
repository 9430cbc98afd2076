"""Whole numbers as forms and addresses bring them."""

from __future__ import annotations


def whole_number(text: str, digits: int = 9) -> int | None:
    """The number, of so many digits at most, or None for anything else: a sign, letters, or more than a column holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
