"""What a receipt's text says: total, day, business number, serial number and items. Pure; nothing unclear becomes a value."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fraud.claims.importing.parsing.codes import brn_is_right
from fraud.claims.receipts.bearing import is_borne_out
from fraud.claims.receipts.marks import is_of_others, without_reprint
from rules.money import MoneyNotValid, exponent, to_minor

#: Labels of the sum that was paid, the surest first, without spaces. A line says a total only where these are all its words:
#: what qualifies one (points, items, savings, tendered, so far this month, tax) makes it something else.
_PAID = frozenset(
    [
        "결제금액",
        "총결제금액",
        "최종결제금액",
        "실결제금액",
        "결제하신금액",
        "승인금액",
        "카드승인금액",
        "받을금액",
        "청구금액",
        "amountdue",
        "amountpaid",
        "amountcharged",
        "totaldue",
        "totalpaid",
        "totalcharged",
        "totalamountdue",
        "grandtotal",
        "balancedue",
    ]
)
_TOTALS = frozenset(
    [
        "합계",
        "합계금액",
        "총합계",
        "총합계금액",
        "총계",
        "총액",
        "총금액",
        "판매총액",
        "판매합계",
        "거래금액",
        "판매금액",
        "total",
        "totalamount",
        "ordertotal",
    ]
)
#: Parts of a sum that was paid in several ways: what the card paid is the claim's.
_BY_CARD = frozenset(
    [
        "신용카드",
        "카드",
        "카드결제",
        "신용카드결제",
        "카드금액",
        "신용카드금액",
        "법인카드",
        "creditcard",
        "card",
        "cardpayment",
    ]
)
_OTHERWISE = frozenset(
    [
        "현금",
        "현금결제",
        "포인트",
        "포인트사용",
        "포인트결제",
        "상품권",
        "쿠폰",
        "마일리지",
        "cash",
        "cashpaid",
        "points",
        "voucher",
        "giftcard",
    ]
)
_SAYS_TAX = re.compile(
    r"[(\[](?:krw|usd|gbp|eur|cad|원|(?:vat|부가세|세금)포함|incl?\.?(?:vat|tax)|(?:vat|tax)incl?\.?)[)\]]"
)
_FRAME = " \t*=#:：[]<>【】■▶·|"
_LINE = re.compile(
    r"(?P<label>\D*?)\s*(?:\b\d{1,3}\s*(?:개|건|ea)?\s+)?(?P<amount>(?:[₩￦$£€]|\b(?:KRW|USD|GBP|EUR|CAD))?\s*\d[\d,.]*\s*(?:원|KRW|USD|GBP|EUR|CAD)?)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<sign>[₩￦$£€]|KRW|USD|GBP|EUR|CAD)?\s*(?P<number>\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{2})?|\d+(?:[.,]\d{2})?)\s*(?P<unit>원|KRW|USD|GBP|EUR|CAD)?",
    re.IGNORECASE,
)
_CURRENCIES = {
    "₩": "KRW",
    "￦": "KRW",
    "원": "KRW",
    "£": "GBP",
    "€": "EUR",
}  # a dollar sign is of many countries
_DAYS = (
    re.compile(r"(?P<y>20\d{2})\s*[-./년]\s*(?P<m>\d{1,2})\s*[-./월]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{2})[-./](?P<m>\d{2})[-./](?P<d>\d{2})(?=\s+\d{1,2}:\d{2})"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<y>20\d{2})"),
    re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>20\d{2})"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BRN = re.compile(r"(?<![\d-])(\d{3})\s?-\s?(\d{2})\s?-\s?(\d{5})(?![\d-])")
_BRN_LABELLED = re.compile(r"사업자\s*(?:등록)?\s*(?:번호|no\.?)\D{0,3}(\d{10})(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:영수증|전표|일련|주문)\s*(?:번호|no\.?|#)\s*[:.#]?\s*(\d{1,12})(?![\d-])|(?:receipt|ticket|check)\s*(?:no\.?|number|#)\s*[:.#]?\s*(\d{1,12})(?![\d-])",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^\s*(?P<name>\D*?[^\W\d_]{2,}.*?)\s{1,}(?:\d{1,3}\s+)?"
    r"(?:[₩￦$£€]\s*\d[\d,.]*|\d{1,3}(?:,\d{3})+|\d{3,7}|\d+\.\d{2}|\d[\d,]*\s*원)\s*원?\s*$"
)
_NO_ITEM = re.compile(
    r"합\s*계|총|금\s*액|부\s*가|과세|면세|세액|사업[자장]|번호|전화|tel|카드|승인|일[시자]|날짜|주소|대표|할인|잔|공급|거스름|현금|"
    r"받[은을]|결제|거래|입차|출차|적립|포인트|가맹점|고객|문의|영수증|교환|환불|테이블|주문|수량|\d\s*(?:층|호|번지)\b|"
    r"total|tax|vat|change|card|date|phone|balance|cash|visa|master|tender|paid|amount|points|saving|receipt|invoice|table",
    re.IGNORECASE,
)
# A province or city, or a district with a road or quarter behind it: "서울시 강남구 테헤란로 123".
_ADDRESS = re.compile(
    r"^(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충[북남]|전[북남]|경[북남]|제주|충청|전라|경상)(?:특별|광역|자치|[북남])*[시도]?\s+\S+[시군구로길동읍면]\b|"
    r"\S+[시군구]\s+\S+[로길동읍면]\b"
)
MAX_ITEMS, MAX_TEXT = 500, 20_000


@dataclass(frozen=True, slots=True)
class Values:
    """What could be read; None or an empty text where nothing is said clearly. `total` in minor units of `currency`.

    `has_false_brn`: a labelled business number fails its check digit.
    """

    total: int | None = None
    currency: str = ""
    issued_on: date | None = None
    brn: str = ""
    number: int | None = None
    items: str = ""
    has_false_brn: bool = False


def values_of(text: str, *, currency: str, of_pixels: bool = False) -> Values:
    """What the text of a receipt says; an amount without a sign is in `currency`, that of its claim.

    `of_pixels`: an engine read the text, so that a digit may be wrong: a total that its paper does not bear out is none.
    """
    lines = [line.strip() for line in without_reprint(text[:MAX_TEXT]).splitlines() if line.strip()]
    total, of = _total(lines, currency)
    if of_pixels and total is not None and not is_borne_out(total, of, lines):
        total, of = None, ""
    brn, has_false = _brn("\n".join(lines))
    return Values(total, of, _day(lines), brn, _number("\n".join(lines)), _items(lines), has_false)


_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def words_hash(text: str) -> str:
    """A hash (64 letters) of all words of a receipt's text in any order, without what says that it is a copy; empty for no text."""
    words = " ".join(sorted(without_reprint(text[:MAX_TEXT]).casefold().split()))
    return hashlib.sha256(words.encode()).hexdigest().translate(_LETTERS) if words else ""


