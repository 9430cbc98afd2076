"""Full card numbers and resident registration numbers in a text: finding them, and striking them out.

The one set of patterns: claim files, texts that people write, evidence names, reasons in the audit log and log lines all ask it.
A number is taken for a card number when its length fits the issuer range of its first digits and its Luhn digit is
right; digits may be of any script and may be separated by spaces, hyphens or dots.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

SEPARATOR = r"[ \-.\u00a0\u00ad\u2007\u2010-\u2015\u200b-\u200d\u202f\u2060\u2212\u3000\ufeff\uff0d\uff0e]"
_RUN = re.compile(rf"\d(?:{SEPARATOR}{{0,2}}\d){{12,}}")
_GROUP = re.compile(r"\d+")
_RESIDENT = re.compile(r"(?<!\d)(\d{6})([\s\-\u2010-\u2015\u2212\uff0d]{0,3})(\d{7})(?!\d)")
_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CARD_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)}
#: Characters of hashes, UUIDs and base64url tokens, and where letters and digits alternate in them.
_TOKEN = re.compile(r"[0-9A-Za-z_-]*", re.ASCII)
_TURN = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
#: What people write against a card number; a token with such a word is no token.
_CARD_WORDS = re.compile(r"card|pan|exp|cv[cv]|visa|master|amex|jcb|diners|maestro", re.IGNORECASE)
_TOKEN_REST, _TOKEN_TURNS = 8, 2
#: Brazilian company numbers (CNPJ): 14 digits, the last two of which check the others, mostly of the first branches.
_CNPJ = re.compile(r"\d{8}000\d{3}", re.ASCII)
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
#: Kinds of company in digits five and six of a corporate registration number, which has the same form.
_CORPORATE_KINDS = {"11", "12", "13", "14", "15", "21", "22", "31"}

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


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: `kind` card_number or resident_number, and its digits' place in the text."""

    kind: str
    start: int
    end: int


