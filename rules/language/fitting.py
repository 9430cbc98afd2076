"""A value of the wrong kind → the same value in the kind that fits: 500000 beside money is 500,000 KRW, "22" beside an hour is 22."""

from __future__ import annotations

from decimal import Decimal

from rules.language import nodes as n
from rules.language.literals import (
    WEEKDAYS,
    day_texts,
    money_text,
    number_of,
    scaled,
    time_text,
    usual_currency,
)
from rules.language.nodes import Expression
from rules.language.text import number_text, to_text
from rules.language.types import Kind, Type

_YES = frozenset({"y", "yes", "true", "t", "1", "예", "네", "참", "o"})
_NO = frozenset({"n", "no", "false", "f", "0", "아니요", "아니오", "거짓", "x"})
_UNITS = {"days": "day", "minutes": "minute"}

#: (code of the message, the node to write anew, what to write)
Fitting = tuple[str, Expression, str]


def fitting(node: Expression, wanted: Type, other: Expression) -> Fitting | None:
    """What to write for ``node`` beside a value of the kind ``wanted``; None where that cannot be told.

    Times of day beside a moment ask for that moment's time: there the other side changes.
    """
    if isinstance(node, n.TimeLiteral) and wanted.kind is Kind.DATETIME and isinstance(other, n.FieldRef):
        return "moment_time", other, f"time({other.name})"
    reader = _READERS.get(wanted.kind)
    said = reader(node, wanted) if reader is not None else None
    if said is None or said == to_text(node):
        return None
    code = {
        Kind.MONEY: "money_needs_currency",
        Kind.CODE: "code_needs_quotes",
        Kind.TEXT: "code_needs_quotes",
    }.get(wanted.kind, "kind_fits")
    return code if isinstance(node, n.NumberLiteral) else "kind_fits", node, said


def _value(node: Expression) -> Decimal | None:
    """The number in a literal of any kind."""
    match node:
        case n.NumberLiteral() | n.PercentLiteral():
            return node.value
        case n.MoneyLiteral() | n.DurationLiteral():
            return node.amount
        case n.TextLiteral():
            digits = node.value.strip().rstrip("원%")
            return number_of(digits) if digits[:1].isdigit() else None
        case n.TimeLiteral():
            return Decimal(node.value.hour)
        case _:
            return None


def _money(node: Expression, wanted: Type) -> str | None:
    if isinstance(node, n.PercentLiteral):
        return f"{to_text(node)} * card.limit"
    if not isinstance(node, n.NumberLiteral | n.TextLiteral):
        return None
    value = _value(node)
    if isinstance(node, n.TextLiteral) and value is None:
        value = scaled(node.value) if node.value[:1].isdigit() else None
    if value is None:
        return f"500,000 {usual_currency()}" if isinstance(node, n.TextLiteral) else None
    currency = wanted.currency or usual_currency()
    return money_text(value, currency) or money_text(value, "USD")


def _number(node: Expression, wanted: Type) -> str | None:
    if isinstance(node, n.DurationLiteral):
        unit = _UNITS.get(wanted.unit)
        return number_text(node.amount) if unit == node.unit or not unit else None
    if (
        isinstance(node, n.TextLiteral)
        and wanted.unit == "weekday"
        and node.value.strip().lower() in WEEKDAYS
    ):
        return str(WEEKDAYS[node.value.strip().lower()])
    if isinstance(node, n.TextLiteral) and wanted.unit == "hour" and (at := time_text(node.value)):
        return str(int(at[:2]))
    if isinstance(node, n.TimeLiteral) and wanted.unit != "hour":
        return None
    value = _value(node)
    return (
        "3"
        if value is None and isinstance(node, n.TextLiteral)
        else None
        if value is None
        else number_text(value)
    )


def _percent(node: Expression, wanted: Type) -> str | None:
    value = _value(node)
    return None if value is None else f"{number_text(value)}%"


def _text(node: Expression, wanted: Type) -> str | None:
    literals = (
        n.NumberLiteral
        | n.PercentLiteral
        | n.MoneyLiteral
        | n.DurationLiteral
        | n.DateLiteral
        | n.TimeLiteral
    )
    if isinstance(node, n.NumberLiteral):
        return f'"{node.value:f}"'
    return f'"{to_text(node)}"' if isinstance(node, literals) else None


def _yes_no(node: Expression, wanted: Type) -> str | None:
    word = (
        node.value.strip().lower()
        if isinstance(node, n.TextLiteral)
        else f"{node.value:f}"
        if isinstance(node, n.NumberLiteral)
        else ""
    )
    return "yes" if word in _YES else "no" if word in _NO else None


def _day(node: Expression, wanted: Type) -> str | None:
    written = (
        node.value
        if isinstance(node, n.TextLiteral)
        else f"{node.value:f}"
        if isinstance(node, n.NumberLiteral)
        else ""
    )
    days = day_texts(written)
    if days:
        return days[0]
    if isinstance(node, n.TextLiteral):
        return "2026-01-31"
    return (
        f"{node.value:f}-01-01" if isinstance(node, n.NumberLiteral) and 1900 <= node.value <= 2199 else None
    )


def _time(node: Expression, wanted: Type) -> str | None:
    if isinstance(node, n.TextLiteral):
        return time_text(node.value) or "22:00"
    if (
        isinstance(node, n.NumberLiteral)
        and 0 <= node.value < 24
        and node.value == node.value.to_integral_value()
    ):
        return f"{int(node.value):02d}:00"
    return None


def _duration(node: Expression, wanted: Type) -> str | None:
    value = _value(node) if isinstance(node, n.NumberLiteral | n.TextLiteral) else None
    return None if value is None else f"{number_text(value)} {'day' if value == 1 else 'days'}"


_READERS = {
    Kind.MONEY: _money,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.TEXT: _text,
    Kind.CODE: _text,
    Kind.YES_NO: _yes_no,
    Kind.DATE: _day,
    Kind.DATETIME: _day,
    Kind.TIME: _time,
    Kind.DURATION: _duration,
}
