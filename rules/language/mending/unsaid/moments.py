"""Hours, days and dates of which a part was not said: the half of the day, the end of a night, the year; and days a rule names otherwise."""

from __future__ import annotations

import re
from calendar import monthrange
from itertools import pairwise

from rules.language.literals import time_text
from rules.language.mending.meanings import Meanings
from rules.language.mending.pieces import TIME_WRITTEN
from rules.language.mending.spans import says_half, span_of
from rules.language.mending.spoken.words import phrases

_TIME = re.compile(rf"{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:부터|에서|~|～|-|–|to|until|till|and)\s*", re.IGNORECASE)
_OPEN = re.compile(r"\s*(?:를|을)?\s*(이후|이전|부터|까지|넘|지나)")
_LATE = re.compile(r"(?:한밤중?|심야|밤중)\s*(?:에\s*)?$")
_SMALL = re.compile(r"\bafter\s+((?:12|[1-5])(?::[0-9]{2})?\s*a\.?m\b\.?)", re.IGNORECASE)
_MONTH_OF_YEAR = re.compile(
    r"(20[0-9]{2})\s*년\s*(1[0-2]|0?[1-9])\s*월(?!\s*[0-9]+\s*일)(?:에|의)?(?:\s*(이후|부터|이전|까지))?"
)
_YEAR = re.compile(r"(20[0-9]{2})\s*년(?!\s*[0-9])(?:에|의|도)?(?:\s*(이후|부터|이전|까지))?")
_DATE = re.compile(
    r"(?:\b(?P<lead>before|after|since|from|until|on)\s+)?(?P<year>20[0-9]{2})(?:\s*년\s*|[-./])(?P<month>1[0-2]|0?[1-9])(?:\s*월\s*|[-./])(?P<day>3[01]|[12][0-9]|0?[1-9])(?:\s*일)?(?:에)?(?:\s*(?P<since>이후|부터|이전|까지))?",
    re.IGNORECASE,
)
#: before 2026, 2026 이후: a year, no amount.
_BARE_YEAR = re.compile(
    r"\b(?P<lead>before|after|since|from|until|in)\s+(?P<year>20[0-9]{2})(?![0-9,.:]|\s*(?:won|krw|usd|dollars?|eur|jpy)\b)|(?<![0-9,.만천])(?P<written>20[0-9]{2})\s*(?P<since>이후|부터|이전|까지)",
    re.IGNORECASE,
)
#: 주말에만, only on weekends: looked for there, or allowed nowhere else?
_ONLY = re.compile(
    r"(?P<korean>[가-힣]+)에만|\bonly\s+(?:(?:on|at|in|during)\s+)?(?:the\s+|a\s+)?(?P<behind>[a-z]+(?:\s[a-z]+)?)|\b(?P<before>[a-z]+(?:\s[a-z]+)?)\s+only\b",
    re.IGNORECASE,
)
_DAY_OF_YEAR = re.compile(
    r"(?<![0-9년])(?<!년\s)(1[0-2]|[1-9])월\s*(3[01]|[12][0-9]|[1-9])일(?:에)?(?:\s*(이후|부터|이전|까지))?"
)
_DAYS_OF_YEAR = re.compile(
    r"(?<![0-9년])(?<!년\s)(1[0-2]|[1-9])월\s*(3[01]|[12][0-9]|[1-9])일\s*(?:부터|에서|~|-)\s*(1[0-2]|[1-9])월\s*(3[01]|[12][0-9]|[1-9])일(?:까지|\s*사이)?"
)
_DAYS_OF_MONTH = re.compile(
    r"(?:매[월달]\s*)?(?<![0-9월])(3[01]|[12][0-9]|[1-9])일\s*(?:부터|에서|~|-)\s*(3[01]|[12][0-9]|[1-9])일(?:까지)?(?!\s*(?:안|이내|동안))"
)
_DAY_OF_MONTH = re.compile(
    r"(?:매[월달]\s*)?(?<![0-9월.])(?<!월\s)(3[01]|[12][0-9]|[1-9])일\s*(이후|이전|부터|까지)(?![가-힣])|매[월달]\s*(3[01]|[12][0-9]|[1-9])일(?:에)?"
)
_NTH = re.compile(
    r"\b(?:(after|before|since|from|until|on)\s+)?(?:the\s+)?([0-9]{1,2})(?:st|nd|rd|th)\b(?:\s+(?:day\s+)?of (?:the|each|every) month)?|\b(first|last) (?:day )?of (?:the|each|every) month\b",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"(?<![0-9년])(1[0-2]|[1-9])월\s*(?:부터|에서|~|-)\s*(1[0-2]|[1-9])월(?:까지|\s*사이)?")
