"""The names and signs of currencies: the one list that policy texts, claim files, personnel lists and the assistant read by.

A name means one currency. A sign may stand for several (`$`, `¥`, `kr`); what it stands for then depends on where it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from rules.money import is_known_currency

#: Sign → the currencies it may stand for, the usual one first; as written beside an amount.
CURRENCY_SIGNS: Mapping[str, tuple[str, ...]] = {
    "₩": ("KRW",),
    "원": ("KRW",),
    "\\": ("KRW",),  # how the won sign is stored in CP949
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "US$": ("USD",),
    "CA$": ("CAD",),
    "C$": ("CAD",),
    "AU$": ("AUD",),
    "A$": ("AUD",),
    "NZ$": ("NZD",),
    "HK$": ("HKD",),
    "NT$": ("TWD",),
    "S$": ("SGD",),
    "MX$": ("MXN",),
    "R$": ("BRL",),
    "£": ("GBP", "EGP"),
    "€": ("EUR",),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY", "TWD", "HKD"),
    "₹": ("INR",),
    "฿": ("THB",),
    "₫": ("VND",),
    "₱": ("PHP",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₪": ("ILS",),
    "₴": ("UAH",),
    "₸": ("KZT",),
    "₦": ("NGN",),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
_NAMES = {
    "KRW": "원 원화 대한민국원 won wons koreanwon 한화",
    "USD": "달러 미달러 미국달러 미화 불 usdollar usdollars",
    "EUR": "유로 유로화 euro euros",
    "GBP": "파운드 영국파운드 파운드화 pound pounds sterling poundsterling",
    "JPY": "엔 엔화 일본엔 yen japaneseyen",
    "CNY": "위안 위안화 중국위안 yuan renminbi rmb",
    "CAD": "캐나다달러 canadiandollar canadiandollars",
    "AUD": "호주달러 australiandollar australiandollars",
    "HKD": "홍콩달러 hongkongdollar hongkongdollars",
    "SGD": "싱가포르달러 싱가폴달러 singaporedollar singaporedollars",
    "TWD": "대만달러 newtaiwandollar",
    "THB": "바트 태국바트 baht",
    "VND": "베트남동 dong",
    "CHF": "스위스프랑 swissfranc swissfrancs",
    "INR": "인도루피 indianrupee indianrupees",
    "IDR": "루피아 rupiah",
    "PHP": "필리핀페소 philippinepeso",
    "MYR": "링깃 ringgit",
    "RUB": "루블 ruble rouble rubles",
}
_CODE_OF = {name: code for code, names in _NAMES.items() for name in names.split()}
#: Signs as they stand in a cell of their own, and the word that means as many; `KR` there is a country.
_SIGN_OF = {
    unicodedata.normalize("NFKC", sign).casefold(): codes
    for sign, codes in CURRENCY_SIGNS.items()
    if sign != "kr"
}
_SIGN_OF |= dict.fromkeys(("dollar", "dollars"), CURRENCY_SIGNS["$"])
#: Signs that one currency is nearly always meant by, though a few others use them.
_PLAIN_SIGNS = frozenset({"£"})
_BETWEEN = re.compile(r"[\s().,\[\]/:;_-]+")
_ANY_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True)))


def currency_named(text: str, usual: str = "") -> str:
    """The code that a cell names: a code, a name (`원화`, `US dollars`), a sign, or two of them that agree (`원 (KRW)`); empty for anything else.

    A sign of several currencies means `usual` where that is one of them, and nothing otherwise.
    """
    whole = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _named(whole, usual) or _named(_BETWEEN.sub("", whole), usual)
    if found:
        return found
    parts = [part for part in _BETWEEN.split(whole) if part]
    codes = {_named(part, usual) for part in parts}
    return codes.pop() if len(parts) > 1 and len(codes) == 1 else ""


def currencies_of_sign(text: str) -> tuple[str, ...]:
    """The currencies a sign may stand for; empty where a text is no sign."""
    return _SIGN_OF.get(unicodedata.normalize("NFKC", text).strip().casefold(), ())


def sign_in(amount: str) -> str:
    """The currency sign that stands beside an amount, the longest there is; empty without one."""
    found = _ANY_SIGN.search(unicodedata.normalize("NFKC", amount))
    return found[0] if found else ""


def _named(word: str, usual: str) -> str:
    code = word.upper()
    if is_known_currency(code):
        return code
    if word in _CODE_OF:
        return _CODE_OF[word]
    codes = _SIGN_OF.get(word, ())
    if usual in codes:
        return usual
    return codes[0] if len(codes) == 1 or word in _PLAIN_SIGNS else ""
