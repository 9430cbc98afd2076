"""Money as integer minor units with a currency; nothing here ever uses a float.

Exponents are ISO 4217's (the number of decimal digits of the minor unit), from the table of the package iso4217, which follows the
maintenance agency; CLDR's digits are those people write and differ (HUF, IDR, COP). A currency that is not listed has exponent 2,
which is the standard's most frequent value; ``is_known_currency`` tells whether a code is listed.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from iso4217 import Currency

#: Codes that ISO 4217 has withdrawn and older files still hold: those without a minor unit, and those of hundredths.
_WITHDRAWN_WHOLE = "ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL"
_WITHDRAWN_HUNDREDTHS = (
    "ANG ATS AZM BGN CSD CUC CYP DEM EEK FIM FRF GHC HRK IEP LTL LVL MRO "
    "MTL MZM NLG ROL SDD SIT SKK SLL SRG STD TMM VEB VEF YUM ZMK ZWD ZWL ZWR"
)
#: Every code of ISO 4217 that has a minor unit (metals, units of account, XTS and XXX have none, and pay for nothing).
_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_WITHDRAWN_WHOLE.split(), 0),
    **dict.fromkeys(_WITHDRAWN_HUNDREDTHS.split(), 2),
    **{currency.code: currency.exponent for currency in Currency if currency.exponent is not None},
}
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
#: The largest magnitude a money column (64-bit integer) can hold.
MAX_MINOR = 2**63 - 1


class MoneyNotValid(ValueError):
    """An amount or a currency that cannot be money; the message says what would be right."""


def is_known_currency(currency: str) -> bool:
    """True for a code of ISO 4217 (upper case), also a withdrawn one, that has a minor unit."""
    return currency in _EXPONENTS


def exponent(currency: str) -> int:
    """Decimal digits of the minor unit: KRW 0, GBP 2, KWD 3. Raises MoneyNotValid for what is not three upper-case letters."""
    if not _CODE.fullmatch(currency):
        raise MoneyNotValid(f"{currency!r} is not a currency code; write three capital letters such as KRW")
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal | int, currency: str) -> int:
    """Integer minor units of an exact amount: ``Decimal("12.34")`` GBP is 1234, ``Decimal("500000")`` KRW is 500000.

    Raises MoneyNotValid when the amount is not finite, has more decimals than the currency or does not fit 64 bits: money is never
    rounded silently.
    """
    digits = exponent(currency)
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int)):
        raise MoneyNotValid("an amount of money is a Decimal or an integer, never a float")
    exact = Decimal(amount)
    if not exact.is_finite():
        raise MoneyNotValid("an amount of money must be a finite number")
    if exact and exact.adjusted() > 19:
        raise MoneyNotValid("the amount is too large")
    try:
        scaled = exact.scaleb(digits)
        minor = int(scaled)
    except InvalidOperation as error:
        raise MoneyNotValid("the amount is too large") from error
    if scaled != minor:
        raise MoneyNotValid(f"{currency} has {digits} decimals; {amount} has more")
    if abs(minor) > MAX_MINOR:
        raise MoneyNotValid("the amount is too large")
    return minor


_TYPED = re.compile(
    r"[₩$£€]?\s?(?P<digits>[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?P<rest>\.[0-9]{1,3})?\s?원?", re.ASCII
)


def parse_major(text: str, currency: str) -> int:
    """Minor units of an amount somebody typed: ``150,000``, ``150000원``, ``12.50``.

    Raises MoneyNotValid for anything else: no exponents, no signs, no thousands in the wrong place.
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise MoneyNotValid("write the amount as a number such as 150,000")
    return to_minor(Decimal(found["digits"].replace(",", "") + (found["rest"] or "")), currency)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The exact amount in major units: 1234 GBP minor is ``Decimal("12.34")``; 500000 KRW is ``Decimal("500000")``."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_number(minor: int, currency: str) -> str:
    """Grouped digits without a currency: ``-1,140,000``, ``12.34``."""
    return f"{to_decimal(minor, currency):,f}"


def format_money(minor: int, currency: str, lang: str) -> str:
    """Money for a reader: KRW is ``1,140,000원`` in ``ko`` and ``KRW 1,140,000`` in ``en``; others ``GBP 12.34`` in both.

    A minus sign stands before the digits and is a real one: ``−1,000원``, ``GBP −12.34``.
    """
    digits = format_number(minor, currency).replace("-", "−")
    if currency == "KRW" and lang == "ko":
        return f"{digits}원"
    return f"{currency} {digits}"