_QUARTER = re.compile(r"(?<![0-9])([1-4])\s*(?:사)?분기|\b(?:q([1-4]))\b", re.IGNORECASE)
_HALF_YEAR = re.compile(r"상반기|하반기|\b(?:first|second) half of the year\b", re.IGNORECASE)
_AT_ONCE = re.compile(
    r"(?:같은|동일한?)\s*(?:시간|시각)(?:에|대에)?|동시에(?=.*(?:번|회|건|결제))|\b(?:at )?the same (?:time|hour|minute)\b|\bsimultaneous\w*",
    re.IGNORECASE,
)
_FILED = re.compile(r"청구|제출|신청|정산|늦|지나|지난|경과|submit|filed|claimed|later|hand", re.IGNORECASE)
_SINCE = {
    "이후": ">=",
    "부터": ">=",
    "이전": "<",
    "까지": "<=",
    "after": ">",
    "before": "<",
    "since": ">=",
    "from": ">=",
    "until": "<=",
    "on": "=",
}
_WEEKDAYS = {
    word: at for at, words in enumerate(("월 mon monday mondays", "화 tue tues tuesday tuesdays", "수 wed wednesday wednesdays", "목 thu thur thurs thursday thursdays", "금 fri friday fridays", "토 sat saturday saturdays", "일 sun sunday sundays"), 1) for word in words.split()
}  # fmt: skip
_ENGLISH_DAY = "|".join(sorted((word for word in _WEEKDAYS if word.isascii()), key=len, reverse=True))
_DAY_SPAN = re.compile(
    rf"(?<![가-힣])([월화수목금토일])(?:요일)?\s*(?:부터|에서|~|～|-|–)\s*([월화수목금토일])(?:요일)?(?:까지|에)?(?![가-힣])"
    rf"|\b({_ENGLISH_DAY})\s*(?:-|–|~|to|through|thru|until)\s*({_ENGLISH_DAY})\b",
    re.IGNORECASE,
)
#: Days that are counted back from today: a rule looks at every payment, so it asks how old one is.
_AGO = (
    (r"그저께|엊그제", "2 days"), (r"어제|오늘|\byesterday\b|\btoday\b", "1 day"), (r"지난\s?주(?!말)|이번\s?주(?!말|.*[0-9])|금주|\blast week\b|\bthis week\b(?!.*[0-9])", "7 days"),
    (r"지난\s?달(?!\s?[0-9])|이번\s?달(?=.*결제$)|\blast month\b", "30 days"), (r"작년|지난\s?해|올해|금년|\b(?:last|this) year\b", "365 days"),
)  # fmt: skip
_FEASTS = (
    (r"설날|설\s?연휴|구정|\b(?:lunar new year|seollal)\b", "is_holiday and month(transacted_at) in 1..2"),
    (r"추석|한가위|\bchuseok\b", "is_holiday and month(transacted_at) in 9..10"),
    (r"성탄절|크리스마스|\bchristmas(?: day)?\b", "month(transacted_at) = 12 and day_of_month(transacted_at) = 25"),
    (r"\bchristmas eve\b|크리스마스\s?이브", "month(transacted_at) = 12 and day_of_month(transacted_at) = 24"),
    (r"새해|신정|\bnew year(?:'s)?(?: day)?\b", "month(transacted_at) = 1 and day_of_month(transacted_at) = 1"),
    (r"연말|\b(?:end of (?:the )?year|year[- ]end)\b", "month(transacted_at) = 12"),
    (r"연초", "month(transacted_at) = 1"),
    (r"대체\s?공휴일|임시\s?공휴일|명절|연휴|\bthanksgiving\b", "is_holiday"),
)  # fmt: skip


