"""Before, after, from or until something that has a name (before lunch, 자정 이후, the day after christmas): the side of it that is meant, never the thing itself."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rules.language.mending.meanings import Meanings
from rules.language.mending.pieces import TIME_WRITTEN
from rules.language.mending.spans import span_of

#: Parts of a day, with where they begin and end as people mostly say it.
_HOURS = (
    (r"점심(?:\s?시간)?(?!값)|\blunch(?:\s?time|\s?hours?|\s?break)?\b", "11:30", "13:30"),
    (r"정오|\bnoon\b|\bmidday\b", "12:00", "12:00"),
    (r"저녁(?:\s?시간)?(?!\s*[0-9])|\b(?:the )?evenings?\b|\bdinner\s?time\b", "18:00", "22:00"),
    (r"아침(?!\s*[0-9])|\b(?:the )?mornings?\b", "06:00", "10:00"),
    (r"\b(?:the )?afternoons?\b", "12:00", "18:00"),
)
_MIDNIGHT = r"자정|\bmidnight\b"
#: Feasts, on their day of the year that examples are of.
_FEASTS = (
    (r"설날|구정|\b(?:lunar new year|seollal)\b", date(2026, 2, 17)),
    (r"추석|한가위|\bchuseok\b", date(2026, 9, 25)),
    (r"성탄절|크리스마스(?!\s?이브)|\bchristmas(?: day)?\b(?! eve)", date(2026, 12, 25)),
    (r"새해|신정|\b(?<!lunar )new year(?:'s)?(?: day)?\b", date(2026, 1, 1)),
)
_MONTH = (
    (r"월말|\b(?:the )?(?:end of (?:the )?month|month[- ]end)\b", {"before": "day_of_month(transacted_at) < 25", "after": "day_of_month(transacted_at) <= 5"}),
    (r"월초|\b(?:the )?(?:beginning|start) of (?:the )?month\b", {"before": "day_of_month(transacted_at) >= 25", "after": "day_of_month(transacted_at) > 5"}),
)  # fmt: skip
_BEHIND = re.compile(
    r"(?:이|가|을|를|의)?\s?(?:(?P<day_before>전날|전\s?일)|(?P<week_before>전\s?주|일주일\s?전)|(?P<day_after>다음\s?날|이튿날|익일)|(?P<week_after>다음\s?주|일주일\s?(?:후|뒤))"
    r"|(?P<before>이전|되기\s?전|전(?=에?(?:\s|$)))|(?P<after>이후|후(?=에?(?:\s|$))|뒤(?=에?(?:\s|$))|지나|지난|넘)|(?P<since>부터)|(?P<until>까지))[가-힣]*"
)
_LEAD = re.compile(
    r"(?:(?P<day_before>\b(?:the )?day before)|(?P<week_before>\b(?:the |in the )?week before)|(?P<day_after>\b(?:the )?day after)|(?P<week_after>\b(?:the |in the )?week after)"
    r"|(?P<before>\bbefore)|(?P<after>\b(?:after|past))|(?P<since>\b(?:from|since))|(?P<until>\b(?:until|till|up to)))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_CLOCK = rf"(?:{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}})"
_NAMED = rf"(?:정오|\bnoon\b|\bmidday\b|{_MIDNIGHT})"
_SPAN = re.compile(
    rf"(?:\b(?:from|between)\s+)?(?P<first>{_NAMED}|{_CLOCK})\s*(?:부터|에서|~|～|-|–|to|until|till|and)\s*(?P<last>{_NAMED}|{_CLOCK})(?:\s*(?:까지|사이))?",
    re.IGNORECASE,
)
_SIGNS = {"before": "<", "after": ">", "since": ">=", "until": "<="}


def sides_asked(text: str) -> Meanings | None:
    """The side of a named hour, feast or part of a month that a text means, and spans from or to noon and midnight; None where it tells none."""
    for match in _SPAN.finditer(text):
        if re.search(_NAMED, match[0], re.IGNORECASE):
            return _span(match)
    for pattern, start, end in _HOURS:
        if (found := _beside(text, pattern)) is not None:
            low, high, side = found
            if side in _SIGNS:
                clock = end if side in {"after", "until"} else start
                ways = f"time(transacted_at) {_SIGNS[side]} {clock}"
                if (side, start) == ("after", "18:00"):  # 저녁 이후: from then on, or later than that
                    ways = f"time(transacted_at) >= {start}, {ways}"
                return Meanings(low, high, ways, is_one=", " not in ways)
    if (found := _beside(text, _MIDNIGHT)) is not None:
        low, high, side = found
        late = side in {"before", "until"}
        return Meanings(low, high, "hour in 22..23, hour in 18..23" if late else "hour in 0..5, is_night")
    for pattern, day in _FEASTS:
        if (found := _beside(text, pattern)) is not None:
            low, high, side = found
            return Meanings(low, high, _of_day(day, side), is_one=True)
    for pattern, rules in _MONTH:
        if (found := _beside(text, pattern)) is not None and found[2] in rules:
            return Meanings(found[0], found[1], rules[found[2]], is_one=True)
    return None


def _beside(text: str, pattern: str) -> tuple[int, int, str] | None:
    """(where it begins, where it ends, the side) of what a text says beside a name."""
    for match in re.finditer(pattern, text, re.IGNORECASE):
        lead, behind = _LEAD.search(text[: match.start()]), _BEHIND.match(text, match.end())
        if lead is not None:
            return lead.start(), match.end(), str(lead.lastgroup)
        if behind is not None:
            return match.start(), behind.end(), str(behind.lastgroup)
    return None


def _of_day(day: date, side: str) -> str:
    one, week = timedelta(days=1), timedelta(days=7)
    if side in _SIGNS:
        return f"date(transacted_at) {_SIGNS[side]} {day}"
    if side.startswith("day"):
        return f"date(transacted_at) = {day - one if side == 'day_before' else day + one}"
    low, high = (day - week, day - one) if side == "week_before" else (day + one, day + week)
    return f"date(transacted_at) in {low}..{high}"


def _span(match: re.Match[str]) -> Meanings:
    """From noon to three, between 11 pm and midnight: named hours are read as the twelve they are."""
    first, last = (_as_clock(match[name]) for name in ("first", "last"))
    spans = span_of(first, last)
    ways = ", ".join(f"time(transacted_at) in {low}..{high}" for low, high in spans)
    return Meanings(match.start(), match.end(), ways, is_one=len(spans) == 1)


def _as_clock(said: str) -> str:
    if re.fullmatch(_MIDNIGHT, said, re.IGNORECASE):
        return "밤 12시"
    return "낮 12시" if re.fullmatch(_NAMED, said, re.IGNORECASE) else said
