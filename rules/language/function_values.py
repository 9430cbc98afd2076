"""The functions of the language on single values; polars_functions.py has the same on columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rules.language.normal import normalise
from rules.language.specs import Context
from rules.language.times import business_days_between, date_of, day_number, local
from rules.language.types import Kind
from rules.language.values import is_multiple, whole_division

_Moment = Callable[[Any, Context], Any]
_Day = Callable[[int, Context], Any]


def is_night_hour(hour: int, night: tuple[int, int]) -> bool:
    """Whether an hour lies in the night, which usually runs over midnight."""
    start, end = night
    return start <= hour < end if start <= end else hour >= start or hour < end


_MOMENTS: dict[str, _Moment] = {
    "hour": lambda at, _: float(at.hour),
    "minute": lambda at, _: float(at.minute),
    "time": lambda at, _: ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond,
    "date": lambda at, _: day_number(at.date()),
    "is_night": lambda at, context: is_night_hour(at.hour, context.night),
}
_DAYS: dict[str, _Day] = {
    "weekday": lambda day, _: float(date_of(day).isoweekday()),
    "day_of_month": lambda day, _: float(date_of(day).day),
    "month": lambda day, _: float(date_of(day).month),
    "year": lambda day, _: float(date_of(day).year),
    "is_weekend": lambda day, _: date_of(day).isoweekday() >= 6,
    "is_holiday": lambda day, context: date_of(day) in context.calendar.holidays,
    "is_business_day": lambda day, context: context.calendar.is_business_day(date_of(day)),
}


def call_function(name: str, values: Sequence[Any], kinds: Sequence[Kind], context: Context) -> Any:
    """The value of a function whose arguments are all there; None when it has none (calendar out of range, step zero)."""
    if name in _MOMENTS:
        return _MOMENTS[name](local(values[0], context.zone), context)
    if name in _DAYS:
        return _DAYS[name](_day(values[0], kinds[0], context), context)
    if name in {"business_days_between", "days_between"}:
        start, end = (_day(value, kind, context) for value, kind in zip(values, kinds, strict=True))
        if name == "days_between":
            return float(end - start)
        found = business_days_between(start, end, context.calendar)
        return None if found is None else float(found)
    if name == "minutes_between":
        return (float(values[1]) - float(values[0])) / 60_000_000
    if name == "is_multiple":
        return is_multiple(values[0], values[1])
    if name in {"quotient", "remainder"}:
        return whole_division(name, values[0], values[1])
    if name == "abs":
        return abs(values[0])
    if name in {"min", "max"}:
        if Kind.DATE in kinds:
            values = [_day(value, kind, context) for value, kind in zip(values, kinds, strict=True)]
        return min(values) if name == "min" else max(values)
    if name == "lower":
        return normalise(values[0])
    if name == "length":
        return float(len(normalise(values[0])))
    raise KeyError(name)


def _day(value: Any, kind: Kind, context: Context) -> int:
    return int(value) if kind is Kind.DATE else day_number(local(value, context.zone).date())