def _total(lines: list[str], currency: str) -> tuple[int | None, str]:
    """(minor units, currency) of the sum that was paid; nothing where lines that say one differ."""
    told = [one for at in range(len(lines)) if (one := _said(lines, at, currency))]
    for labels in (_PAID, _TOTALS):
        sums = {amount for label, amount in told if label in labels and amount[0] > 0}
        if len(sums) > 1:
            return None, ""
        if sums:
            (total,) = sums
            return _card_part(total, told)
    return None, ""


def _card_part(total: tuple[int, str], told: list[tuple[str, tuple[int, str]]]) -> tuple[int | None, str]:
    """Of a total that was paid partly by card what the card paid; nothing where the parts do not make the whole."""
    by_card = {amount for label, amount in told if label in _BY_CARD and amount[0] > 0}
    if not by_card or by_card == {total}:
        return total
    otherwise = sum(amount for label, (amount, of) in told if label in _OTHERWISE and of == total[1])
    if len(by_card) == 1:
        (card,) = by_card
        if card[1] == total[1] and card[0] + otherwise == total[0]:
            return card
    return None, ""


def _said(lines: list[str], at: int, currency: str) -> tuple[str, tuple[int, str]] | None:
    """(label, amount) of a line that is just these; an amount alone may stand on the line below its label."""
    line = lines[at].strip(_FRAME)
    if _label(line) in _PAID | _TOTALS:
        amount = _amount_in(lines[at + 1], currency) if at + 1 < len(lines) else None
        return (_label(line), amount) if amount else None
    hit = _LINE.fullmatch(line)
    amount = _amount_in(hit["amount"], currency) if hit else None
    return (_label(hit["label"]), amount) if hit and amount else None


