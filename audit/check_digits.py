"""Whether plain ASCII digits are a number of a kind: payment cards, Korean residents, companies. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CNPJ = re.compile(r"\d{8}000\d{3}", re.ASCII)
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
#: Seventh digit → the first year of its century: 9 and 0 for those born before 1900, 5 to 8 for foreigners.
_CENTURIES = (1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800)
_FOREIGNERS = "5678"  # their check digit is two more than a citizen's; both are met
#: Kinds of company in digits five and six of a corporate registration number, which has the form of a resident number.
_CORPORATE_KINDS = {"11", "12", "13", "14", "15", "21", "22", "31"}
#: Registry courts in digits one and two: read as a year of birth they are children and people beyond a hundred, no staff.
_REGISTRIES = range(11, 23)
#: ASCII digits as their values, and as the digit sums of their doubles.
ONCE = bytes.maketrans(b"0123456789", bytes(range(10)))
TWICE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))

#: (first, last) of an issuer range as a prefix, and the lengths its numbers have
_ISSUERS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16, 17, 18, 19)),
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16, 17, 18, 19)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("6011", "6011", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("644", "659", (16, 17, 18, 19)),
    ("81", "82", (16, 17, 18, 19)),
    ("2200", "2204", (16, 17, 18, 19)),
    ("50", "50", (16, 18, 19)),
    ("56", "58", (16, 18, 19)),
    ("6304", "6304", (16, 18, 19)),
    ("6759", "6763", (16, 18, 19)),
    ("9", "9", (16,)),  # cards for Korea only
)


def luhn(digits: str) -> bool:
    """True when the last digit is the check digit of the others (ISO/IEC 7812-1 annex B)."""
    values = digits.encode()[::-1]
    return (sum(values[::2].translate(ONCE)) + sum(values[1::2].translate(TWICE))) % 10 == 0


@cache
def issuer_lengths(prefix: str) -> tuple[int, ...]:
    """The lengths that card numbers beginning with these four digits have; none where no issuer has them."""
    found = {n for first, last, lengths in _ISSUERS if first <= prefix[: len(first)] <= last for n in lengths}
    return tuple(sorted(found, key=lambda n: (n != 16, n)))


def fits_issuer(digits: str) -> bool:
    """True when the length is one that the issuer range of the first digits has."""
    return len(digits) in issuer_lengths(digits[:4])


def is_card_number(digits: str) -> bool:
    """Plain ASCII digits of a full card number."""
    return fits_issuer(digits) and len(set(digits)) > 1 and luhn(digits)


def is_resident_number(front: str, back: str) -> bool:
    """Six and seven plain digits with a real date of birth and a right check digit, for foreigners (5 to 8) by either rule."""
    if not is_birthday(front, back):
        return False
    right, told = _resident_digit(front + back), int(back[6])
    return told == right or (back[0] in _FOREIGNERS and told == (right + 2) % 10)


def has_birthday(digits: str) -> bool:
    """True for thirteen plain digits that begin like a resident number: a real day of birth and a century."""
    return len(digits) == 13 and is_birthday(digits[:6], digits[6:])


def is_birthday(front: str, back: str) -> bool:
    """Whether six digits are a real day in the century of the first of the other seven."""
    try:
        date(year_of_birth(front, back), int(front[2:4]), int(front[4:6]))
    except ValueError:
        return False
    return True


def year_of_birth(front: str, back: str) -> int:
    """The year that a resident number's first two digits mean in the century of its seventh."""
    return _CENTURIES[int(back[0])] + int(front[:2])


def is_article_number(digits: str) -> bool:
    """EAN-13, as on a barcode: the last of thirteen digits is the check digit of the others, every second of which counts thrice."""
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def is_corporate_number(front: str, back: str) -> bool:
    """A corporate registration number with its own check digit right, of a registry whose digits are no employee's year of birth."""
    is_kind = front[4:] in _CORPORATE_KINDS and int(front[:2]) in _REGISTRIES
    return is_kind and _corporate_digit(front + back) == int(back[6])


def is_brazilian_company(digits: str) -> bool:
    """CNPJ: fourteen digits, the last two of which check the others; the branch is one of the first thousand."""
    if len(digits) != 14 or not _CNPJ.fullmatch(digits):
        return False
    for length in (12, 13):
        weights = _CNPJ_WEIGHTS[13 - length :]
        rest = sum(int(d) * w for d, w in zip(digits[:length], weights, strict=True)) % 11
        if int(digits[length]) != (0 if rest < 2 else 11 - rest):
            return False
    return True


def _resident_digit(digits: str) -> int:
    return (11 - sum(int(d) * w for d, w in zip(digits, _RESIDENT_WEIGHTS, strict=False)) % 11) % 10


def _corporate_digit(digits: str) -> int:
    return (10 - sum(int(d) * (1 + i % 2) for i, d in enumerate(digits[:12])) % 10) % 10
