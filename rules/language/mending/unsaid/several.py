"""Several payments of which something was not said: how many, how often, whose; the whole company, which no window holds; and cards."""

from __future__ import annotations

import re

from rules.language.literals import usual_currency
from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.parts import (
    ENGLISH_NUMBER,
    KOREAN_NUMBER,
    money_in,
    number_in,
    period_in,
    sign_at,
    sign_of,
)

_ALL = re.compile(
    r"(?:모든|전체|전)\s?(?:직원|사원|임직원|사용자|카드\s?사용자|카드|부서|사람)(?:들|의|이|가)?|직원\s?(?:전체|전원|모두)|회사\s?(?:전체|전부)|전사(?!적)|전부\s?합|우리\s?회사"
    r"|\ball (?:of )?(?:the |our )?(?:employees|staff|cardholders|users|cards|departments|people)\b|\b(?:everyone|everybody)\b|\bcompany[- ]?wide\b"
    r"|(?<!left )\b(?:the |our )?(?:whole |entire )?company(?:'s)?\b(?<!left the company)(?! (?:cars?|cards?|vehicles?|phones?|policy|rules?))",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"합계|총|누적|하루|매일|월\s|한\s?달|일주일|연간|분기|[0-9]\s*(?:번|회|건)|\b(?:total|sum|times|payments|per|a|each|every|daily|monthly|weekly) ?(?:day|week|month|year|quarter|of|exceed\w*|over)?\b",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?:같은|동일한?|한|하나의)\s*(?:법인\s?)?카드(?![가-힣]*\s?사용자)(?:로|에서|에|가|는)?|카드(?:별|마다|당)(?:로)?|\b(?:the same|same|one|a single|single|each|per|every) (?:corporate )?card\b(?!\s*holder)",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"매일|날마다|매주|매달|매월|하루에?\s*한\s?번|\bonce (?:a|per) (?:day|week|month)\b|\bevery (?:day|week|month)\b|\b(?:daily|weekly|monthly)$",
    re.IGNORECASE,
)
_KEY_OF = {
    "가맹점": "merchant", "가게": "merchant", "상점": "merchant", "금액": "amount", "merchant": "merchant", "shop": "merchant", "store": "merchant", "amount": "amount",
}  # fmt: skip
_SAME = re.compile(
    r"(?:같은|동일한?|\b(?:the )?same|\bidentical)\s*(가맹점|가게|상점|금액|merchant|shop|store|amount)(?:\s+and\s+(merchant|shop|store|amount)\b)?",
    re.IGNORECASE,
)
#: What says how many, or that it is no matter of how many.
_COUNTED = re.compile(
    r"[0-9]|한\s?번|두|세|네|다섯|\b(?:one|two|three|four|five|twice|thrice|once|more than|times|total|sum)\b|합계|금액이|다른|different|마다|별|중복|넘|초과|이상",
    re.IGNORECASE,
)
_WITHIN_DAY = re.compile(
    r"\s*(?P<twice>twice )?(?:within|in) (?:a|one|1) day(?P<behind> twice)?\s*|\s*(?:1\s?일|하루)\s?(?:이내|안)(?:에)?\s*",
    re.IGNORECASE,
)
_OTHER_SHOPS = re.compile(
    r"(?:서로\s?)?다른\s?(?:가맹점|가게|상점|곳)(?:에서|의)?|\bdifferent (?:merchants|shops|stores|places|vendors)\b",
    re.IGNORECASE,
)
_TIMES_SAID = re.compile(
    rf"({KOREAN_NUMBER})\s*(?:번|회|건)|\b(twice|(?:{ENGLISH_NUMBER})(?= times| payments))\b", re.IGNORECASE
)
_COUNT = re.compile(
    r"\s*(?:(?:하루|월|일)\s*)?(?:결제\s*|사용\s*)?(?:건수|횟수|number of (?:payments|transactions|claims))(?:가|는)?\s*([0-9]+)\s*(?:건|회|번)?\s*",
    re.IGNORECASE,
)


def several_asked(text: str) -> Meanings | None:
    """What is not said of several payments in a text; None where all is."""
    for asked in (_everybody, _card, _different, _weeks, _often, _alike, _day_alone, _times):
        found = asked(text)
        if found is not None:
            return found
    return None


def _everybody(text: str) -> Meanings | None:
    """No window holds the whole company: a total is one person's, a department's, a merchant's."""
    match = _ALL.search(text)
    if match is None or _SEVERAL.search(text[: match.start()] + " " + text[match.end() :]) is None:
        return None
    period = period_in(text)[0] or " within 30 days"
    money = money_in(text)
    number = re.search(r"([0-9]+)\s*(?:번|회|건|times|payments)", text)
    sign = sign_of(text, money[0]) if money else sign_at(text, *number.span()) if number else ""
    sign = sign or ">="
    if money or number is None:
        limit = f"{sign} {money[0].out}" if money else f"{sign} 10,000,000 {usual_currency()}"
        call = "sum(amount same {}{})"
    else:
        limit, call = f"{sign} {number[1]}", "count(same {}{})"
    ways = ", ".join(
        f"{call.format(key, period)} {limit}" for key in ("department", "merchant", "cardholder")
    )
    return Meanings(match.start(), match.end(), ways)


