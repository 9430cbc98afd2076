"""What a receipt's text says: total, day, business number, serial number and items. Pure; nothing unclear becomes a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fraud.claims.importing.parsing.codes import brn_is_right
from rules.money import MoneyNotValid, exponent, to_minor

#: Labels of the sum that was paid, the surest first; of one group the last line counts, since receipts add up downwards.
_TOTALS = (
    r"결제\s*금액|승인\s*금액|받을\s*금액|받은\s*금액|청구\s*금액|amount\s+(?:due|paid)|total\s+(?:due|paid)|grand\s+total|balance\s+due",
    r"합\s*계(?:\s*금액)?|총\s*액|총\s*금\s*액|총\s*합계|판매\s*총액|\btotal\b",
)
_NO_TOTAL = re.compile(
    r"sub\s*-?total|소\s*계|부\s*가\s*세|과세|면세|공급\s*가액|할인|세\s*액|\bvat\b|\btax\b|거스름|change",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<sign>[₩￦$£€]|KRW|USD|GBP|EUR|CAD)?\s*(?P<number>\d{1,3}(?:[,.]\s?\d{3})+(?:[.,]\d{2})?|\d+(?:[.,]\d{2})?)(?!\d)\s*(?P<unit>원|KRW|USD|GBP|EUR|CAD)?",
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
    r"^\s*(?P<name>\D*?[^\W\d_]{2,}.*?)\s{1,}(?:\d{1,3}\s+)?[₩￦$£€]?\s*\d[\d,.]*\s*(?:원)?\s*$"
)
_NO_ITEM = re.compile(
    r"합\s*계|총|금\s*액|부\s*가|과세|면세|세액|사업자|번호|전화|tel|카드|승인|일시|날짜|주소|대표|할인|잔|"
    r"total|tax|vat|change|card|date|phone|balance|cash|visa|master",
    re.IGNORECASE,
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


def values_of(text: str, *, currency: str) -> Values:
    """What the text of a receipt says; an amount without a sign is in `currency`, that of its claim."""
    lines = [line.strip() for line in text[:MAX_TEXT].splitlines() if line.strip()]
    total, of = _total(lines, currency)
    brn, has_false = _brn("\n".join(lines))
    return Values(total, of, _day(lines), brn, _number("\n".join(lines)), _items(lines), has_false)


def _total(lines: list[str], currency: str) -> tuple[int | None, str]:
    for labels in _TOTALS:
        found = re.compile(labels, re.IGNORECASE)
        for at in reversed(range(len(lines))):
            hit = found.search(lines[at])
            if hit is None or _NO_TOTAL.search(lines[at][: hit.end()]):
                continue
            behind = lines[at][hit.end() :]
            below = lines[at + 1] if at + 1 < len(lines) else ""
            told = _amount_in(behind, currency) or (
                _amount_in(below, currency, alone=True) if not re.search(r"\d", behind) else None
            )
            if told is not None:
                return told
    return None, ""


def _amount_in(text: str, currency: str, *, alone: bool = False) -> tuple[int, str] | None:
    """The last amount of a line, in minor units of what its sign says; `alone`: the line says nothing else."""
    hits = list(_AMOUNT.finditer(text))
    if not hits or (alone and re.search(r"[^\W\d_]", _AMOUNT.sub("", text))):
        return None
    hit = hits[-1]
    sign = (hit["unit"] or hit["sign"] or "").upper()
    of = _CURRENCIES.get(sign, sign if len(sign) == 3 else currency)
    plain = hit["number"].replace(" ", "")
    decimals = exponent(of)
    if decimals and re.search(rf"[.,]\d{{{decimals}}}$", plain):
        plain = re.sub(r"[.,]", "", plain[: -decimals - 1]) + "." + plain[-decimals:]
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
    hit = _NUMBER.search(text)
    return int(hit.group(1) or hit.group(2)) if hit else None


def _items(lines: list[str]) -> str:
    names = []
    for line in lines:
        hit = _ITEM.match(line)
        if hit and not _NO_ITEM.search(line) and not _days_in(line) and not _BRN.search(line):
            names.append(re.sub(r"\s+", " ", hit["name"]).strip(" .:*-"))
    return ", ".join(dict.fromkeys(name for name in names if name))[:MAX_ITEMS]
