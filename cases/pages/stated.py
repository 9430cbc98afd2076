"""What a cardholder or a file says of a receipt, read against the claim: amounts and days, nothing else. Pure, and no picture is read.

Only a sentence that speaks of a receipt counts, so that another number of an answer is never taken for one of the receipt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

_RECEIPT = re.compile(r"영수증|receipt", re.I)
_SENTENCE = re.compile(r"(?<=[.!?。])\s+|[\n;]+")
_AMOUNT = re.compile(r"(?:(?:KRW|₩)\s*(\d[\d,]*(?:\.\d+)?))|(?:(\d[\d,]*(?:\.\d+)?)\s*(?:원|won|KRW))", re.I)
_DAY = re.compile(r"(?:(\d{4})\s*[년.\-/]\s*)?(\d{1,2})\s*(?:월|[.\-/])\s*(\d{1,2})(?:\s*일)?(?![\d,])")
#: Delivered columns without a field of their own that state a receipt, by their name without blanks and signs.
_AMOUNT_COLUMNS = frozenset({"영수증금액", "증빙금액", "receiptamount", "receipttotal"})
_DAY_COLUMNS = frozenset({"영수증일자", "영수증일", "영수증날짜", "증빙일자", "receiptdate"})


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a receipt: amounts in whole units of the currency, and days. `source`: answer or file."""

    source: str
    amounts: tuple[Decimal, ...] = ()
    days: tuple[date, ...] = ()


def stated_in(text: str, *, year: int) -> Stated | None:
    """What an answer says of a receipt; a day without a year is of `year`. None where it says neither amount nor day."""
    amounts: dict[Decimal, None] = {}
    days: dict[date, None] = {}
    for sentence in _SENTENCE.split(text):
        if not _RECEIPT.search(sentence):
            continue
        rest = sentence
        for found in _AMOUNT.finditer(sentence):
            if (amount := _number(found[1] or found[2])) is not None:
                amounts[amount] = None
            rest = rest.replace(found[0], " ")
        for found in _DAY.finditer(rest):
            if (day := _day(found[1] or str(year), found[2], found[3])) is not None:
                days[day] = None
    return Stated("answer", tuple(amounts), tuple(days)) if amounts or days else None


def stated_by_file(extra: Mapping[str, object] | None) -> Stated | None:
    """What the delivered row says of the receipt in a column of its own; None where it has none that can be read."""
    amounts, days = [], []
    for name, value in (extra or {}).items():
        key = re.sub(r"[\W_]+", "", name).lower()
        text = str(value or "").strip()
        if key in _AMOUNT_COLUMNS and (amount := _number(re.sub(r"[^\d.,\-]", "", text))) is not None:
            amounts.append(amount)
        found = re.fullmatch(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2}).*", text) if key in _DAY_COLUMNS else None
        if found and (day := _day(*found.groups())) is not None:
            days.append(day)
    return Stated("file", tuple(amounts), tuple(days)) if amounts or days else None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