def luhn(digits: str) -> bool:
    """True when the last digit is the check digit of the others (ISO/IEC 7812-1 annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def fits_issuer(digits: str) -> bool:
    """True when the length is one that the issuer range of the first digits has."""
    for first, last, lengths in _ISSUERS:
        if len(digits) in lengths and first <= digits[: len(first)] <= last:
            return True
    return False


def is_card_number(digits: str) -> bool:
    """Plain ASCII digits of a full card number."""
    return fits_issuer(digits) and len(set(digits)) > 1 and luhn(digits)


def find_card_numbers(text: str) -> Iterator[Hit]:
    """Card numbers in a text. A run of digit groups is tried as every sequence of whole groups that looks like a card."""
    for run in _RUN.finditer(text):
        groups = [(m.start(), m.end()) for m in _GROUP.finditer(text, run.start(), run.end())]
        done = -1
        for first, (start, _) in enumerate(groups):
            digits = ""
            for last, (begin, end) in enumerate(groups[first:], first):
                digits += ascii_digits(text[begin:end])
                if len(digits) > 19:
                    break
                whole = (
                    start > done and len(digits) >= 13 and _grouped_like_card(text, groups[first : last + 1])
                )
                if whole and is_card_number(digits):
                    if not (_is_company_number(digits) or _is_in_token(text, start, end)):
                        yield Hit("card_number", start, end)
                    done = end
                    break


def _grouped_like_card(text: str, groups: list[tuple[int, int]]) -> bool:
    """Not every sequence of groups is one number: telephone numbers and decimal fractions are not."""
    sizes = tuple(end - start for start, end in groups)
    if len(sizes) == 1 or sizes in _CARD_GROUPS or set(sizes) == {1}:
        return True
    between = {text[end:start] for (_, end), (start, _) in pairwise(groups)}
    return len(between) == 1 and min(sizes) >= (6 if len(sizes) == 2 else 2)


def is_resident_number(front: str, back: str) -> bool:
    """Six and seven plain digits with a real date of birth and a right check digit."""
    return _birthday(front, back) is not None and _resident_digit(front + back) == int(back[6])


def has_birthday(digits: str) -> bool:
    """True for thirteen plain digits that begin like a resident number: a real day of birth and a century."""
    return len(digits) == 13 and digits[6] in "12345678" and _birthday(digits[:6], digits[6:]) is not None


def find_resident_numbers(text: str) -> Iterator[Hit]:
    """Resident registration numbers with a right check digit, with or without their hyphen."""
    for hit in _RESIDENT.finditer(text):
        front, back = ascii_digits(hit.group(1)), ascii_digits(hit.group(3))
        if is_resident_number(front, back) and not _is_in_token(text, hit.start(), hit.end()):
            yield Hit("resident_number", hit.start(), hit.end())


def find_suspected_numbers(text: str) -> Iterator[Hit]:
    """Numbers in the strict form 6-7 with a real date but another check digit: since October 2020 it is random.

    A corporate registration number has the same form; one with its own right check digit is none of these.
    """
    for hit in _RESIDENT.finditer(text):
        front, back = ascii_digits(hit.group(1)), ascii_digits(hit.group(3))
        strict = len(hit.group(2)) == 1 and not hit.group(2).isspace()
        if strict and _birthday(front, back) is not None and not is_resident_number(front, back):
            if front[4:] in _CORPORATE_KINDS and _corporate_digit(front + back) == int(back[6]):
                continue
            if not _is_in_token(text, hit.start(), hit.end()):
                yield Hit("resident_number", hit.start(), hit.end())


def find_numbers(text: str) -> list[Hit]:
    """Everything that must not be stored in a text."""
    return [*find_card_numbers(text), *find_resident_numbers(text)]


def find_struck(text: str) -> list[Hit]:
    """Everything that `redact` strikes out, in the order it stands there: what must not be kept, and what is suspected."""
    return sorted([*find_numbers(text), *find_suspected_numbers(text)], key=lambda hit: hit.start)


def redact(text: str) -> str:
    """The text with every card and resident number struck out but for the last four digits of a card."""
    parts, at = [], 0
    for hit in find_struck(text):
        if hit.start < at:
            continue
        found = text[hit.start : hit.end]
        parts.append(text[at : hit.start])
        parts.append(
            f"[card …{ascii_digits(found)[-4:]}]" if hit.kind == "card_number" else "[resident number]"
        )
        at = hit.end
    return "".join([*parts, text[at:]])


def ascii_digits(text: str) -> str:
    """The digits of a text as ASCII, whatever script they are in."""
    if text.isascii() and text.isdigit():
        return text
    return "".join(
        str(unicodedata.digit(char)) for char in text if char.isdigit() and unicodedata.digit(char, -1) >= 0
    )


def _is_in_token(text: str, start: int, end: int) -> bool:
    """True for digits that are part of a longer token of letters and digits (a hash, a UUID, base64url).

    `VISA4111…` and `order_4111…` are none: a token touches the digits with a letter and alternates letters and digits
    elsewhere too.
    """
    if any(token.start() <= start and end <= token.end() for token in _UUID.finditer(text)):
        return True
    tail = _TOKEN.match(text[::-1], len(text) - start)
    head = _TOKEN.match(text, end)
    before, after = (tail[0][::-1] if tail else ""), (head[0] if head else "")
    if not (before[-1:].isalpha() or after[:1].isalpha()) or _CARD_WORDS.search(f"{before} {after}"):
        return False
    turns = len(_TURN.findall(before)) + len(_TURN.findall(after))
    return len(before) + len(after) >= _TOKEN_REST and turns >= _TOKEN_TURNS


def _is_company_number(digits: str) -> bool:
    """Brazilian: both check digits are right and the branch is one of the first thousand."""
    if len(digits) != 14 or not _CNPJ.fullmatch(digits):
        return False
    for length in (12, 13):
        weights = _CNPJ_WEIGHTS[13 - length :]
        rest = sum(int(d) * w for d, w in zip(digits[:length], weights, strict=True)) % 11
        if int(digits[length]) != (0 if rest < 2 else 11 - rest):
            return False
    return True


def _birthday(front: str, back: str) -> date | None:
    if back[0] not in "12345678":
        return None
    century = 1900 if back[0] in "1256" else 2000
    try:
        return date(century + int(front[:2]), int(front[2:4]), int(front[4:6]))
    except ValueError:
        return None


def _resident_digit(digits: str) -> int:
    return (11 - sum(int(d) * w for d, w in zip(digits, _RESIDENT_WEIGHTS, strict=False)) % 11) % 10


def _corporate_digit(digits: str) -> int:
    return (10 - sum(int(d) * (1 + i % 2) for i, d in enumerate(digits[:12])) % 10) % 10
