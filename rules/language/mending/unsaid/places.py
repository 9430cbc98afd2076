"""Places that are no shop's name: regions, buildings, home and work; ``서울에서`` asks where the shop lies, ``집에서`` nothing a payment has."""

from __future__ import annotations

import re

from rules.language.mending.meanings import Meanings
from rules.language.mending.spoken.words import phrases, place_words
from rules.language.text import quote

_REGIONS = (
    r"서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주(?:도)?|강남|수도권"
)
_KOREAN_REGION = re.compile(rf"(?<![가-힣])({_REGIONS})(?:특별시|광역시|시|도)?(?=에서|의|에|지역|\s|$)")
_ENGLISH_REGION = re.compile(
    r"\b(?:in|at|from|outside|near)\s+(seoul|busan|daegu|incheon|gwangju|daejeon|ulsan|sejong|jeju|gyeonggi)\b",
    re.IGNORECASE,
)
#: 강남역에서, 명동에서, 공항에서: parts of a town and buildings, by how their names end.
_WHERE = re.compile(
    r"(?<![가-힣])(?!노래방|찜질방|피시방|마사지방|가맹점|매장)([가-힣]{1,8}(?:공항|역|터미널|휴게소|시장|구|동|군|읍|면|리|섬|해변|거리|단지|타운|마을|센터|빌딩|건물|층|역사|근방|인근|밖|앞|옆|쪽|댁|나라|부서|팀|학교|대학교?|교회|절|공원))에서"
)
#: Parts of the company, by how their names end, and what is no shop either; 미용실 and 내부 are none of them.
_UNIT = re.compile(
    r"(?<![가-힣A-Za-z0-9])(?!미용실|사무실|전부에|일부에|내부에|외부에)([가-힣A-Za-z0-9]{1,10}(?:부|팀|실)|[가-힣A-Za-z0-9]{0,10}(?:본부|공장|연구소|지점|창고))에서"
    r"|\b(?:at|in) (?:the |our |a )?(factory|headquarters|head office|warehouse|laboratory|(?!same|one|single|each|every|any|another|different)[a-z]+ (?:team|department|division))\b",
    re.IGNORECASE,
)
_NO_SHOPS = (
    (r"(?<![가-힣])출장지에서", "on_trip, merchant.region != cardholder.region"),
    (r"(?<![가-힣])휴가지에서", "on_leave, merchant.region != cardholder.region"),
    (r"(?<![가-힣])(거래처|고객사|회의실)에서", 'purpose_text contains "{0}", merchant.name contains "{0}"'),
)
#: 서울 아닌, outside Seoul: anywhere else.
_ELSEWHERE_THAN = re.compile(
    r"(?:에서|이|가)?\s?(?:아닌|아니|제외|빼고|말고|외)|\b(?:outside|not in|except)\b", re.IGNORECASE
)
_NAMES = {
    "seoul": "서울", "busan": "부산", "daegu": "대구", "incheon": "인천", "gwangju": "광주", "daejeon": "대전", "ulsan": "울산", "sejong": "세종", "jeju": "제주", "gyeonggi": "경기",
}  # fmt: skip
#: Places that a payment does not tell → what a rule can ask instead.
_ELSEWHERE = (
    (r"유럽|아시아|동남아|북미|남미|중남미|미주|아프리카|중동|오세아니아|\b(?:europe|asia|africa|america|the middle east)\b", 'merchant.country not in @home_countries, merchant.country in ("DE", "FR", "IT")'),
    (r"(?<![가-힣])(?:집|자택|거주지)\s?(?:근처|인근|주변|앞|동네)(?:에서|에|의)?|\bnear (?:(?:their|the|his|her|own|my) )?(?:home|house)\b|\bclose to home\b", "is_near_home"),
    (r"(?<![가-힣])(?:집|자택|회사|사무실|본사|지사|공항|역|지방|외곽|시내|근처|주변|동네|현장|외부|타지|타지역|관외)(?=에서|에|\s근처)|\b(?:at|from|near) (?:home|work|the office|the airport|an airport|the station|their home)\b|\bout of town\b",
     "merchant.region != cardholder.region, not on_trip"),
    (r"(?<![가-힣])(?:온라인|인터넷|앱|모바일|웹|홈쇼핑|쇼핑몰)(?:에서|으로|로|\s|$)|\bonline\b|\bon the internet\b|\bby phone\b", 'entry_mode = "keyed", merchant.name contains "쇼핑"'),
)  # fmt: skip


