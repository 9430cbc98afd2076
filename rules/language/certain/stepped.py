"""Whole values beside their multiples, remainders and first digits: none of the amounts that are left may end, or begin, as is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping

from rules.language import nodes as n
from rules.language.certain.choices import Truth
from rules.language.certain.spans import Numbers, Span
from rules.language.nodes import Expression

Bounds = Callable[[Expression], tuple[float, float] | None]
_AMOUNT, _DIGIT = n.FieldRef("amount"), n.FieldRef("first_digit")
#: Amounts above this are not looked through digit by digit.
_MOST = 1e15


def has_no_such_step(held: Mapping[Hashable, object], bounds: Bounds) -> bool:
    """Whether no value that is left is such a multiple, leaves such a remainder or begins with such a digit; False where that is not certain."""
    return any(_is_shut_out(*one) for one in _steps(held, bounds)) or _begins_otherwise(held)


def _steps(held: Mapping[Hashable, object], bounds: Bounds) -> Iterator[tuple[Numbers, int, int, bool]]:
    """(what the value may be, step, remainder, whether it is to be left) of each condition of the kind on a bounded value."""
    for subject, fact in held.items():
        if not isinstance(subject, n.Call) or subject.name not in {"is_multiple", "remainder"}:
            continue
        value, step = held.get(subject.arguments[0]), bounds(subject.arguments[1])
        if not isinstance(value, Numbers) or step is None or step[0] != step[1]:
            continue
        if step[0] <= 0 or step[0] != int(step[0]):
            continue
        if isinstance(fact, Truth) and len(fact.values) == 1:
            yield value, int(step[0]), 0, True in fact.values
        elif isinstance(fact, Numbers) and (left := _single(fact)) is not None and 0 <= left < step[0]:
            yield value, int(step[0]), left, True


def _single(numbers: Numbers) -> int | None:
    low, high = numbers.whole_ends() if numbers.spans else (0.0, 1.0)
    return int(low) if low == high else None


def _is_shut_out(value: Numbers, step: int, left: int, is_left: bool) -> bool:
    return bool(value.spans) and all(_none_in(span, step, left, is_left) for span in value.spans)


def _none_in(span: Span, step: int, left: int, is_left: bool) -> bool:
    """Whether no whole number of a span leaves (or, where it is not to, every one leaves) the remainder."""
    if not (math.isfinite(span.low) and math.isfinite(span.high)):
        return False
    first = math.floor(span.low) + 1 if span.low_open else math.ceil(span.low)
    last = math.ceil(span.high) - 1 if span.high_open else math.floor(span.high)
    if is_left:
        return first + (left - first) % step > last
    return span.low == span.high == first and first % step == left  # what is not whole is no multiple either


def _begins_otherwise(held: Mapping[Hashable, object]) -> bool:
    """Whether the amounts that are left all begin with another digit; nothing is told of credits."""
    digit, amount = held.get(_DIGIT), held.get(_AMOUNT)
    if not isinstance(digit, Numbers) or not isinstance(amount, Numbers) or not amount.spans:
        return False
    found: set[int] = set()
    for span in amount.spans:
        if not 1 <= span.low <= span.high < _MOST:
            return False
        low, high = math.floor(span.low), math.ceil(span.high)
        size = 10 ** (len(str(low)) - 1)
        if high >= 10 * low:
            return False
        first, last = low // size, high // size
        found |= set(range(first, last + 1)) if last < 10 else {*range(first, 10), *range(1, last // 10 + 1)}
    return not any(digit.holds(float(one)) for one in found)
