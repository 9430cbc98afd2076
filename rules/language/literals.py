"""Amounts, dates, times, lengths and shares as people write them → the language's spelling."""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import date
from decimal import Decimal, InvalidOperation

from rules.currencies import currency_named
from rules.money import MoneyNotValid, exponent, to_minor

_SCALE = {"십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 100_000_000, "조": 1_000_000_000_000}
_LATIN_SCALE = {
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "b": 1_000_000_000,
    "bn": 1_000_000_000,
}
_LENGTHS = {
    "second": "s sec secs second seconds 초",
    "minute": "m min mins minute minutes mn 분",
    "hour": "h hr hrs hour hours 시간",
    "day": "d day days 일 일간 일동안",
    "week": "w wk wks week weeks 주 주일 주간",
    "business day": "영업일 businessday businessdays workday workdays workingday workingdays",
    "month": "month months mo mos 개월 달 개월간",
    "year": "year years yr yrs y 년 년간 연",
}
_UNIT_OF = {word: unit for unit, words in _LENGTHS.items() for word in words.split()}
#: Lengths that Korean says in a word of their own.
SPELLED_LENGTHS = {
    "하루": "1 day",
    "이틀": "2 days",
    "사흘": "3 days",
    "나흘": "4 days",
    "닷새": "5 days",
    "열흘": "10 days",
    "보름": "15 days",
    "일주일": "7 days",
    "한주": "7 days",
    "이주": "14 days",
    "한달": "30 days",
    "두달": "60 days",
    "석달": "90 days",
    "반년": "180 days",
    "일년": "365 days",
    "한시간": "1 hour",
    "두시간": "2 hours",
}
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        [
            "one 하나 한",
            "two 둘 두",
            "three 셋 세",
            "four 넷 네",
            "five 다섯",
            "six 여섯",
            "seven 일곱",
            "eight 여덟",
            "nine 아홉",
            "ten 열",
        ],
        1,
    )
    for word in words.split()
}
#: Days said for lengths the language has no word for.
_DAYS = {"month": 30, "year": 365}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "월 월요일 monday mon", "화 화요일 tuesday tue tues", "수 수요일 wednesday wed", "목 목요일 thursday thu thur thurs",
            "금 금요일 friday fri", "토 토요일 saturday sat", "일 일요일 sunday sun",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: at
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}


#: The currency that is meant where an amount says none: the company's own, set while a text of it is read.
USUAL_CURRENCY: ContextVar[str] = ContextVar("usual currency of a rule's amounts", default="KRW")


def usual_currency() -> str:
    """The code of the currency that is meant where none is said."""
    return USUAL_CURRENCY.get()


def number_of(text: str) -> Decimal | None:
    """``500,000``, ``500.000`` (thousands), ``500 000``, ``0.5`` → Decimal; None for what is no number."""
    digits = text.strip()
    if re.fullmatch(r"[0-9]{1,3}(?:[.' ][0-9]{3}){2,}", digits):
        digits = re.sub(r"[.' ]", "", digits)
    try:
        return Decimal(re.sub(r"[,' _]", "", digits))
    except InvalidOperation:
        return None


def currency_of(word: str) -> str | None:
    """The code of a currency's name or sign in either language; in a policy `$` is the dollar of the United States and `¥` the yen."""
    return currency_named(word, "USD") or currency_named(word, "JPY") or None


def money_text(amount: Decimal, currency: str) -> str | None:
    """``500,000 KRW``; None for what the currency does not allow."""
    try:
        to_minor(amount, currency)
    except MoneyNotValid:
        return None
    digits = exponent(currency) if amount != amount.to_integral_value() else 0
    return f"{amount:,.{digits}f} {currency}"


def scaled(text: str) -> Decimal | None:
    """``50만``, ``1억 5천만``, ``5천``, ``500k``, ``1.5m`` → the number."""
    plain = re.sub(r"\s", "", text).lower()
    latin = re.fullmatch(r"([0-9][0-9.,]*)(thousand|million|billion|k|mn?|bn?)", plain)
    if latin:
        found = number_of(latin[1])
        return None if found is None else found * _LATIN_SCALE[latin[2]]
    total, group, digits = Decimal(0), Decimal(0), ""
    for part in re.findall(r"[0-9][0-9.,]*|[십백천만억조]", plain):
        if part[0].isdigit():
            digits = part
            continue
        size, number = _SCALE[part], number_of(digits) if digits else None
        digits = ""
        if size < 10_000:
            group += (Decimal(1) if number is None else number) * size
        else:
            total += (group + (number or 0) or Decimal(1)) * size
            group = Decimal(0)
    rest = number_of(digits) if digits else Decimal(0)
    return None if rest is None else total + group + rest


def hangul_number(text: str) -> Decimal | None:
    """``백만``, ``오십만``, ``이천오백`` → the number; None for what is none."""
    digits = re.sub(r"\s", "", text)
    for at, digit in enumerate("일이삼사오육칠팔구", 1):
        digits = digits.replace(digit, str(at))
    return scaled(digits) if re.fullmatch(r"(?:[1-9]?[십백천만억])+[1-9]?", digits) else None


def day_texts(text: str) -> tuple[str, ...]:
    """The days a date may mean, as ``2026-01-31``; two for ``01/02/2026``; none for what is no date."""
    parts = re.findall(r"[0-9]+|[A-Za-z]{3,}", text)
    words = [_MONTHS[part[:3].lower()] for part in parts if part[:3].lower() in _MONTHS]
    numbers = [int(part) for part in parts if part.isdigit()]
    if words and len(numbers) == 2:
        numbers = [max(numbers), words[0], min(numbers)] if max(numbers) > 31 else []
    elif len(numbers) == 1 and len(str(numbers[0])) == 8:
        whole = str(numbers[0])
        numbers = [int(whole[:4]), int(whole[4:6]), int(whole[6:])]
    if len(numbers) < 3:
        return ()
    a, b, c = numbers[:3]
    orders = [(a, b, c)] if a > 31 else [(c, b, a), (c, a, b)] if c > 31 else [(2000 + a, b, c)]
    found = []
    for year, month, day in orders:
        try:
            found.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def time_text(text: str) -> str | None:
    """``22시 30분``, ``오후 10시``, ``10pm``, ``10:30 p.m.`` → ``22:30``."""
    plain = text.lower().replace(".", "")
    for said, half in (
        ("at night", "밤"),
        ("in the morning", "am"),
        ("in the afternoon", "pm"),
        ("in the evening", "pm"),
    ):
        plain = plain.replace(said, half)
    numbers = [int(part) for part in re.findall(r"[0-9]+", plain)]
    if not numbers:
        return None
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    minute = 30 if "반" in plain and len(numbers) == 1 else minute
    is_late = "밤" in plain and hour not in range(1, 6)  # 밤 1시 is after midnight
    is_late |= "낮" in plain and hour in range(1, 7)
    if ("오후" in plain or is_late or "저녁" in plain or "pm" in plain) and hour < 12:
        hour += 12
    elif any(word in plain for word in ("오전", "am", "밤", "새벽")) and hour == 12:
        hour = 0
    hour = 0 if hour == 24 and not minute else hour
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def length_text(number: str, unit: str) -> str | None:
    """``30`` and ``분`` → ``30 minutes``; months count 30 days, years 365."""
    amount, meant = number_of(number), _UNIT_OF.get(re.sub(r"\s", "", unit).lower())
    if amount is None or meant is None:
        return None
    if meant in _DAYS:
        amount, meant = amount * _DAYS[meant], "day"
    return f"{amount.normalize():f} {meant}{'' if amount == 1 else 's'}"
