"""Values as forms and addresses bring them: read in one way or not at all, never guessed at.

Python reads more than people mean: `int` takes other scripts' digits, underscores and signs, `date.fromisoformat` takes
week dates, and a text of a thousand digits is a number too. Whatever arrives from outside comes through here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

_NUMBER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,12})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def whole_number(
    text: str, digits: int = 9, *, minimum: int | None = None, maximum: int | None = None
) -> int | None:
    """The number, of so many digits at most and within the bounds, or None for anything else.

    A sign, a space, another script's digits and zeros in front beyond the width are no number.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= digits):
        return None
    number = int(text)
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        return None
    return number


def decimal_number(text: str) -> Decimal | None:
    """The exact number of `1,250,000`, `0.05` or `-3`, or None for anything else: no exponent, no other script, no NaN."""
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def day(text: str) -> date | None:
    """The day of `2026-03-31`, or None for any other spelling and for days that no calendar has."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def month(text: str) -> date | None:
    """The first day of the month `2026-03`, or None for any other spelling."""
    return day(f"{text}-01")


def choice(text: str, choices: Collection[str], default: str = "") -> str:
    """The text where it is one of the choices, spelled exactly so; else the default."""
    return text if text in choices else default
