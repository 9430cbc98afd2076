"""What both evaluators agree on for single values: missing, three-valued logic, exact integers and finite numbers.

Money is minor units of the claim's own currency, numbers are floats, moments and durations microseconds, dates day numbers, times of day
microseconds since midnight. None is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from rules.language import nodes as n
from rules.language.check_parts import duration_us
from rules.language.times import day_number
from rules.money import to_minor

#: Beyond this, integers are no longer exact as floats; larger sums of money do not occur.
EXACT = 2**53
#: Numbers are summed in millionths; larger ones do not take part in a window.
NUMBER_SCALE = 1_000_000
LARGEST_NUMBER = 1_000_000_000_000
#: Values beyond this do not take part in a standard deviation: their squares would not add up exactly.
LARGEST_SPREAD = 2**47
#: Numbers with at most this many decimals multiply and divide exactly.
DECIMALS = 1_000_000.0


def all_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene and."""
    found = list(values)
    return False if False in found else None if None in found else True


def any_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene or."""
    found = list(values)
    return True if True in found else None if None in found else False


def negation(value: bool | None) -> bool | None:
    """Kleene not."""
    return None if value is None else not value


def finite(value: Any) -> Any:
    """The value, or None for nan and infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def compare(op: str, left: Any, right: Any) -> bool | None:
    """A comparison; missing when a side is. Integers compare exactly, otherwise as floats."""
    if left is None or right is None:
        return None
    if isinstance(left, float) != isinstance(right, float) and not isinstance(left, str | bool):
        left, right = float(left), float(right)
    match op:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def calculate(op: str, left: Any, right: Any) -> float | None:
    """Arithmetic in floats; missing when a side is, for division by zero and for results that are not finite."""
    if left is None or right is None:
        return None
    a, b = float(left), float(right)
    if op == "/" and b == 0.0:
        return None
    result = a + b if op == "+" else a - b if op == "-" else product(a, b) if op == "*" else ratio(a, b)
    return result if math.isfinite(result) else None


def product(a: float, b: float) -> float:
    """``a * b`` rounded once: 100 times 1.15 is 115, not 114.99999999999999. A whole number meets one of up to six decimals."""
    whole, other = (a, b) if is_whole(a) else (b, a)
    parts = decimal_parts(other) if is_whole(whole) else None
    if parts is None or abs(whole * parts) > EXACT:
        return a * b
    return whole * parts / DECIMALS


def ratio(a: float, b: float) -> float:
    """``a / b`` rounded once, where a is whole and b has up to six decimals."""
    parts = decimal_parts(b) if is_whole(a) else None
    if parts is None or not parts or abs(a) * DECIMALS > EXACT:
        return a / b
    return a * DECIMALS / parts


def is_whole(value: float) -> bool:
    """Whether a finite number has no decimals."""
    return math.isfinite(value) and value == math.floor(value)


def decimal_parts(value: float) -> float | None:
    """The millionths of a number that has at most six decimals; None for others."""
    if not math.isfinite(value) or abs(value) * DECIMALS > EXACT:
        return None
    parts = math.floor(value * DECIMALS + 0.5)
    return float(parts) if parts / DECIMALS == value else None


def whole_division(name: str, value: Any, step: Any) -> Any:
    """``quotient`` or ``remainder`` of whole values, rounded down; missing for step zero and for values that are not whole."""
    a, b = float(value), float(step)
    if b == 0.0 or not (is_whole(a) and is_whole(b)) or max(abs(a), abs(b)) > EXACT:
        return None
    whole, rest = divmod(int(a), int(b))
    return float(whole) if name == "quotient" else rest


def is_multiple(value: Any, step: Any) -> bool | None:
    """Whether a whole value is a multiple of a whole step; missing for step zero, no for values that are not whole."""
    if value is None or step is None or step == 0:
        return None
    if float(value) != math.floor(value) or float(step) != math.floor(step):
        return False
    return int(value) % int(step) == 0


def literal_number(value: Decimal) -> float:
    """A number as both evaluators compute with it."""
    return float(value)


def literal_percent(value: Decimal) -> float:
    """5 (written 5%) → 0.05, from the exact decimal."""
    return float(value / 100)


def literal_money(node: n.MoneyLiteral) -> int:
    """Minor units."""
    return to_minor(node.amount, node.currency)


def literal(node: n.Expression) -> Any:
    """The computing value of a literal other than money (whose currency must first fit the claim's) and text."""
    match node:
        case n.NumberLiteral():
            return literal_number(node.value)
        case n.PercentLiteral():
            return literal_percent(node.value)
        case n.YesNoLiteral():
            return node.value
        case n.DateLiteral():
            return day_number(node.value)
        case n.TimeLiteral():
            return (node.value.hour * 60 + node.value.minute) * 60_000_000
        case n.DurationLiteral():
            return duration_us(node)
        case _:
            raise TypeError(f"{type(node).__name__} is no literal")
