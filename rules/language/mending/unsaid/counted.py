"""People, cards, shops, cities, countries and departments that are counted: how many different ones, never payments of one person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.parts import ENGLISH_NUMBER, KOREAN_NUMBER, number_in, period_in, sign_in
from rules.language.text import quote

#: What is counted | Korean words, as parts of a regular expression | English words in the plural.
_THINGS = {
    "cardholder": (r"직원|사원|임직원|카드\s?사용자|사용자|소지자|사람|동료", r"employees|card\s?holders|persons|people|users|colleagues|staff members|workers|members of staff|holders"),
    "card": (r"카드", r"cards"),
    "merchant": (r"가맹점|가게|상점|매장|업소|업체|점포", r"shops|stores|merchants|places|vendors|suppliers|locations|businesses"),
    "merchant.country": (r"국가|나라", r"countries"),
    "merchant.region": (r"도시|지역|시도", r"cities|regions|towns"),
    "department": (r"부서|팀|본부", r"departments|teams|divisions"),
    "merchant.mcc": (r"업종", r"categories|merchant categories|trades"),
    "approver": (r"승인자|결재자", r"approvers"),
    "kind": (r"식당|음식점|술집|카페|편의점|주유소|노래방|호텔|주점|백화점|마트|골프장|커피숍|병원|약국", r"restaurants|bars|pubs|cafes|hotels|clubs|taxis|supermarkets|golf courses|petrol stations|gas stations"),
}  # fmt: skip
#: Counting words and what they can count.
_COUNTERS = {
    "명": {"cardholder", "approver"}, "사람": {"cardholder"}, "인": {"cardholder"}, "곳": {"merchant", "kind", "department", "merchant.region", "merchant.country"},
    "군데": {"merchant", "kind"}, "개소": {"merchant", "kind"}, "장": {"card"}, "개국": {"merchant.country"}, "개": set(_THINGS) - {"cardholder", "approver"},
}  # fmt: skip
_KOREAN_THING = "|".join(f"(?P<t{at}>{korean})" for at, (korean, _) in enumerate(_THINGS.values()))
_COUNTER = "|".join(sorted(_COUNTERS, key=len, reverse=True))
_BEHIND = r"(?=$|[\s,.]|[이가은는을를의에로]|에서|으로|이상|초과|이하|미만|넘|이내)"
_SIGN_KO = r"(?:\s*(?:이상|초과|이하|미만|넘[가-힣]*)(?:의|이|인|을|에서|으로)?)?"
_DIFFERENT = r"(?:(?:서로\s?)?다른\s*|서로\s?다른\s*)?"
_THING_FIRST = re.compile(
    rf"(?<![가-힣]){_DIFFERENT}(?:{_KOREAN_THING})(?:이|가|은|는|을|를|의|에서)?\s*(?:(?:개?수|숫자)(?:이|가|는)?\s*)?(?P<n>{KOREAN_NUMBER})\s*(?P<counter>{_COUNTER}){_BEHIND}{_SIGN_KO}"
)
_NUMBER_FIRST = re.compile(
    rf"(?<![0-9,.가-힣])(?P<n>{KOREAN_NUMBER})\s*(?:(?P<counter>{_COUNTER})(?P<sign>\s*(?:이상|초과))?(?:의)?\s*)?{_DIFFERENT}(?:{_KOREAN_THING}){_BEHIND}{_SIGN_KO}"
)
_COUNTER_ALONE = re.compile(
    rf"(?<![0-9,.가-힣])(?P<n>{KOREAN_NUMBER})\s*(?P<counter>곳|군데|개소|개국){_BEHIND}{_SIGN_KO}"
)
_PEOPLE_TOGETHER = re.compile(
    rf"(?<![0-9,.가-힣])(?P<n>{KOREAN_NUMBER})\s*명{_BEHIND}{_SIGN_KO}(?=.*(?:같은|동일|한)\s*(?:가맹점|가게|식당|곳|상점|금액))"
)
_SIGN_EN = r"(?:more than|at least|at most|fewer than|less than|no more than|up to|over|above|exactly|not more than|minimum of)\s+"
_ENGLISH = re.compile(
    rf"\b(?:{_SIGN_EN})?(?P<n>{ENGLISH_NUMBER})\s+(?:or (?:more|fewer|less)\s+)?(?:different\s+|distinct\s+|separate\s+|other\s+|of our\s+)?(?:"
    + "|".join(f"(?P<t{at}>{english})" for at, (_, english) in enumerate(_THINGS.values()))
    + r")\b",
    re.IGNORECASE,
)
_ONE_ENGLISH = re.compile(
    r"\bmore than one\s+(?:different\s+)?(?P<one>employee|cardholder|card\s?holder|person|user|shop|store|merchant|country|city|department|card|approver)\b",
    re.IGNORECASE,
)
_ONES = {
    "employee": "cardholder", "cardholder": "cardholder", "card holder": "cardholder", "person": "cardholder", "user": "cardholder", "shop": "merchant", "store": "merchant",
    "merchant": "merchant", "country": "merchant.country", "city": "merchant.region", "department": "department", "card": "card", "approver": "approver",
}  # fmt: skip
_SHARED = re.compile(r"(?:같은|동일한?|한)\s*(?:가맹점|가게|상점|곳|식당|술집|카페)|\b(?:same|one|single|a)\s+(?:merchant|shop|store|place|vendor|restaurant|bar)\b", re.IGNORECASE)  # fmt: skip
_SAME_AMOUNT = re.compile(r"(?:같은|동일한?)\s*금액|\bsame amounts?\b", re.IGNORECASE)
_SAME_DEPARTMENT = re.compile(
    r"(?:같은|동일한?|한)\s*(?:부서|팀)|\b(?:same|one|a)\s+(?:department|team)\b", re.IGNORECASE
)
_SAME_GRADE = re.compile(
    r"(?:같은|동일한?|한)\s*(?:직급|등급)|\b(?:same|one)\s+(?:grade|rank)\b", re.IGNORECASE
)
_SAME_REGION = re.compile(
    r"(?:같은|동일한?|한)\s*(?:도시|지역)|\b(?:same|one|single)\s+(?:city|region|town)\b", re.IGNORECASE
)
#: What those who are counted have in common → its key.
_IN_COMMON = {"department": _SAME_DEPARTMENT, "grade": _SAME_GRADE, "region": _SAME_REGION}
_KIND = re.compile(r"식당|술집|카페|restaurant|bar", re.IGNORECASE)
_GUESTS = re.compile(r"참석|인원|손님|외부|attend|guest|participant", re.IGNORECASE)
#: What says nothing beside what is counted and its period.
_FILLERS = re.compile(
    r"결제(?:한|된|하는|하면|하고)?|사용(?:한|된|하는)?|이용|경우|건|카드로|에서|으로|이상|초과|이하|미만|넘게|넘는|넘은|에|의|이|가|은|는|을|를"
    r"|\b(?:payments?|purchases?|transactions?|claims?|pay|paid|paying|used|use|at|in|on|the|by|of|from|with|different|within|a|is|are|or more|visits?)\b|[\s,.]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Counted:
    thing: str
    number: int
    start: int
    end: int
    written: str


def things_counted(text: str) -> Meanings | None:
    """What a rule asks where different people, shops or places are counted; None where none are."""
    found = _found(text)
    if found is None:
        return None
    around = text[: found.start] + " " + text[found.end :]
    period, said = period_in(around)
    sign = sign_in(found.written)
    number = found.number
    if sign == ">" and number == 1:
        sign, number = ">=", 2
    if found.thing == "card":
        return _cards(found, text, period, f"{sign or '>='} {number}")
    limit = f"{sign or '>='} {number}"
    calls = [_call(found, text, one) for one in ([period] if period else [", day", " within 30 days"])]
    choices = ", ".join(f"{call} {limit}" for call in calls)
    rest = around[: said.start()] + " " + around[said.end() :] if said is not None else around
    for told in (_SHARED, _SAME_AMOUNT, *_IN_COMMON.values()):
        rest = told.sub(" ", rest, count=1)
    is_plain = bool(period) and found.thing not in {"card", "kind"} and not _FILLERS.sub("", rest)
    shared = _SHARED.search(text)
    is_plain &= found.thing not in {"cardholder", "department", "approver"} or shared is not None
    is_plain &= shared is None or _KIND.search(shared[0]) is None  # the same restaurant: its kind is said too
    return Meanings(found.start, found.end, choices, is_one=len(calls) == 1, rule=choices if is_plain else "")


def _cards(found: _Counted, text: str, period: str, limit: str) -> Meanings:
    """Cards are not told apart: their kinds are, and at one merchant the people who pay there."""
    if _SHARED.search(text):
        ways = [f"distinct(cardholder same merchant{period or ', day'}) {limit}"]
    else:
        ways = [f"distinct(card.kind same cardholder{period or ', day'}) >= 2"]
    return Meanings(found.start, found.end, ", ".join(ways), code="cards_unseen")


def _found(text: str) -> _Counted | None:
    for pattern in (_THING_FIRST, _NUMBER_FIRST):
        for match in pattern.finditer(text):
            thing, counter = _thing(match), match["counter"]
            if counter is not None and thing not in _COUNTERS[counter]:
                continue
            if counter is None and match["n"].isdigit():
                continue  # 5 가맹점 is no Korean; 3 업종 neither
            if thing == "cardholder" and _GUESTS.search(text):
                continue
            if number_in(match["n"]) > 1:
                return _counted(match, thing)
    alone = _COUNTER_ALONE.search(text)
    if alone is not None and number_in(alone["n"]) > 1:
        return _counted(alone, "merchant.country" if alone["counter"] == "개국" else "merchant")
    together = _PEOPLE_TOGETHER.search(text)
    if together is not None and not _GUESTS.search(text) and number_in(together["n"]) > 1:
        return _counted(together, "cardholder")
    return _found_in_english(text)


def _found_in_english(text: str) -> _Counted | None:
    one = _ONE_ENGLISH.search(text)
    if one is not None:
        return _Counted(_ONES[" ".join(one["one"].lower().split())], 1, one.start(), one.end(), one[0])
    for match in _ENGLISH.finditer(text):
        thing = _thing(match)
        if thing == "cardholder" and (
            _GUESTS.search(text)
            or (re.search(r"people|persons", match[0], re.I) and not _SHARED.search(text))
        ):
            continue
        if thing:
            return _counted(match, thing)
    return None


def _thing(match: re.Match[str]) -> str:
    return next((thing for at, thing in enumerate(_THINGS) if match[f"t{at}"]), "")


def _counted(match: re.Match[str], thing: str) -> _Counted:
    return _Counted(thing, number_in(match["n"]), match.start(), match.end(), match[0])


def _call(found: _Counted, text: str, period: str) -> str:
    """The window that counts different ones of what is meant."""
    amount = ", amount" if _SAME_AMOUNT.search(text) else ""
    if found.thing in {"cardholder", "department", "approver"}:
        keys = _in_common(text, found.thing)
        if _SHARED.search(text) or not (keys or amount):
            keys.append("merchant")
        shared = ", ".join(keys) + amount
        return f"distinct({found.thing} same {shared.removeprefix(', ')}{period})"
    if found.thing == "kind":
        word = re.search("|".join(_THINGS["kind"]), text, re.IGNORECASE)
        kind = word[0] if word is not None else ""
        kind = kind if not kind.isascii() else kind.removesuffix("s")
        return (
            f"distinct(merchant same cardholder{amount}{period} where merchant.name contains {quote(kind)})"
        )
    keys = _in_common(text, found.thing)
    if not {"department", "grade"} & set(keys):
        keys.insert(0, "cardholder")
    return f"distinct({found.thing} same {', '.join(keys)}{amount}{period})"


def _in_common(text: str, thing: str) -> list[str]:
    """The keys a text says are the same for all that are counted, beside the merchant; never what is counted itself."""
    return [
        key
        for key, said in _IN_COMMON.items()
        if said.search(text) and key != thing.removeprefix("merchant.")
    ]