def _card(text: str) -> Meanings | None:
    match = _CARD.search(text)
    if match is None:
        return None
    people = re.search(
        r"([0-9]+|두|세|네)\s*(?:명|사람)|\b([0-9]+|two|three|four|other|another|several)\s+(?:people|employees|persons|users|person|employee)\b|다른\s?사람|남의",
        text,
        re.IGNORECASE,
    )
    if people is not None:
        whose = f"distinct(card.user_no same cardholder{period_in(text)[0] or ', day'}) >= 2"
        return Meanings(match.start(), match.end(), f'{whose}, card.kind = "shared"', code="cards_unseen")
    number = re.search(r"([0-9]+|두|세|네|two|three|four)\s*(?:번|회|건|times|payments)", text, re.IGNORECASE)
    said = {"두": "2", "세": "3", "네": "4", "two": "2", "three": "3", "four": "4"}
    times = said.get(number[1].lower(), number[1]) if number else "3"
    period = period_in(text)[0] or " within 30 days"
    money = money_in(text)
    if money and number is None:
        limit = f"{sign_of(text, money[0]) or '>='} {money[0].out}"
        return Meanings(
            match.start(), match.end(), f"sum(amount same cardholder{period}) {limit}", code="cards_unseen"
        )
    return Meanings(
        match.start(), match.end(), f"count(same cardholder{period}) >= {times}", code="cards_unseen"
    )


def _different(text: str) -> Meanings | None:
    """``다른 가맹점 같은 금액 하루 2번``: so many shops as payments were said, of what is the same of them."""
    match, times = _OTHER_SHOPS.search(text), _TIMES_SAID.search(text)
    if match is None or times is None:
        return None
    said = times[1] or times[2]
    number = 2 if said.lower() == "twice" else number_in(said)
    key = ", amount" if re.search(r"(?:같은|동일한?)\s*금액|\bsame amount", text, re.IGNORECASE) else ""
    sign = sign_at(text, *times.span()) or ">="
    way = f"distinct(merchant same cardholder{key}{period_in(text)[0] or ' within 30 days'}) {sign} {number}"
    return Meanings(match.start(), match.end(), way, is_one=True)


def _weeks(text: str) -> Meanings | None:
    """2주 안에 100만원 초과: the total, or one payment of them? Never a number of payments."""
    period, said = period_in(text)
    money = money_in(text)
    sign = sign_of(text, money[0]) if money else ""
    if (
        said is None
        or "week" not in period
        or not period.startswith(" within")
        or len(money) != 1
        or not sign
    ):
        return None
    if re.search(r"합계|총|누계|total|sum", text) or re.search(r"[0-9]\s*(?:번|회|건|times|payments)", text):
        return None
    ways = f"sum(amount same cardholder{period}) {sign} {money[0].out}, amount {sign} {money[0].out}"
    return Meanings(min(said.start(), money[0].start), max(said.end(), money[0].end), ways)


def _often(text: str) -> Meanings | None:
    """매주, once a day: how often something comes back, which every payment does once."""
    match = _OFTEN.search(text)
    if (
        match is None
        or money_in(text)
        or re.search(r"[0-9]|두|세|네|two|three|four|more than|합계|total", text)
    ):
        return None
    key = ", merchant" if re.search(r"가맹점|가게|곳|merchant|shop|store|place", text) else ""
    period, times = (
        (", day", 2) if re.search(r"하루|매일|날마다|day|daily", match[0]) else (" within 30 days", 4)
    )
    ways = ", ".join(f"count(same cardholder{key}{period}) {sign} {times}" for sign in (">=", "="))
    return Meanings(match.start(), match.end(), ways)


def _alike(text: str) -> Meanings | None:
    """최근 3일 같은 가맹점: how many times was not said."""
    alike = list(_SAME.finditer(text))
    period, said = period_in(text)
    if not alike or not period or money_in(text):
        return None
    rest = text if said is None else text[: said.start()] + " " + text[said.end() :]
    if _COUNTED.search(rest):
        return None
    named = {_KEY_OF[word.lower()] for one in alike for word in one.groups() if word}
    keys = "".join(f", {key}" for key in ("merchant", "amount") if key in named)
    calls = (f"count(same cardholder{keys}{period})", f"count(same {keys.removeprefix(', ')}{period})")
    ways = ", ".join(f"{call} >= 2" for call in calls)
    return Meanings(alike[0].start(), alike[-1].end(), f"{ways}, {calls[0]} >= 3")


def _day_alone(text: str) -> Meanings | None:
    """Within one day: so many payments, or filed so soon?"""
    match = _WITHIN_DAY.fullmatch(text)
    if match is None:
        return None
    ways = ("count(same cardholder within 1 day) >= 2", "submitted_at - transacted_at <= 1 day")
    return Meanings(
        0,
        len(text),
        ways[0] if (match["twice"] or match["behind"]) else ", ".join(ways),
        is_one=bool(match["twice"] or match["behind"]),
    )


def _times(text: str) -> Meanings | None:
    """건수 10: exactly, or at least?"""
    match = _COUNT.fullmatch(text)
    if match is None:
        return None
    call = f"count(same cardholder{period_in(text)[0] or ' within 30 days'})"
    return Meanings(0, len(text), ", ".join(f"{call} {sign} {match[1]}" for sign in (">=", ">", "=")))
