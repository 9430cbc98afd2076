"""Amounts and counts as one speaks of them: about 100,000, just below the limit, the third payment, three days in a row, two payments each."""

from __future__ import annotations

import re

from rules.language.literals import money_text
from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.parts import (
    ENGLISH_NUMBERS,
    KOREAN_NUMBERS,
    money_in,
    number_in,
    period_in,
    plain_amount,
    sign_of,
)

_ABOUT = re.compile(
    r"(?<![가-힣])(?:약|대략|거의)\s|정도|가량|쯤|안팎|내외|언저리|\b(?:around|about|approximately|roughly|nearly|almost|close to)\b",
    re.IGNORECASE,
)


_CLASS = re.compile(r"(?<![0-9,.])([0-9]+)\s?(만|천|백만|십만)\s?원?대(?![가-힣])")


_CLASS_OF = {"천": 1000, "만": 10_000, "십만": 100_000, "백만": 1_000_000}


_BELOW = re.compile(
    r"(?:바로\s?(?:아래|밑|전)|직전(?!\s?(?:결제|거래|사용|청구|가맹점|이용))|(?:[0-9만천백]\s?원?\s?)직전(?=\s결제)|살짝\s?(?:아래|밑|못)|조금\s?못)\S*|\bjust (?:below|under|short of)\b|\bslightly (?:below|under)\b",
    re.IGNORECASE,
)


_ABOVE = re.compile(
    r"(?:살짝|조금|약간)\s?(?:넘|초과|위)\S*|\b(?:just|slightly) (?:over|above)\b", re.IGNORECASE
)


_NTH = re.compile(
    r"(?:(?P<korean>첫|두|세|네|다섯|여섯|[0-9]+)\s?번째|(?P<first>첫)\s?(?=결제|이용|방문|거래)(?!\S*\s?(?:가맹점|가게|곳|식당|상점)))\s?(?:결제|이용|방문|거래|청구)?(?P<from>부터|이후|이상)?\S*"
    r"|\b(?:(?P<on>from|after) )?(?:the )?(?P<english>first|second|third|fourth|fifth|2nd|3rd|4th|5th) (?P<what>payment|purchase|transaction|visit|time|claim)\b(?P<behind> on(?:wards)?)?",
    re.IGNORECASE,
)


_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
    "첫": 1,
}


_ROW = re.compile(
    r"(?P<days>(?:[0-9]+)\s?일|이틀|사흘|나흘)?\s?(?:연속|연달아|연이어|연거푸)\S*(?:\s?(?P<behind>[0-9]+)\s?일)?|(?:\b(?P<n>[0-9]+|two|three|four|five) (?P<unit>days|nights) )?\b(?:in a row|running|consecutive(?:ly)?|back[- ]to[- ]back)\b",
    re.IGNORECASE,
)


_DAYS = {"이틀": 2, "사흘": 3, "나흘": 4}


_EACH = re.compile(
    r"\b(?P<n>[0-9]+|two|three|four|five) (?:payments|purchases|transactions|claims),? each\b", re.IGNORECASE
)


_PEOPLE = re.compile(
    r"(?P<n>[0-9]+)\s*(?:명|people|persons)(?:\s*(?:이상|초과))?(?:이|의|가)?(?=\s|$)", re.IGNORECASE
)


_ATTENDING = re.compile(
    r"참석|인원|외부|1인|인당|attend|guest|per (?:head|person)|at (?:most|least)|fewer|more than|이하|미만|만원|over|under|부서|같은|한\s|same",
    re.IGNORECASE,
)


def told(match: re.Match[str], *ways: str) -> Meanings:
    end = match.end() - len(match[0]) + len(match[0].rstrip())
    return Meanings(match.start(), end, ", ".join(ways), is_one=len(ways) == 1)


