"""Kinds of shops that are no shop's name: a bar, 술집. A payment says its kind by category code and line of business."""

from __future__ import annotations

import re

from rules.language.mending.meanings import Meanings
from rules.language.text import quote

#: Category code | words for the kind, as one speaks of it.
_KINDS = """
5812 | restaurant, diner, eatery, 식당, 음식점, 레스토랑, 밥집
5813 | bar, pub, nightclub, night club, club, 술집, 주점, 유흥주점, 단란주점, 호프집, 유흥업소
5814 | cafe, café, coffee shop, fast food restaurant, 카페, 커피숍, 커피점
7992 | golf course, 골프장
4511 | airline, airlines, airline ticket, flight, flights, 항공사, 항공권
7512 | car rental, car hire, rental car
7011 | hotel, hotels, motel, lodging, 호텔, 모텔, 숙박업소, 숙박
4121 | taxi, 택시
5541 | petrol station, gas station, 주유소
7997 | gym, fitness club, country club, 헬스장, 컨트리클럽
7298 | spa, massage parlour, massage parlor, 마사지, 안마, 안마시술소
5411 | supermarket, grocery store, 마트, 슈퍼마켓
7995 | casino, 카지노
5944 | jeweller, jeweler, jewellery shop, jewelry store, 귀금속점, 금은방
"""
_CODES = {
    word.strip(): row.partition(" | ")[0]
    for row in _KINDS.strip().splitlines()
    for word in row.partition(" | ")[2].split(",")
}
#: Categories of which each chain has a code of its own beside the trade's (3501 to 3999 are hotels): how all of them are asked for at once.
_WITH_CHAINS = {
    "4511": 'merchant.mcc matches "^(4511|3[0-2]|33[0-4]|3350)"',
    "7512": 'merchant.mcc matches "^(7512|335[1-9]|33[6-9]|34[0-3]|344[01])"',
    "7011": 'merchant.mcc matches "^(7011|3[5-9])"',
}
#: Kinds without a category code of their own here, which stand in names too.
_MORE = frozenset(
    {
        "karaoke",
        "golf",
        "grill",
        "bakery",
        "tavern",
        "inn",
        "resort",
        "pharmacy",
        "mart",
        "market",
        "bistro",
        "lounge",
        "kitchen",
        "coffee",
        "store",
        "shop",
    }
)
_STATES = {
    "new": "date(transacted_at) - merchant.opened_on < 30 days, count(same cardholder, merchant within 365 days) = 1",
    "closed": 'merchant.status = "closed"',
    "unknown": "merchant.name is missing, merchant.brn is missing",
}
_SHOP = r"(?:merchants?|shops?|stores?|vendors?|places?|suppliers?)"
_IS = r"(?:is|are|was|were|=|==|equals)"
_NAME = r"[a-zé]+(?: (?:club|shop|course|station|store|parlou?r|restaurant))?"
_ENGLISH = re.compile(
    rf"\b(?:the )?{_SHOP}(?: (?:type|kind|category))? {_IS} (?:(?:of type|kind of) )?(?:(?P<article>an?|any) )?(?P<kind>{_NAME})(?![\w.])"
    rf"|\b(?:at|in) an? (?P<at>{_NAME})(?![\w.])",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"(?:가맹점|상점|가게|사용처)(?:이|가|은|는|의)?\s*(?:(?:종류|업태|유형)(?:이|가|은|는)?\s*)?(?P<kind>"
    + "|".join(
        sorted((word for word in _CODES if not word.isascii() and word[0] >= "가"), key=len, reverse=True)
    )
    + r")(?=$|\s|인|이|일)"
)
#: Kinds that hardly a shop has in its name: said by themselves they are no name either.
_NAMELESS = re.compile(
    r"(?<![가-힣])(?P<kind>식당|음식점|레스토랑|밥집|술집|호프집|유흥업소|숙박업소|숙박|항공사|항공권|귀금속점|금은방|커피점|커피숍)(?=$|[\s,]|에서|에|이나|나|이고|이거나|과|와|의|이|가|은|는|을|를)"
    r"|\b(?P<plural>gas station|petrol station|coffee shop|golf course|grocery store|massage parlou?r|restaurants|diners|bars|pubs|nightclubs|night clubs|clubs|cafes|cafés|coffee shops|golf courses|hotels|motels|taxis|petrol stations|gas stations|(?-i:(?<!at )(?<!a )(?<!an )(?<!the )(?:restaurant|bar|pub|nightclub|hotel|motel|cafe))(?= (?:payments?|purchases?|bills?|spend|spending|expenses?|charges?|transactions?|claims?|visits?|over|above|on|during|while|without|after|before|at night)\b)|airlines?(?: tickets?)?|flights|lodging|car (?:rental|hire)s?|rental cars?|gyms|spas|supermarkets|grocery stores|casinos|jewellers|jewelers)\b",
    re.IGNORECASE,
)
_NAME_SAID = re.compile(
    r"이름|가맹점명|상호|포함|라는|\bnames?\b|contain|includ|starts?\s|ends?\s", re.IGNORECASE
)


def is_kind(word: str) -> bool:
    """Whether a word is a kind of shop: cafe, 호텔."""
    return word in _CODES or word in _MORE


def shop_kind(text: str) -> Meanings | None:
    """Where a text says that the shop is of a kind (merchant is a bar): how a rule asks for one; None where it does not."""
    if re.search(r"[\"'“‘]", text):
        return None
    match = _KOREAN.search(text)
    kind = match["kind"] if match is not None else ""
    if match is None and (found := _NAMELESS.search(text)) and not _NAME_SAID.search(text):
        match, kind = found, found["kind"] or found["plural"].lower().removesuffix("s")
    if match is None:
        match = _ENGLISH.search(text)
        if match is None:
            return None
        kind = (match["kind"] or match["at"]).lower()
        kind = kind if kind in _CODES else kind.removesuffix("s")
        if kind not in _CODES and kind not in _STATES and not (match["article"] or match["at"]):
            return None
        if kind not in _CODES and " " in kind:
            kind = kind.split(" ")[0]
    code = _CODES.get(kind)
    if code is None and kind in _STATES:
        return Meanings(match.start(), match.end(), _STATES[kind], is_one=", " not in _STATES[kind])
    if code is None and match.re is _ENGLISH and match["at"]:
        return None
    ways = [_WITH_CHAINS.get(code, f'merchant.mcc = "{code}"')] if code else []
    ways += [f"{field} contains {quote(kind)}" for field in ("merchant.biz_type", "merchant.name")]
    return Meanings(match.start(), match.end(), ", ".join(ways))