def moments_asked(text: str) -> Meanings | None:
    """Hours, days and dates of a text that are not certain, or are written otherwise; None where there are none."""
    for asked in (_only, _span, _night, _half, _day_span, _date, _months, _month_days, _together, _ago):
        found = asked(text)
        if found is not None:
            return found
    return None


def _one(match: re.Match[str], rule: str) -> Meanings:
    return Meanings(match.start(), match.end(), rule, is_one=True)


def _flag(words: str) -> tuple[str, str] | None:
    """What a word, or the first or last of two, names as a circumstance."""
    first, _, last = words.partition(" ")
    return next(
        (said for one in (words, last, first) if (said := phrases().get(one)) and said[0] == "flag"), None
    )


def _only(text: str) -> Meanings | None:
    """A circumstance beside only: payments then, or payments at any other time?"""
    for match in _ONLY.finditer(text):
        said = _flag((match["korean"] or match["behind"] or match["before"]).lower())
        if said is not None and " " not in said[1].removeprefix("weekday = "):
            return Meanings(
                match.start(),
                match.end(),
                f"{said[1]}, not {said[1]}"
                if " " not in said[1]
                else f"{said[1]}, {said[1].replace(' = ', ' != ')}",
            )
    return None


def _span(text: str) -> Meanings | None:
    times = list(_TIME.finditer(text))
    for first, last in pairwise(times):
        if not _BETWEEN.fullmatch(text[first.end() : last.start()]):
            continue
        spans = span_of(first[0], last[0])
        if len(spans) != 1:
            ways = spans or [("14:00", "17:00")]
            choices = ", ".join(f"time(transacted_at) in {low}..{high}" for low, high in ways)
            return Meanings(first.start(), last.end(), choices)
    return None


def _night(text: str) -> Meanings | None:
    """After two in the morning: until dawn, or all day?"""
    small = _SMALL.search(text)
    if small is not None and (clock := time_text(small[1])) is not None:
        return Meanings(small.start(), small.end(), _until_dawn(clock))
    for match in _TIME.finditer(text):
        late = _LATE.search(text[: match.start()])
        behind = _OPEN.match(text, match.end())
        clock = time_text(match[0])
        if (
            late is None
            or behind is None
            or clock is None
            or int(clock[:2]) > 5
            or "까지" in text[behind.end() :]
        ):
            continue
        if behind[1] in {"이후", "부터", "넘", "지나"}:
            return Meanings(late.start(), behind.end(), _until_dawn(clock))
    return None


def _until_dawn(clock: str) -> str:
    return f"time(transacted_at) in {clock}..05:59, time(transacted_at) >= {clock}"


def _half(text: str) -> Meanings | None:
    """9시 이후: in the morning, or in the evening? Where another hour is one of twenty-four, so is this."""
    times = list(_TIME.finditer(text))
    if any(says_half(one[0]) for one in times):
        return None
    for match in times:
        behind = _OPEN.match(text, match.end())
        clock = time_text(match[0])
        if behind is None or clock is None or _LATE.search(text[: match.start()]):
            continue
        sign = _SINCE.get(behind[1], ">=")
        hours = (int(clock[:2]) % 12, int(clock[:2]) % 12 + 12)
        ways = [f"time(transacted_at) {sign} {hour:02d}{clock[2:]}" for hour in hours]
        return Meanings(match.start(), behind.end(), ", ".join(ways))
    return None


def _day_span(text: str) -> Meanings | None:
    match = _DAY_SPAN.search(text)
    if match is None:
        return None
    first, last = (_WEEKDAYS[word.lower()] for word in match.groups() if word)
    return None if first == last else _one(match, f"weekday in {first}..{last}")