_PURPOSE = re.compile(
    r"\bpurpose (?:is|was) (not )?(?:an? |the |for (?:an? |the )?)?(?!not\b)([a-z]+)\b(?<!missing)(?<!empty)(?<!given)(?<!not)",
    re.IGNORECASE,
)


#: 카페 모리에서: behind a kind of shop it is the rest of a name.
_BEHIND_KIND = re.compile(
    rf"(?<![가-힣])(?:{'|'.join(kind for kind in place_words() if not kind.isascii())})\s+$"
)
#: 영수증이나 사전승인 없는: one of them, or both?
_EITHER_PAPER = re.compile(
    r"(?P<one>영수증|증빙|사전\s?승인|품의|적요|사유|목적|참석자\s?명단)(?:이나|나|\s?또는|\s?혹은)\s?(?P<other>영수증|증빙|사전\s?승인|품의|적요|사유|목적|참석자\s?명단)(?:이|가|도)?\s?(?:없\S*|누락\S*|미첨부\S*|미제출\S*)"
    r"|\b(?:no|without(?: an?)?|lacking) (?P<one_en>receipt|pre-?approval|purpose|approver|attendee list) or (?:an? )?(?P<other_en>receipt|pre-?approval|purpose|approver|attendee list)\b",
    re.IGNORECASE,
)
_KEYS = {
    "사업자번호": "brn",
    "사업자등록번호": "brn",
    "대표자": "merchant.ceo_name",
    "업종": "mcc",
    "지역": "region",
    "업태": "biz_type",
}
_SHARED_KEY = re.compile(rf"({'|'.join(_KEYS)})(?:이|가)?\s*같은\s*(?:가맹점|가게|상점|곳)")


def places_asked(text: str) -> Meanings | None:
    """Where a text names a place that is no shop's name: how a rule asks for it; None where it does not."""
    purpose = _PURPOSE.search(text)
    if purpose is not None:
        denied, word = purpose.groups()
        ways = f'purpose_text {"not " if denied else ""}contains "{word}", purpose_code {"!=" if denied else "="} "{word.upper()}"'
        return Meanings(purpose.start(), purpose.end(), ways)
    papers = _EITHER_PAPER.search(text)
    if papers is not None:
        gone = [f"{phrases()[' '.join(one.lower().split())][1]} is missing" for one in papers.groups() if one]
        return Meanings(
            papers.start(), papers.end(), ", ".join(f" {join} ".join(gone) for join in ("or", "and"))
        )
    shared = _SHARED_KEY.search(text)
    if shared is not None:
        return Meanings(
            shared.start(), shared.end(), f"count(same {_KEYS[shared[1]]} within 30 days) >= 3", is_one=True
        )
    match = _KOREAN_REGION.search(text) or _ENGLISH_REGION.search(text)
    if match is not None:
        name = _NAMES.get(match[1].lower(), match[1])
        sign = "!=" if _ELSEWHERE_THAN.search(text, match.start()) else "="
        return Meanings(match.start(), match.end(), f'merchant.region {sign} "{name}"', is_one=True)
    for pattern, choices in _NO_SHOPS:
        outside = re.search(pattern, text)
        if outside is not None:
            return Meanings(outside.start(), outside.end(), choices.format(*outside.groups()))
    unit = _UNIT.search(text)
    if unit is not None:
        name = quote(_bare_unit(unit[1] or unit[2]))
        ways = f"cardholder.department contains {name}, merchant.name contains {name}"
        return Meanings(unit.start(), unit.end(), ways)
    where = _WHERE.search(text)
    if where is not None and not _BEHIND_KIND.search(text[: where.start()]):
        name = where[1]
        return Meanings(
            where.start(), where.end(), f'merchant.name contains "{name}", merchant.region = "{name}"'
        )
    for pattern, choices in _ELSEWHERE:
        found = re.search(pattern, text, re.IGNORECASE)
        if found is not None:
            return Meanings(found.start(), found.end(), choices, is_one=choices == "is_near_home")
    return None


def _bare_unit(name: str) -> str:
    """``sales department`` → ``sales``, as the company writes it in its list of departments."""
    first, _, last = name.rpartition(" ")
    return first if first and last.lower() in {"team", "department", "division"} else name