def nth(text: str) -> Meanings | None:
    """From the third payment on: so many up to this one."""
    match = _NTH.search(text)
    if match is None:
        return None
    said = (match["korean"] or match["first"] or match["english"]).lower()
    number = _ORDINALS.get(said) or KOREAN_NUMBERS.get(said) or int(said)
    is_on = bool(match["from"] or match["behind"] or (match["on"] or "").lower() == "from")
    key = ", merchant" if re.search(r"방문|가맹점|가게|visit|merchant|shop|store", text) else ""
    period = period_in(text)[0] or ", day"
    if number == 1 and key and not period_in(text)[0] and not is_on:
        return told(match, "is_first_at_merchant")
    return told(match, f"count(same cardholder{key}{period}) {'>=' if is_on else '='} {number}")


def in_a_row(text: str) -> Meanings | None:
    """Three days in a row: on so many days of as many; twice in a row: within minutes."""
    match = _ROW.search(text)
    if match is None:
        return None
    said = match["days"] or match["behind"] or match["n"]
    if not said:
        key = ", merchant" if re.search(r"같은\s?(?:가맹점|가게)|same (?:merchant|shop|store)", text) else ""
        times = re.search(r"([0-9]+)\s*(?:회|번|건|times|payments)", text)
        return told(
            match,
            f"count(same cardholder{key} within 10 minutes) >= {times[1] if times else 2}",
            "minutes_since_previous < 10",
        )
    digits = re.sub(r"[^0-9]", "", said)
    number = int(digits) if digits else _DAYS.get(said) or ENGLISH_NUMBERS[said.lower()]
    key = (
        ", merchant"
        if re.search(r"같은\s?(?:가맹점|가게)|same (?:merchant|shop|store)|one (?:shop|merchant)", text)
        else ""
    )
    return told(match, f"distinct(business_date same cardholder{key} within {number} days) >= {number}")


def class_of_amounts(text: str) -> Meanings | None:
    """9만원대: from 90,000 to just below 100,000."""
    match = _CLASS.search(text)
    if match is None:
        return None
    low, step = int(match[1]) * _CLASS_OF[match[2]], _CLASS_OF[match[2]]
    if match[1].endswith("0"):
        step *= 10 ** (len(match[1]) - len(match[1].rstrip("0")))
    return told(match, f"amount >= {low:,} KRW and amount < {low + step:,} KRW")


def nearly(text: str) -> Meanings | None:
    """About, just below, slightly over an amount or the limit: how near is the company's to say, a tenth is an example."""
    for pattern, low, high, signs in (
        (_BELOW, 90, 100, (">=", "<")),
        (_ABOVE, 100, 110, (">", "<=")),
        (_ABOUT, 90, 110, (">=", "<=")),
    ):
        match = pattern.search(text)
        if match is None:
            continue
        money = money_in(text)
        if len(money) == 1:
            number, currency = plain_amount(money[0].out)
            ends = [money_text(number * share / 100, currency) for share in (low, high)]
            return (
                None
                if None in ends
                else told(match, f"amount {signs[0]} {ends[0]} and amount {signs[1]} {ends[1]}")
            )
        if re.search(r"한도|limit", text) and pattern is not _ABOUT:
            sides = [f"{share}% * card.limit" if share != 100 else "card.limit" for share in (low, high)]
            return told(match, f"amount {signs[0]} {sides[0]} and amount {signs[1]} {sides[1]}")
    return None


def of_each(text: str) -> Meanings | None:
    """Two payments each over 100,000: the amount of every payment that is counted."""
    match = _EACH.search(text)
    money = money_in(text)
    if match is None or len(money) != 1:
        return None
    limit = f"amount {sign_of(text, money[0]) or '>='} {money[0].out}"
    return told(
        match,
        f"count(same cardholder{period_in(text)[0] or ', day'} where {limit}) >= {number_in(match['n'])}",
    )


def people(text: str) -> Meanings | None:
    """5 people within a week: at one merchant, or at one table?"""
    match = _PEOPLE.search(text)
    period, said = period_in(text)
    if match is None or said is None or _ATTENDING.search(text.replace(match[0], " ")):
        return None
    number = number_in(match["n"])
    return told(
        match,
        f"distinct(cardholder same merchant{period}) >= {number}",
        f"distinct(cardholder same department{period}) >= {number}",
    )
