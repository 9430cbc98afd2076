"""The kinds of value, and which of them may meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value is. A percent is a number (5% is 0.05); it is only written differently."""

    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"
    TEXT = "text"
    CODE = "code"
    YES_NO = "yes_no"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Type:
    """``currency`` is set where it is fixed by the text (empty: the claim's own). ``cycle`` is the turn of values that wrap around (24
    hours, 7 weekdays). ``is_zero`` marks the literal 0, which is money of any currency. ``unit`` only helps to show a fact."""

    kind: Kind
    currency: str = ""
    cycle: int = 0
    is_zero: bool = False
    unit: str = ""

    @property
    def is_numeric(self) -> bool:
        return self.kind in {Kind.NUMBER, Kind.PERCENT}

    @property
    def is_textual(self) -> bool:
        return self.kind in {Kind.TEXT, Kind.CODE}

    @property
    def has_order(self) -> bool:
        return self.kind not in {Kind.TEXT, Kind.CODE, Kind.YES_NO, Kind.LIST}


MONEY = Type(Kind.MONEY)
NUMBER = Type(Kind.NUMBER)
PERCENT = Type(Kind.PERCENT)
TEXT = Type(Kind.TEXT)
CODE = Type(Kind.CODE)
YES_NO = Type(Kind.YES_NO)
DATE = Type(Kind.DATE)
DATETIME = Type(Kind.DATETIME)
TIME = Type(Kind.TIME, cycle=24)
DURATION = Type(Kind.DURATION)
LIST = Type(Kind.LIST)

CYCLES: Mapping[str, int] = {"hour": 24, "weekday": 7}

_NAMES: Mapping[Kind, tuple[str, str]] = {
    Kind.MONEY: ("money", "금액"),
    Kind.NUMBER: ("a number", "수"),
    Kind.PERCENT: ("a percentage", "백분율"),
    Kind.TEXT: ("a text", "글자"),
    Kind.CODE: ("a code", "코드"),
    Kind.YES_NO: ("a condition (yes or no)", "조건(예/아니요)"),
    Kind.DATE: ("a date", "날짜"),
    Kind.DATETIME: ("a moment (date and time)", "일시"),
    Kind.TIME: ("a time of day", "시각"),
    Kind.DURATION: ("a duration", "기간"),
    Kind.LIST: ("a list", "목록"),
}

#: Kind → a literal of that kind, for messages.
EXAMPLES: Mapping[Kind, str] = {
    Kind.MONEY: "500,000 KRW",
    Kind.NUMBER: "3",
    Kind.PERCENT: "90%",
    Kind.TEXT: '"…"',
    Kind.CODE: '"5813"',
    Kind.YES_NO: "yes",
    Kind.DATE: "2026-01-31",
    Kind.DATETIME: "2026-01-31",
    Kind.TIME: "22:30",
    Kind.DURATION: "30 minutes",
    Kind.LIST: "@name",
}


#: Words of other languages → ours.
WORDS_MEANT: Mapping[str, str] = {
    "True": "yes",
    "true": "yes",
    "TRUE": "yes",
    "False": "no",
    "false": "no",
    "FALSE": "no",
}


def name_of(kind: Kind) -> tuple[str, str]:
    """(English, Korean) words for a kind."""
    return _NAMES[kind]


def expected_of(kind: Kind) -> tuple[str, str]:
    """(English, Korean) words for a kind with an example literal."""
    english, korean = _NAMES[kind]
    return f"{english} such as {EXAMPLES[kind]}", f"{korean}(예: {EXAMPLES[kind]})"


def field_type(kind: str, unit: str = "") -> Type:
    """The type of a field or parameter declared as ``kind``."""
    if kind == "time":
        return TIME
    return Type(Kind(kind), cycle=CYCLES.get(unit, 0), unit=unit)


def comparable(left: Type, right: Type) -> bool:
    """Whether two values may be compared: numbers and percents, texts and codes, dates and moments meet each other; money meets 0."""
    if left.kind is Kind.LIST or right.kind is Kind.LIST:
        return False
    if (
        left.kind == right.kind
        or (left.is_numeric and right.is_numeric)
        or (left.is_textual and right.is_textual)
    ):
        return True
    if {left.kind, right.kind} == {Kind.DATE, Kind.DATETIME}:
        return True
    return (left.kind is Kind.MONEY and right.is_zero) or (right.kind is Kind.MONEY and left.is_zero)


def mixed_currencies(left: Type, right: Type) -> bool:
    """True when both are money of different currencies fixed by the text."""
    return bool(left.currency and right.currency and left.currency != right.currency)


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of ``left op right``; None when it has no meaning."""
    if op in "+-":
        return _sum_type(op, left, right)
    return _product_type(op, left, right)


def _sum_type(op: str, left: Type, right: Type) -> Type | None:
    if left.is_numeric and right.is_numeric:
        return NUMBER
    if Kind.MONEY in {left.kind, right.kind} and comparable(left, right):
        return Type(Kind.MONEY, currency=left.currency or right.currency)
    if left.kind is Kind.DURATION and right.kind is Kind.DURATION:
        return DURATION
    if left.kind in {Kind.DATE, Kind.DATETIME} and right.kind is Kind.DURATION:
        return DATETIME if left.kind is Kind.DATETIME else DATE
    if op == "-" and left.kind == right.kind and left.kind in {Kind.DATE, Kind.DATETIME}:
        return DURATION
    return None


def _product_type(op: str, left: Type, right: Type) -> Type | None:
    scalable = {Kind.MONEY, Kind.DURATION}
    if left.is_numeric and right.is_numeric:
        return NUMBER
    if left.kind in scalable and right.is_numeric:
        return Type(left.kind, currency=left.currency)
    if op == "*" and left.is_numeric and right.kind in scalable:
        return Type(right.kind, currency=right.currency)
    if op == "/" and left.kind == right.kind and left.kind in scalable:
        return NUMBER
    return None
