"""Kinds of shops that are no shop's name: a bar, 술집. A payment says its kind by category code and line of business."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.language.mending.meanings import Meanings
from rules.language.mending.trades import lists_of
from rules.language.specs import ValueListSpec
from rules.language.text import quote

#: Category code | words for the kind, as one speaks of it.
_KINDS = """
5812 | restaurant, diner, eatery, 식당, 음식점, 레스토랑, 밥집
5813 | bar, pub, nightclub, night club, club, 술집, 주점, 유흥주점, 단란주점, 호프집, 유흥업소
5814 | cafe, café, coffee shop, fast food restaurant, 카페, 커피숍, 커피점
7992 | golf course, golf, 골프장, 골프
4511 | airline, airlines, airline ticket, flight, flights, 항공사, 항공권
7512 | car rental, car hire, rental car
7011 | hotel, hotels, motel, lodging, 호텔, 모텔, 숙박업소, 숙박
4121 | taxi, cab, 택시, 택시비
5541 | petrol station, gas station, 주유소
fuel | fuel, petrol, gasoline, diesel, 주유, 유류, 유류비, 주유비, 기름값
7997 | gym, fitness club, country club, 헬스장, 컨트리클럽
7298 | spa, massage parlour, massage parlor, 마사지, 안마, 안마시술소
5411 | supermarket, grocery store, 마트, 슈퍼마켓
7995 | casino, 카지노
7523 | parking, car park, 주차, 주차장, 주차비
4784 | toll, 통행료, 톨게이트
4112 | train, ktx, 기차, 열차
5912 | drugstore, 약국
5921 | liquor store, 주류점
7230 | hairdresser, 미용실
 | karaoke, 노래방, 노래연습장
5944 | jeweller, jeweler, jewellery shop, jewelry store, 귀금속점, 금은방
"""
_CODES = {
    word.strip(): row.partition("|")[0].strip()
    for row in _KINDS.strip().splitlines()
    for word in row.partition("|")[2].split(",")
}
#: Categories of which each chain has a code of its own beside the trade's (3501 to 3999 are hotels): how all of them are asked for at once.
_WITH_CHAINS = {
    "fuel": 'merchant.mcc in ("5541", "5542", "5983")',
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
_WORDS = "|".join(re.escape(word) for word in sorted(_CODES, key=len, reverse=True))
#: A trade said by itself: the word, and that it is paid for.
_ALONE = re.compile(
    rf"\s*(?:any |all |the |in |at )?(?P<alone>{_WORDS})(?:e?s)?(?:에서|비)?(?:\s?(?:payments?|purchases?|expenses?|spend(?:ing)?|bills?|결제|사용|이용|업종|지출)(?:한|된)?(?:\s?(?:건|경우|것))?)?\s*[.!]?\s*",
    re.IGNORECASE,
)
#: Trades that no shop has in its name, beside whatever else is said.
_USED = re.compile(
    r"(?<![가-힣])(?P<used>주유비|유류비|유류|기름값|주유(?!소)|택시비|주차비|통행료)(?=$|[\s,]|에서|에|이|가|은|는|을|를|로|비)|\b(?P<english>fuel|petrol|gasoline|diesel|parking|tolls?)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:no|never)\s+(?:any\s+|a\s+)?$", re.IGNORECASE)
_FORBIDDEN = re.compile(rf"\b(?:no|never)\s+(?:any\s+)?(?P<forbidden>{_WORDS})(?:e?s)?\b", re.IGNORECASE)
_NAME_SAID = re.compile(
    r"이름|가맹점명|상호|포함|라는|\bnames?\b|contain|includ|starts?\s|ends?\s", re.IGNORECASE
)


def is_kind(word: str) -> bool:
    """Whether a word is a kind of shop: cafe, 호텔."""
    return word in _CODES or word in _MORE


def shop_kind(
    text: str, lists: Mapping[str, ValueListSpec] | None = None, *, by_itself: bool = False
) -> Meanings | None:
    """Where a text says that the shop is of a kind (merchant is a bar): how a rule asks for one; None where it does not.

    ``by_itself``: also where it says nothing but a trade that stands in names too (hotel).
    """
    if re.search(r"[\"'“‘]", text):
        return None
    single = _ALONE.fullmatch(text) if by_itself else None
    used = single or (None if _NAME_SAID.search(text) else _FORBIDDEN.search(text) or _USED.search(text))
    if used is not None:
        name = next(name for name, said in used.groupdict().items() if said)
        kind = used[name].lower()
        return _kind_told(
            text, used.span(name), kind, trade_of(kind) or trade_of(kind.removesuffix("s")), lists
        )
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
    return _kind_told(text, (match.start(), match.end()), kind, code or "", lists)


def category_asked(code: str) -> str:
    """How all shops of a trade are asked for by their category."""
    return _WITH_CHAINS.get(code, f'merchant.mcc = "{code}"')


def trade_of(word: str) -> str:
    """The category of a trade by its word; empty for a word that is none."""
    return _CODES.get(word.lower(), "")


def _kind_told(
    text: str, place: tuple[int, int], kind: str, code: str, lists: Mapping[str, ValueListSpec] | None
) -> Meanings:
    """How a kind is asked for. ``no fuel on weekends`` forbids it, or asks of all others: both are told."""
    ways, (start, end) = _ways(kind, code, lists), place
    forbidden = _NO.search(text[:start])
    if forbidden is not None:
        both = f"{ways[0]}, not ({ways[0]})"
        return Meanings(forbidden.start(), end, both, trade=code, is_denied_within=True)
    return Meanings(start, end, ", ".join(ways), trade=code)


def _ways(kind: str, code: str, lists: Mapping[str, ValueListSpec] | None) -> list[str]:
    """How a kind of shop is asked for: by its category, by the line of business, by the name, by the company's lists."""
    ways = [category_asked(code)] if code else []
    ways += [f"{field} contains {quote(kind)}" for field in ("merchant.biz_type", "merchant.name")]
    return [*ways, *lists_of(code, kind, lists)]