def _date(text: str) -> Meanings | None:
    month = _MONTH_OF_YEAR.search(text)
    if month is not None:
        year, number = int(month[1]), int(month[2])
        last = monthrange(year, number)[1]
        if month[3]:
            edge = f"{year}-{number:02d}-{last if month[3] == '까지' else '01'}"
            return _one(month, f"date(transacted_at) {_SINCE[month[3]]} {edge}")
        return _one(month, f"date(transacted_at) in {year}-{number:02d}-01..{year}-{number:02d}-{last}")
    day = _DATE.search(text)
    if day is not None and int(day["day"]) <= monthrange(int(day["year"]), int(day["month"]))[1]:
        said = f"{day['year']}-{int(day['month']):02d}-{int(day['day']):02d}"
        since = day["since"] or (day["lead"] or "").lower()
        return (
            None
            if _DATE.search(text, day.end())
            else _one(day, f"date(transacted_at) {_SINCE.get(since, '=')} {said}")
        )
    bare = _BARE_YEAR.search(text)
    if bare is not None:
        since = bare["since"] or bare["lead"].lower()
        return _one(bare, f"year(transacted_at) {_SINCE.get(since, '=')} {bare['written'] or bare['year']}")
    year_said = _YEAR.search(text)
    if year_said is not None and day is None:
        return _one(year_said, f"year(transacted_at) {_SINCE.get(year_said[2] or '', '=')} {year_said[1]}")
    days = _DAYS_OF_YEAR.search(text)
    if days is not None:
        low, high = (f"{int(days[at]):02d}-{int(days[at + 1]):02d}" for at in (1, 3))
        low, high = f"2026-{low}", f"{2026 + (high < low)}-{high}"
        return _one(days, f"date(transacted_at) in {low}..{high}")
    yearly = _DAY_OF_YEAR.search(text)
    if yearly is not None:
        number, date = int(yearly[1]), int(yearly[2])
        if yearly[3]:
            return _one(yearly, f"date(transacted_at) {_SINCE[yearly[3]]} 2026-{number:02d}-{date:02d}")
        return _one(yearly, f"month(transacted_at) = {number} and day_of_month(transacted_at) = {date}")
    return None


def _months(text: str) -> Meanings | None:
    """1월부터 3월까지, 3분기, 하반기: months of every year."""
    span = _MONTHS.search(text)
    if span is not None:
        return _one(span, f"month(transacted_at) in {span[1]}..{span[2]}")
    quarter = _QUARTER.search(text)
    if quarter is not None:
        number = int(quarter[1] or quarter[2])
        return _one(quarter, f"month(transacted_at) in {3 * number - 2}..{3 * number}")
    half = _HALF_YEAR.search(text)
    if half is not None:
        is_first = half[0].lower().startswith(("상", "first"))
        return _one(half, f"month(transacted_at) in {'1..6' if is_first else '7..12'}")
    return None


def _together(text: str) -> Meanings | None:
    """At the same time: how near?"""
    match = _AT_ONCE.search(text)
    if match is None:
        return None
    ways = ", ".join(f"count(same cardholder within {length}) >= 2" for length in ("1 minute", "10 minutes"))
    return Meanings(match.start(), match.end(), ways)


def _month_days(text: str) -> Meanings | None:
    """25일 이후: the days of a month, unless it is told how late a claim was filed."""
    if _FILED.search(text):
        return None
    span = _DAYS_OF_MONTH.search(text)
    if span is not None:
        return _one(span, f"day_of_month(transacted_at) in {span[1]}..{span[2]}")
    day = _DAY_OF_MONTH.search(text)
    if day is not None:
        return _one(day, f"day_of_month(transacted_at) {_SINCE.get(day[2] or '', '=')} {day[1] or day[3]}")
    nth = _NTH.search(text)
    if nth is None:
        return None
    if nth[3]:
        last = nth[3].lower() == "last"
        return _one(nth, f"day_of_month(transacted_at) {'>= 28' if last else '= 1'}")
    return _one(nth, f"day_of_month(transacted_at) {_SINCE.get((nth[1] or '').lower(), '=')} {nth[2]}")


def _ago(text: str) -> Meanings | None:
    for pattern, rule in _FEASTS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            return _one(match, rule)
    for pattern, length in _AGO:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None and not re.search(r"대비|보다|비해|than|compared", text):
            return _one(match, f"now - transacted_at <= {length}")
    return None
