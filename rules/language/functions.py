"""The functions of the language: their arguments, their result and the sentence they become. All are total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.language.types import DATE, DURATION, MONEY, NUMBER, PERCENT, TEXT, TIME, YES_NO, Kind, Type


@dataclass(frozen=True, slots=True)
class Function:
    """``arguments`` holds, per argument, the kinds it accepts. ``result`` None: the type of the first argument.

    ``needs_time`` marks functions that look at the time of day: for a claim of which only the date is known they are missing.
    ``sentence_en`` and ``sentence_ko`` take the arguments' sentences.
    """

    name: str
    arguments: tuple[frozenset[Kind], ...]
    result: Type | None
    example: str
    sentence_en: str
    sentence_ko: str
    needs_time: bool = False
    #: Any number of further arguments of the last kind (min, max); all of the same kind as the first.
    is_variadic: bool = False


_MOMENT = frozenset({Kind.DATETIME})
_DAY = frozenset({Kind.DATE, Kind.DATETIME})
_TEXTUAL = frozenset({Kind.TEXT, Kind.CODE})
_MAGNITUDE = frozenset({Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.DURATION})
_ORDERED = _MAGNITUDE | _DAY

_HOUR = Type(Kind.NUMBER, cycle=24, unit="hour")
_WEEKDAY = Type(Kind.NUMBER, cycle=7, unit="weekday")
_DAYS = Type(Kind.NUMBER, unit="days")
_MINUTES = Type(Kind.NUMBER, unit="minutes")

#: Functions that give a value even where their argument is missing.
DEFAULTS: Mapping[str, object] = {"or_zero": 0, "or_no": False}

# fmt: off
_ALL = (
    Function("hour", (_MOMENT,), _HOUR, "hour(transacted_at)", "hour of {0}", "{0}의 시(時)", needs_time=True),
    Function("minute", (_MOMENT,), NUMBER, "minute(transacted_at)", "minute of {0}", "{0}의 분", needs_time=True),
    Function("time", (_MOMENT,), TIME, "time(transacted_at)", "time of day of {0}", "{0}의 시각", needs_time=True),
    Function("date", (_MOMENT,), DATE, "date(transacted_at)", "date of {0}", "{0}의 날짜"),
    Function("weekday", (_DAY,), _WEEKDAY, "weekday(transacted_at)", "weekday of {0} (1 = Monday)", "{0}의 요일(1=월요일)"),
    Function("day_of_month", (_DAY,), NUMBER, "day_of_month(transacted_at)", "day of the month of {0}", "{0}의 일(日)"),
    Function("month", (_DAY,), Type(Kind.NUMBER, cycle=12, unit="month"), "month(transacted_at)", "month of {0}", "{0}의 월"),
    Function("year", (_DAY,), NUMBER, "year(transacted_at)", "year of {0}", "{0}의 연도"),
    Function("is_night", (_MOMENT,), YES_NO, "is_night(transacted_at)", "{0} is at night", "{0} 심야임", needs_time=True),
    Function("is_weekend", (_DAY,), YES_NO, "is_weekend(transacted_at)", "{0} is at a weekend", "{0} 주말임"),
    Function("is_holiday", (_DAY,), YES_NO, "is_holiday(transacted_at)", "{0} is on a holiday", "{0} 공휴일임"),
    Function("is_business_day", (_DAY,), YES_NO, "is_business_day(transacted_at)", "{0} is on a business day", "{0} 영업일임"),
    Function(
        "business_days_between", (_DAY, _DAY), _DAYS, "business_days_between(transacted_at, submitted_at)",
        "business days from {0} to {1}", "{0}부터 {1}까지의 영업일 수",
    ),
    Function(
        "days_between", (_DAY, _DAY), _DAYS, "days_between(transacted_at, submitted_at)",
        "days from {0} to {1}", "{0}부터 {1}까지의 일수",
    ),
    Function(
        "minutes_between", (_MOMENT, _MOMENT), _MINUTES, "minutes_between(submitted_at, claim_approved_at)",
        "minutes from {0} to {1}", "{0}부터 {1}까지의 분", needs_time=True,
    ),
    Function("abs", (_MAGNITUDE,), None, "abs(amount)", "size of {0} without its sign", "{0}의 절댓값"),
    Function("min", (_ORDERED,), None, "min(amount, card.limit)", "smallest of {0}", "{0} 중 가장 작은 값", is_variadic=True),
    Function("max", (_ORDERED,), None, "max(amount, cancel_amount)", "largest of {0}", "{0} 중 가장 큰 값", is_variadic=True),
    Function(
        "is_multiple", (frozenset({Kind.MONEY, Kind.NUMBER}),) * 2, YES_NO, "is_multiple(amount, 10,000 KRW)",
        "{0} is a multiple of {1}", "{0} {1}의 배수임",
    ),
    Function(
        "quotient", (frozenset({Kind.MONEY, Kind.NUMBER}),) * 2, NUMBER, "quotient(amount, 10,000 KRW) >= 3",
        "whole times {1} goes into {0}", "{0} 안에 {1} 들어가는 횟수",
    ),
    Function(
        "remainder", (frozenset({Kind.MONEY, Kind.NUMBER}),) * 2, None, "remainder(amount, 10,000 KRW) = 0",
        "what is left of {0} after whole parts of {1}", "{0} 나누기 {1}의 나머지",
    ),
    Function("lower", (_TEXTUAL,), TEXT, "lower(merchant.name)", "{0} in small letters", "{0}의 소문자"),
    Function("length", (_TEXTUAL,), NUMBER, "length(purpose_text) < 5", "number of characters of {0}", "{0}의 글자 수"),
    Function("or_zero", (_MAGNITUDE,), None, "or_zero(cancel_amount)", "{0}, or zero if missing", "{0}(없으면 0)"),
    Function("or_no", (frozenset({Kind.YES_NO}),), YES_NO, "or_no(is_recurring)", "{0} (unknown counts as no)", "{0}(알 수 없으면 아니요)"),
)
# fmt: on

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _ALL}

#: Window function → kinds its value may have; None: takes no value.
WINDOW_VALUES: Mapping[str, frozenset[Kind] | None] = {
    "count": None,
    "since_last": None,
    "sum": _MAGNITUDE,
    "mean": _MAGNITUDE,
    "median": _MAGNITUDE,
    "min": _MAGNITUDE,
    "max": _MAGNITUDE,
    "percentile": _MAGNITUDE,
    "deviation": _MAGNITUDE,
    "change": _MAGNITUDE,
    "share": frozenset({Kind.MONEY, Kind.NUMBER}),
    "distinct": frozenset(Kind) - {Kind.LIST},
}

#: Window functions that compare with the claims of others (``by others``).
OF_OTHERS = frozenset({"count", "sum", "mean", "median", "min", "max", "percentile", "deviation"})
#: Window functions that have no answer for a whole calendar period.
NOT_WHOLE = frozenset({"percentile", "deviation", "change"})

WINDOW_EXAMPLES: Mapping[str, str] = {
    "count": "count(same cardholder, merchant within 30 minutes)",
    "since_last": "since_last(same cardholder, merchant)",
    "sum": "sum(amount same cardholder, merchant, day)",
    "mean": "mean(amount same cardholder within 30 days before)",
    "median": "median(amount same department, mcc within 90 days)",
    "min": "min(amount same merchant within 90 days)",
    "max": "max(amount same cardholder, merchant, day)",
    "percentile": "percentile(95% of amount same department, mcc within 90 days by others)",
    "deviation": "deviation(amount same cardholder within 90 days before)",
    "change": "change(amount same cardholder within 30 days)",
    "share": "share(amount of cardholder in merchant within 180 days)",
    "distinct": "distinct(merchant.mcc same cardholder, day)",
}


def window_type(function: str, value: Type | None) -> Type:
    """The type a window gives."""
    if function in {"count", "distinct"}:
        return Type(Kind.NUMBER, unit="claims" if function == "count" else "values")
    if function == "since_last":
        return DURATION
    if function in {"share", "change"}:
        return PERCENT
    assert value is not None
    return Type(value.kind, unit=value.unit) if value.kind is not Kind.MONEY else MONEY
