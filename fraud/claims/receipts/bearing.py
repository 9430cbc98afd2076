"""Whether a total that was read from pixels is borne out by its paper: a comma taken for a digit makes ten times as much of it. Pure."""

from __future__ import annotations

import re
from itertools import combinations

from rules.money import exponent

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[,.]\d{3})+(?![\d,])(?:[.,]\d{2}(?!\d))?")
_AMOUNT = re.compile(r"(?<![\d.,-])\d[\d,.]*\d(?![\d-])")
_SUPPLY = re.compile(r"공급\s*가액|과세\s*(?:물품|금액|공급)|net\b", re.IGNORECASE)
_TAX = re.compile(r"부가\s*(?:가치)?\s*세|세액|\bvat\b|\btax\b", re.IGNORECASE)
#: What stands between supply with tax and the total.
_MORE = re.compile(
    r"면세|봉사료|할인|절사|포인트|쿠폰|배달|보증금|잔돈|tip|service|discount|rounding|deposit|points|voucher",
    re.IGNORECASE,
)
_MOST = 40


def is_borne_out(total: int, currency: str, lines: list[str]) -> bool:
    """Whether a total (minor units) is what supply and tax add up to; where they are not named, whether it is written with its
    thousands or decimals apart, stands there twice, or is the sum of two other amounts."""
    decimals = exponent(currency)
    supply, tax = (
        _only([line for line in lines if named.search(line)], decimals) for named in (_SUPPLY, _TAX)
    )
    if supply is not None and tax is not None and not any(_MORE.search(line) for line in lines):
        return supply + tax == total
    if total < 1_000 or any(total in _read(_GROUPED, line, decimals) for line in lines):
        return True
    amounts = [amount for line in lines for amount in _read(_AMOUNT, line, decimals)][:_MOST]
    if decimals and any(f"{total / 10**decimals:.{decimals}f}" in line for line in lines):
        return True
    return amounts.count(total) > 1 or any(one + other == total for one, other in combinations(amounts, 2))


def _only(lines: list[str], decimals: int) -> int | None:
    """The one amount the lines name; None for none or several."""
    found = {amount for line in lines for amount in _read(_AMOUNT, line, decimals)[-1:]}
    return found.pop() if len(found) == 1 else None


def _read(form: re.Pattern[str], line: str, decimals: int) -> list[int]:
    found = []
    for hit in form.finditer(line):
        text = hit.group()
        has_parts = bool(decimals) and re.search(rf"[.,]\d{{{decimals}}}$", text) is not None
        digits = int(re.sub(r"\D", "", text))
        found.append(digits if has_parts or not decimals else digits * 10**decimals)
    return found
