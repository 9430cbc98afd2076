"""Beginnings and ends of months, quarters, weeks and years: the last three days of the month, 분기 첫 5일, the first Monday; each as a condition."""

from __future__ import annotations

import re

_PAID = "transacted_at"
_DAY = f"day_of_month({_PAID})"
_MONTH = f"month({_PAID})"
_DAYS = {
    "하루": 1,
    "이틀": 2,
    "사흘": 3,
    "나흘": 4,
    "닷새": 5,
    "엿새": 6,
    "열흘": 10,
    "보름": 15,
    "일주일": 7,
}
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "couple of": 2,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "첫": 1, "첫째": 1, "첫번째": 1, "둘째": 2, "두번째": 2, "셋째": 3, "세번째": 3, "넷째": 4, "네번째": 4,
}  # fmt: skip
_WEEKDAYS = {
    word: at for at, words in enumerate(("월 monday", "화 tuesday", "수 wednesday", "목 thursday", "금 friday", "토 saturday", "일 sunday"), 1) for word in words.split()
}  # fmt: skip
_MONTHS = {
    word: at
    for at, word in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
_UNIT_KO = r"(?P<unit>매월|매달|매\s?분기|매주|매년|해마다|달마다|(?:한\s|그\s?|이번\s?)?달|(?:한\s|그\s?)?해|(?:한\s|그\s)?주|(?:각\s?|한\s)?분기|분기|월|연|년|(?P<month>1[0-2]|[1-9])월)"
_LAST_KO = r"(?P<last>말(?:의)?\s?마지막|말|마지막|막바지|끝\s?무렵|끝)"
_FIRST_KO = r"(?P<first>초\s?첫|초|첫|처음|시작\s?후)"
_TAIL_KO = r"(?:간|\s?동안)?(?:\s?(?:이내|내|안|사이))?(?:(?P<join>과|와|이고|이면서|이며|인데|이거나|이나)|에는|에|의|은|는|이|가|로|인)?(?![가-힣])"
_SPAN_KO = re.compile(
    rf"{_UNIT_KO}(?:의)?\s?(?:{_LAST_KO}|{_FIRST_KO})(?:의)?\s?(?:(?P<n>[0-9]{{1,2}})\s?(?P<of>일|주일?)|(?P<word>{'|'.join(_DAYS)})|(?P<day>날|째\s?날|번째\s?날)|(?P<week>주(?!말)))(?!\s?(?:전|후|부터|까지)){_TAIL_KO}"
)
_NTH_KO = re.compile(
    rf"(?:{_UNIT_KO}(?:의)?\s?)?(?P<nth>마지막|첫\s?번째|첫째|첫|두\s?번째|둘째|세\s?번째|셋째|네\s?번째|넷째)\s?(?P<weekday>[월화수목금토일])요일(?:(?P<join>이고|이면서|이며|인데|이거나|이나)|에는|에|의|마다|은|는|이|가|인)?(?![가-힣])"
)
_LEAD = r"(?:(?:in|on|during|within|at)\s+)?(?:the\s+|its\s+)?"
_ONE = r"(?:the|each|every|a|any|this|that)"
_UNIT = rf"(?:{_ONE}\s+)?(?:calendar\s+)?(?P<unit>month|quarter|week|year|{'|'.join(_MONTHS)})\b"
_SPAN = re.compile(
    rf"{_LEAD}(?P<side>last|final|closing|first|opening|initial)\s+(?:(?P<n>[0-9]{{1,2}}|{'|'.join(_NUMBERS)})\s+)?(?P<of>days?|weeks?)\s+(?:of|in)\s+{_UNIT}",
    re.IGNORECASE,
)
_NTH = re.compile(
    rf"{_LEAD}(?P<nth>last|final|first|1st|second|2nd|third|3rd|fourth|4th)\s+(?P<weekday>{'|'.join(word for word in _WEEKDAYS if word.isascii())})\s+(?:of|in)\s+(?:{_ONE}\s+)?(?P<unit>month|{'|'.join(_MONTHS)})\b",
    re.IGNORECASE,
)
_BUSINESS = re.compile(
    rf"{_LEAD}(?P<side>last|final|first)\s+(?:(?P<n>[0-9]|{'|'.join(_NUMBERS)})\s+)?(?:business|working)[\s-]?days?\s+(?:of|in)\s+(?:{_ONE}\s+)?month\b"
    rf"|(?:매월|매달|(?:한\s?)?달(?:의)?|월(?:의)?)\s?(?:말\s?)?(?P<side_ko>마지막|첫|첫째|첫\s?번째)\s?(?:(?P<n_ko>[0-9])\s?)?(?:영업일|근무일)(?:\s?(?P<n_behind>[0-9])일)?(?:에|의|은|는|이)?(?![가-힣])",
    re.IGNORECASE,
)
_OF_QUARTER = re.compile(
    rf"(?:{_LEAD})(?P<side>last|final|first|second|middle)\s+month\s+of\s+(?:{_ONE}\s+)?(?P<unit>quarter|year)\b"
    r"|(?:매\s?|각\s?)?(?P<of>분기|연|한\s?해)(?:의)?\s?(?P<side_ko>마지막|첫|첫\s?번째|둘째)\s?(?:번째\s?)?달(?:에는|에|의|은|는|이)?(?![가-힣])",
    re.IGNORECASE,
)
_MOST = {"month": 15, "quarter": 28, "year": 28}


def edge_at(text: str, start: int) -> tuple[int, str, str] | None:
    """(where it ends, its condition, how the next is joined: empty where nothing says so) of an edge of a month, quarter, week or year told from ``start`` on; None where none is."""
    for pattern, reader in (
        (_BUSINESS, _business),
        (_OF_QUARTER, _of_quarter),
        (_NTH_KO, _nth),
        (_SPAN_KO, _span_ko),
        (_NTH, _nth),
        (_SPAN, _span),
    ):
        match = pattern.match(text, start)
        said = reader(match) if match is not None else None
        if match is not None and said is not None:
            join = match.groupdict().get("join") or ""
            return match.end(), said, "or" if join.endswith(("나", "과", "와")) else "and" if join else ""
    return None


_WEEK = re.compile(
    rf"(?:{_UNIT_KO}(?:의)?\s?)?(?P<nth>마지막|첫\s?번째|첫째|첫|두\s?번째|둘째|세\s?번째|셋째|네\s?번째|넷째)\s?주(?:의)?(?:\s?(?P<weekday>[월화수목금토일])요일)?(?:에는|에만|에|의)?(?![가-힣])"
    rf"|{_LEAD}(?P<english>second|2nd|third|3rd|fourth|4th)\s+week\s+(?:of|in)\s+(?:{_ONE}\s+)?month\b",
    re.IGNORECASE,
)
_BEFORE_END = re.compile(
    r"(?:월말|말일|(?:매월|매달|달)\s?말)\s?(?:마지막\s?)?(?P<n>[0-9]{1,2})\s?일\s?전(?:부터|이후)?(?![가-힣])|\b(?P<english>[0-9]{1,2}|two|three|five|seven) days? before (?:the )?(?:end of (?:the |each |every )?month|month[- ]end)\b",
    re.IGNORECASE,
)


_QUARTERS_END = re.compile(
    r"분기\s?말(?!\s?(?:[0-9]|마지막|이틀|사흘|나흘|열흘|일주일|하루))|\b(?:the )?(?:end of (?:the |each |every )?quarter|quarter[- ]end)\b|분기\s?초(?!\s?(?:[0-9]|첫|이틀|사흘|나흘|열흘|일주일|하루))|\b(?:the )?(?:beginning|start) of (?:the |each |every )?quarter\b",
    re.IGNORECASE,
)


def weeks_at(text: str) -> tuple[int, int, str] | None:
    """(begin, end, what it may mean) of a week of a month, days of a week, days before a month's end or a quarter's end; None where none is told."""
    match = _BEFORE_END.search(text)
    if match is not None:
        said = match["n"] or match["english"].lower()
        days = int(said) if said.isdigit() else _NUMBERS[said]
        return match.start(), match.end(), ", ".join(_days(one, is_last=True) for one in (days, days + 1))
    for pattern, reader in ((_SPAN_KO, _korean), (_SPAN, _english)):
        for match in pattern.finditer(text):
            ways = _of_week(match) or reader(match)
            if ways:
                return match.start(), match.end(), ways
    match = _QUARTERS_END.search(text)
    if match is not None:
        is_end = re.search("end|말", match[0], re.IGNORECASE)
        named, edge = ("3, 6, 9, 12", ">= 25") if is_end else ("1, 4, 7, 10", "<= 5")
        months = f"{_MONTH} in ({named})"
        return match.start(), match.end(), f"{months}, {months} and {_DAY} {edge}"
    match = _WEEK.search(text)
    if match is None:
        return None
    said = re.sub(r"\s", "", match["nth"] or match["english"]).lower()
    weekday = f"weekday = {_WEEKDAYS[match['weekday']]} and " if match["weekday"] else ""
    if said == "마지막":
        return match.start(), match.end(), f"{weekday}{_days(7, is_last=True)}"
    at = _ORDINALS[said]
    return match.start(), match.end(), f"{weekday}{_DAY} in {7 * at - 6}..{7 * at}"


def _of_week(match: re.Match[str]) -> str:
    """The first or last days of a week, which begins on Monday or Sunday and ends for some on Friday; empty where it is none of a week."""
    found = match.groupdict()
    if "side" not in found and re.search("달|분기|년|해|연|월", found["unit"]):
        return ""
    if "side" in found and found["unit"].lower() != "week":
        return ""
    said = (found["n"] or found.get("word") or "1").lower()
    days = int(said) if said.isdigit() else _NUMBERS.get(said) or _DAYS[said]
    is_last = bool(found.get("last")) or (found.get("side") or "").lower() in {"last", "final", "closing"}
    if not 0 < days < 5:
        return ""
    if days == 1:
        return "weekday = 7, weekday = 5, weekday = 6" if is_last else "weekday = 1, weekday = 7"
    return (
        f"weekday in {8 - days}..7, weekday in {6 - days}..5"
        if is_last
        else f"weekday in 1..{days}, weekday in 7..{days - 1}"
    )


def edges_in(text: str) -> list[tuple[int, int, str]]:
    """(begin, end, condition) of every edge a text tells, in order."""
    at, found = 0, []
    while at < len(text):
        edge = edge_at(text, at) if not (at and text[at - 1].isalnum()) else None
        if edge is not None:
            found.append((at, edge[0], edge[1]))
            at = edge[0]
        at += 1
    return found


def without_edges(text: str) -> str:
    """The text with blanks for every edge it tells, as long as before: what else it says can be asked about alone."""
    for start, end, _ in edges_in(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _span_ko(match: re.Match[str]) -> str | None:
    return None if match["week"] else _korean(match)


def _korean(match: re.Match[str]) -> str | None:
    if match["word"]:
        days = _DAYS[match["word"]]
    elif match["n"]:
        days = int(match["n"]) * (7 if match["of"] != "일" else 1)
    else:
        days = 7 if match["week"] else 1
    if match["month"]:
        return _edge(days, f"{match['month']}월", is_last=bool(match["last"]))
    said = match["unit"]
    unit = next(
        name
        for words, name in (("분기", "quarter"), ("월|달", "month"), ("주", "week"), ("", "year"))
        if re.search(words, said)
    )
    return _edge(days, unit, is_last=bool(match["last"]))


def _span(match: re.Match[str]) -> str | None:
    return None if match["of"].lower() == "week" else _english(match)


def _english(match: re.Match[str]) -> str | None:
    is_weeks = match["of"].lower().startswith("week")
    said = (match["n"] or "1").lower()
    days = (int(said) if said.isdigit() else _NUMBERS[said]) * (7 if is_weeks else 1)
    unit = match["unit"].lower()
    is_last = match["side"].lower() in {"last", "final", "closing"}
    return _edge(days, f"{_MONTHS[unit]}월" if unit in _MONTHS else unit, is_last=is_last)


def _edge(days: int, unit: str, *, is_last: bool) -> str | None:
    """The first or last days of a unit, which is one of four, or a month of the year (``12월``)."""
    named = unit.removesuffix("월") if unit.endswith("월") else ""
    if unit == "week" or not 0 < days <= _MOST["month" if named else unit]:
        return None
    edge = _days(days, is_last=is_last)
    if unit == "month":
        return edge
    months = {
        "quarter": "(3, 6, 9, 12)" if is_last else "(1, 4, 7, 10)",
        "year": "12" if is_last else "1",
    }.get(unit, named)
    return f"{_MONTH} {'in' if unit == 'quarter' else '='} {months} and {edge}"


def _days(days: int, *, is_last: bool) -> str:
    """The last three days of a month are those on which three days later is a day up to the third."""
    moment = f"day_of_month({_PAID} + {days} day{'s' if days > 1 else ''})" if is_last else _DAY
    return f"{moment} = 1" if days == 1 else f"{moment} <= {days}"


def _nth(match: re.Match[str]) -> str | None:
    said = re.sub(r"\s", "", match["nth"]).lower()
    weekday = _WEEKDAYS[match["weekday"].lower()]
    unit = re.sub(r"\s", "", match.groupdict().get("unit") or "").lower()
    number = match.groupdict().get("month") or _MONTHS.get(unit)
    if not number and re.search("분기|quarter|주|년|해|연", unit):
        return None
    named = f"{_MONTH} = {number} and " if number else ""
    if said in {"마지막", "last", "final"}:
        return f"{named}weekday = {weekday} and {_days(7, is_last=True)}"
    at = _ORDINALS[said]
    within = f"{_DAY} <= 7" if at == 1 else f"{_DAY} in {7 * at - 6}..{7 * at}"
    return f"{named}weekday = {weekday} and {within}"


def _of_quarter(match: re.Match[str]) -> str | None:
    """The months of the year that are a quarter's first, second or last; the year's own."""
    side = re.sub(r"\s", "", match["side"] or match["side_ko"]).lower()
    at = 0 if side.startswith(("first", "첫")) else 2 if side in {"last", "final", "마지막"} else 1
    if re.search("quarter|분기", match[0], re.IGNORECASE):
        return f"{_MONTH} in ({', '.join(str(one + at) for one in (1, 4, 7, 10))})"
    return None if at == 1 else f"{_MONTH} = {1 if at == 0 else 12}"


def _business(match: re.Match[str]) -> str | None:
    """Of a month's business days those up to the third, or those with fewer than three behind them."""
    said = (match["n"] or match["n_ko"] or match["n_behind"] or "1").lower()
    days = int(said) if said.isdigit() else _NUMBERS[said]
    if not 0 < days < 6:
        return None
    is_last = (match["side"] or match["side_ko"]).lower() in {"last", "final", "마지막"}
    if is_last:
        later = f"{_PAID} + (32 - {_DAY}) * 1 day"  # some day of the next month
        left = f"business_days_between({_PAID}, {later} - day_of_month({later}) * 1 day)"
        return f"is_business_day and {left} {'= 0' if days == 1 else f'< {days}'}"
    before = f"business_days_between({_PAID} - {_DAY} * 1 day, {_PAID})"
    return f"is_business_day and {before} {'=' if days == 1 else '<='} {days}"
