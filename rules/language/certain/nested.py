"""Windows of which one is never above another: its claims are among those of the other, or it is the least, the middle, the most of the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rules.language import nodes as n
from rules.language.nodes import Expression, Window, field_names
from rules.language.times import DAY_US
from rules.language.types import Kind, Type
from rules.language.values import literal

#: Period → periods it lies in.
_WITHIN: dict[str, frozenset[str]] = {
    "day": frozenset({"week", "month", "quarter", "year"}),
    "week": frozenset(),
    "month": frozenset({"quarter", "year"}),
    "quarter": frozenset({"year"}),
    "year": frozenset(),
}
_FROM_LEAST = ("min", "median", "mean", "percentile", "max")
_BETWEEN = frozenset({"median", "mean", "percentile"})
#: Values of payments that are never below zero.
_NEVER_NEGATIVE = frozenset({"amount", "n_attendees"})

#: Counts of a claim's past → counts that hold all of what they count (`fraud/detection/features/behaviour.py`).
_COUNTED_WITHIN: dict[str, tuple[str, ...]] = {
    "n_claims_cardholder_1d": ("n_claims_cardholder_7d", "n_claims_cardholder_30d"),
    "n_claims_cardholder_7d": ("n_claims_cardholder_30d",),
    "n_merchants_cardholder_7d": ("n_claims_cardholder_7d", "n_claims_cardholder_30d"),
    "n_claims_same_merchant_1d": (
        "n_claims_same_merchant_30d", "n_claims_cardholder_1d", "n_claims_cardholder_7d", "n_claims_cardholder_30d", "n_claims_merchant_30d",
    ),
    "n_claims_same_merchant_30d": ("n_claims_cardholder_30d", "n_claims_merchant_30d"),
    "n_cardholders_merchant_30d": ("n_claims_merchant_30d",),
}  # fmt: skip


def is_counted_within(one: Expression, other: Expression) -> bool:
    """Whether the first is a count of some of what the second counts: yesterday's payments beside those of the week."""
    if not isinstance(one, n.FieldRef) or not isinstance(other, n.FieldRef):
        return False
    return other.name in _COUNTED_WITHIN.get(one.name, ())


def never_above(one: Window, other: Window, type_of: Callable[[Expression], Type | None]) -> bool:
    """Whether the first is at most the second, of every claim for which both are known."""
    if _is_lower_share(one, other):
        return True
    if one == other or not _among(one, other):
        return False
    pair = one.function, other.function
    if pair in {("count", "count"), ("distinct", "count")}:
        return True
    if one.value != other.value or one.value is None:
        return False
    if pair in {("distinct", "distinct"), ("max", "max")}:
        return True
    if pair[1] == "sum" and pair[0] in {"sum", *_FROM_LEAST}:  # what is paid is part of the total
        return isinstance(one.value, n.FieldRef) and one.value.name in _NEVER_NEGATIVE and _pays(one, other)
    kind = type_of(one.value)  # of whole values alone: a mean of others is rounded
    if kind is None or kind.kind is not Kind.MONEY:
        return False
    return pair[0] in _BETWEEN and pair[1] == "max"


def _is_lower_share(one: Window, other: Window) -> bool:
    """The 5th percentile beside the 95th of the same claims."""
    low, high = one.fraction, other.fraction
    if not isinstance(low, n.PercentLiteral) or not isinstance(high, n.PercentLiteral):
        return False
    return replace(one, fraction=high) == other and low.value < high.value


def never_below(one: Window, other: Window, type_of: Callable[[Expression], Type | None]) -> bool:
    """Whether the first is at least the second, where its claims are among those of the second."""
    if one == other or not _among(one, other) or one.value != other.value or one.value is None:
        return False
    if other.function != "min":
        return False
    kind = type_of(one.value)
    is_money = kind is not None and kind.kind is Kind.MONEY
    return one.function in {"min", "max"} or (one.function in _BETWEEN and is_money)


def _pays(*windows: Window) -> bool:
    return all(window.where is None or "txn_type" not in field_names(window.where) for window in windows)


def _among(one: Window, other: Window) -> bool:
    """Whether each claim of the first is one of the second."""
    return (
        set(one.keys) >= set(other.keys)
        and (one.mode == other.mode or (one.mode, other.mode) == ("before", ""))
        and _is_within(one, other)
        and _is_narrower(one.where, other.where)
    )


def _is_within(one: Window, other: Window) -> bool:
    if (one.period, one.within) == (other.period, other.within):
        return True
    if other.period is None and other.within is None:
        return True
    if one.period is not None and other.period is not None:
        return other.period in _WITHIN[one.period]
    short, long = one.within, other.within
    if one.mode == "whole" or not isinstance(long, n.DurationLiteral) or long.unit == "business day":
        return False
    if one.period == "day":  # a day of a change of the clock has 25 hours
        return literal(long) >= 2 * DAY_US
    return (
        isinstance(short, n.DurationLiteral)
        and short.unit != "business day"
        and literal(short) <= literal(long)
    )


def _is_narrower(one: Expression | None, other: Expression | None) -> bool:
    """Whether what the first asks of a claim holds only where what the second asks does; a window that names kinds holds more than payments."""
    if one == other:
        return True
    if one is None:
        return False
    if other is None:
        return "txn_type" not in field_names(one)
    return isinstance(one, n.And) and other in one.operands