def _label(text: str) -> str:
    return _SAYS_TAX.sub("", re.sub(r"\s", "", text).lower()).strip(_FRAME)


def _amount_in(text: str, currency: str) -> tuple[int, str] | None:
    """A text that is an amount, in minor units of what its sign says; a small plain number may be a count and is none."""
    hit = _AMOUNT.fullmatch(text.strip(_FRAME))
    if hit is None:
        return None
    sign = (hit["unit"] or hit["sign"] or "").upper()
    of = _CURRENCIES.get(sign, sign if len(sign) == 3 else currency)
    plain = hit["number"]
    decimals = exponent(of)
    has_decimals = bool(decimals and re.search(rf"[.,]\d{{{decimals}}}$", plain))
    if not sign and not has_decimals and (decimals or len(plain) < 3):
        return None
    if has_decimals:
        plain = re.sub(r"[.,]", "", plain[: -decimals - 1]) + "." + plain[-decimals:]
    elif re.search(r"[.,]\d{1,2}$", plain):
        return None
    else:
        plain = re.sub(r"[.,]", "", plain)
    try:
        return to_minor(Decimal(plain), of), of
    except MoneyNotValid:
        return None


def _day(lines: list[str]) -> date | None:
    """The one day the receipt names, or of several the one beside the word for the payment."""
    found = [(line, day) for line in lines for day in _days_in(line)]
    days = {day for _, day in found}
    if len(days) > 1:
        said = re.compile(r"거래|승인|결제|판매|발행|date|sold|paid", re.IGNORECASE)
        days = {day for line, day in found if said.search(line)}
    return days.pop() if len(days) == 1 else None


def _days_in(line: str) -> list[date]:
    days = []
    for form in _DAYS:
        for hit in form.finditer(line):
            parts = hit.groupdict()
            month = _month(parts["name"]) if "name" in parts else int(parts["m"])
            year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
            try:
                days.append(date(year, month or 0, int(parts["d"])))
            except ValueError:
                continue
    return days


def _month(name: str) -> int | None:
    return _MONTHS.index(name[:3].lower()) + 1 if name[:3].lower() in _MONTHS else None


def _brn(text: str) -> tuple[str, bool]:
    """(the business number, whether one that is labelled as such fails its check digit)."""
    plain = ["".join(groups) for groups in _BRN.findall(text)] + _BRN_LABELLED.findall(text)
    right = [digits for digits in plain if brn_is_right(digits)]
    labelled = re.search(r"사업자\s*(?:등록)?\s*(?:번호|no)", text, re.IGNORECASE) is not None
    return (right[0] if right else ""), bool(labelled and plain and not right)


def _number(text: str) -> int | None:
    for hit in _NUMBER.finditer(text):
        kind = "serial" if hit.group().startswith("일련") else "receipt"
        if not is_of_others(kind, text[: hit.start()], text[hit.end() :]):
            return int(hit.group(1) or hit.group(2))
    return None


def _items(lines: list[str]) -> str:
    names = []
    for line in lines:
        hit = _ITEM.match(line)
        if (
            hit
            and not _NO_ITEM.search(line)
            and not _days_in(line)
            and not _BRN.search(line)
            and not _ADDRESS.search(line)
        ):
            names.append(re.sub(r"\s+", " ", hit["name"]).strip(" .:*-"))
    return ", ".join(dict.fromkeys(name for name in names if name))[:MAX_ITEMS]
