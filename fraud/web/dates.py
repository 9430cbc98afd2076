"""Dates and times as people say them, in Korean and English. Pure."""

from __future__ import annotations

from datetime import date, datetime

_WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Further away than this the year is said as well.
_SAME_YEAR_DAYS = 300


def say_day(on: date, language: str, *, today: date) -> str:
    """`11월 19일 (목)` or `Thu 19 Nov`; with the year where it could be mistaken."""
    weekday = _WEEKDAYS[language][on.weekday()]
    is_far = abs((today - on).days) > _SAME_YEAR_DAYS
    if language == "ko":
        return f"{f'{on.year}년 ' if is_far else ''}{on.month}월 {on.day}일 ({weekday})"
    return f"{weekday} {on.day} {_MONTHS[on.month - 1]}{f' {on.year}' if is_far else ''}"


def say_moment(at: datetime, language: str, *, today: date) -> str:
    """The day and the time of day, to the minute. `at` is already on the reader's clock."""
    return f"{say_day(at.date(), language, today=today)} {at:%H:%M}"


def say_month(on: date, language: str) -> str:
    """`11월` or `Nov`."""
    return f"{on.month}월" if language == "ko" else _MONTHS[on.month - 1]


def say_month_of_year(on: date, language: str) -> str:
    """`2026년 11월` or `Nov 2026`."""
    return f"{on.year}년 {on.month}월" if language == "ko" else f"{_MONTHS[on.month - 1]} {on.year}"
