"""Full card numbers and resident registration numbers in a text: finding them, and striking them out.

The one set of patterns: claim files, texts that people write, evidence and its names, reasons in the audit log and log lines all ask it.
A number is taken for a card number when its length fits the issuer range of its first digits, its Luhn digit is right and its
digits stand together, in the groups that cards have or one by one, with up to three signs between two of them. What the signs and
digits may be, `plain_digits` knows; what the sums are, `check_digits`; whose number thirteen digits are, `resident_numbers`. Linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from audit.check_digits import ONCE, TWICE, is_brazilian_company, issuer_lengths
from audit.check_digits import fits_issuer as fits_issuer
from audit.check_digits import has_birthday as has_birthday
from audit.check_digits import is_card_number as is_card_number
from audit.check_digits import is_resident_number as is_resident_number
from audit.check_digits import luhn as luhn
from audit.plain_digits import ONE, SINGLES, plain
from audit.plain_digits import SIGN as SIGN
from audit.resident_numbers import residents

_S = rf"{SIGN}{{1,3}}"
_ISSUER = r"(?=2[2-7]|[34689]|5[0-8])"
_WHOLE = re.compile(r"(?<![0-9])[0-9]{13,57}(?![0-9])")
#: 4-4-4-4 and what a number of another length leaves of it, 4-6-5, 4-6-4 and 4-6-3.
_GROUPED = re.compile(
    rf"(?<![0-9]){_ISSUER}(?=([0-9]{{4}}){_S}(?:"
    rf"([0-9]{{4}}){_S}([0-9]{{4}}){_S}([0-9]{{1,4}})(?![0-9])(?:{_S}([0-9]{{1,3}})(?![0-9]))?"
    rf"|([0-9]{{6}}){_S}([0-9]{{3,5}})(?![0-9])))"
)
#: Other groups that people make, with the same one or two signs between them.
_WIDE = re.compile(
    rf"(?<![0-9]){_ISSUER}(?=([0-9]{{4,12}})([ \-.]{{1,2}})([0-9]{{4,12}})(?![0-9])(?:\2([0-9]{{4,8}})(?![0-9]))?)"
)
_WIDE_SIZES = {(8, 8), (4, 12), (12, 4), (6, 10), (10, 6), (4, 4, 8), (8, 4, 4), (4, 8, 4), (6, 9), (4, 11)}
_WIDE_SIZES |= {(4, 10), (6, 8), (6, 6, 4)}
#: What is written behind a card number without a gap: the month it runs out, perhaps with the year first, and the security code.
_EXPIRY = re.compile(r"(?:(?:0[1-9]|1[0-2])(?:20)?[2-4][0-9]|[2-4][0-9](?:0[1-9]|1[0-2]))(?:[0-9]{3})?")
#: Characters of hashes, UUIDs and base64url tokens, and where letters and digits alternate in them.
_TOKEN = re.compile(r"[0-9A-Za-z_-]*", re.ASCII)
_TOKEN_SIGN = re.compile(r"[0-9A-Za-z_-]", re.ASCII)
_TURN = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
#: What people write against a card number; a token with such a word is no token.
_CARD_WORDS = re.compile(r"card|pan|exp|cv[cv]|visa|master|amex|jcb|diners|maestro", re.IGNORECASE)
_TOKEN_REST, _TOKEN_TURNS, _TOKEN_LONGEST = 8, 2, 256
CARD, RESIDENT = "card_number", "resident_number"


class Hit(NamedTuple):
    """Something found: its digits' place in the text, `kind` card_number or resident_number, and its last four digits."""

    start: int
    end: int
    kind: str
    last: str = ""


def find_card_numbers(text: str) -> Iterator[Hit]:
    """Card numbers in a text, none within another, in their order."""
    yield from _found(text, _cards)


def find_resident_numbers(text: str) -> Iterator[Hit]:
    """Resident registration numbers with a right check digit (citizens' or foreigners'), with or without their hyphen."""
    yield from _found(text, lambda seen: (hit for hit, is_sure in _residents(seen) if is_sure))


def find_suspected_numbers(text: str) -> Iterator[Hit]:
    """Resident numbers by their form or what stands beside them, with another check digit: since October 2020 it is random."""
    yield from _found(text, lambda seen: (hit for hit, is_sure in _residents(seen) if not is_sure))


def find_struck(text: str) -> list[Hit]:
    """Everything that `redact` strikes out, in the order it stands there: what must not be kept, and what is suspected."""
    return list(_found(text, lambda seen: (*_cards(seen), *(hit for hit, _ in _residents(seen)))))


def redact(text: str) -> str:
    """The text with every card and resident number struck out but for the last four digits of a card."""
    parts, at = [], 0
    for hit in find_struck(text):
        parts.append(text[at : hit.start])
        parts.append(f"[card …{hit.last}]" if hit.kind == CARD else "[resident number]")
        at = hit.end
    return "".join([*parts, text[at:]])


def may_be_card(digits: str) -> bool:
    """Whether plain digits without a gap would be found with some other last digits: what chance is measured by."""
    return any(fits_issuer(digits[start:end]) for start, end in _tried(digits))


def ascii_digits(text: str) -> str:
    """The digits of a text as ASCII, whatever script they are in."""
    if text.isascii() and text.isdigit():
        return text
    return "".join(
        str(unicodedata.digit(char)) for char in text if char.isdigit() and unicodedata.digit(char, -1) >= 0
    )


def _residents(text: str) -> Iterator[tuple[Hit, bool]]:
    return ((Hit(start, end, RESIDENT), is_sure) for start, end, is_sure in residents(text))


def _found(text: str, find: Callable[[str], Iterable[Hit]]) -> Iterator[Hit]:
    seen = plain(text)
    if seen is None:
        return
    at = 0
    for hit in sorted(find(seen.text.replace("_", "-"))):
        if hit.start < at or _is_in_token(seen.text, hit.start, hit.end):
            continue
        at = hit.end
        yield Hit(*seen.place(hit.start, hit.end), hit.kind, hit.last)


# Cards --------------------------------------------------------------------------------------------------------------


def _cards(text: str) -> Iterator[Hit]:
    yield from _whole_cards(text)
    done = 0
    for found in _GROUPED.finditer(text):
        if found.start() < done:
            continue
        first, second, third, fourth, fifth, middle, end = found.groups()
        digits, last = (first + middle + end, 7) if middle else (first + second + third + fourth, 4)
        if not is_card_number(digits):
            digits, last = digits + (fifth or ""), 5
        if last != 5 or (fifth and is_card_number(digits)):
            done = found.end(last)
            yield Hit(found.start(), done, CARD, digits[-4:])
    for found in _WIDE.finditer(text):
        groups = [n for n in (1, 3, 4) if found[n] is not None]
        for some in (groups[:2], groups):
            digits = "".join(found[n] for n in some)
            if tuple(len(found[n]) for n in some) in _WIDE_SIZES and is_card_number(digits):
                yield Hit(found.start(), found.end(some[-1]), CARD, digits[-4:])
                break
    for found in SINGLES.finditer(text):
        yield from _single_digits(text, found.start(), found.end())


def _whole_cards(text: str) -> Iterator[Hit]:
    for found in _WHOLE.finditer(text):
        digits, start = found[0], found.start()
        if is_card_number(digits):
            if not is_brazilian_company(digits):
                yield Hit(start, found.end(), CARD, digits[-4:])
        elif any(is_card_number(digits[a:b]) for a, b in _tried(digits)[1:]) or _are_cards(digits):
            yield Hit(start, found.end(), CARD, digits[-4:])


def _tried(digits: str) -> list[tuple[int, int]]:
    """Places of a card within digits without a gap: all of them, behind a digit too many, or before the month it runs out."""
    places, n = [(0, len(digits))], len(digits)
    if n in (16, 17):
        places.append((1, n))
    places += [(0, length) for length in (15, 16) if _EXPIRY.fullmatch(digits, length)]
    return places


def _are_cards(digits: str) -> bool:
    """Whether the digits are nothing but two or three cards, one run into the other."""
    if len(digits) < 28:
        return False
    return any(
        is_card_number(digits[:n]) and (is_card_number(digits[n:]) or _are_cards(digits[n:]))
        for n in (14, 15, 16, 19)
    )


def _single_digits(text: str, start: int, end: int) -> Iterator[Hit]:
    """Cards whose digits stand one by one; sums of every beginning make each question one subtraction."""
    digits = "".join(ONE.findall(text, start, end))
    sums = []
    for odd in (0, 1):  # digits at places of this parity count once
        counted = bytearray(digits.encode().translate(ONCE))
        counted[1 - odd :: 2] = digits[1 - odd :: 2].encode().translate(TWICE)
        sums.append([0, *accumulate(counted)])
    places = [one.start() for one in ONE.finditer(text, start, end)]
    done = 0
    for at in range(len(digits) - 12):
        if at < done:
            continue
        for length in issuer_lengths(digits[at : at + 4]):
            after = at + length
            if after > len(digits):
                continue
            summed = sums[(after - 1) % 2]
            if (summed[after] - summed[at]) % 10 == 0 and len(set(digits[at:after])) > 1:
                yield Hit(places[at], places[after - 1] + 1, CARD, digits[after - 4 : after])
                done = after
                break


def _is_in_token(text: str, start: int, end: int) -> bool:
    """True for digits that are part of a longer token of letters and digits (a hash, a UUID, base64url).

    `VISA4111…` and `order_4111…` are none: a token touches the digits with a letter and alternates letters and digits
    elsewhere too.
    """
    if not (_TOKEN_SIGN.match(text, end) or (start and _TOKEN_SIGN.match(text, start - 1))):
        return False
    near, first = text[max(0, start - _TOKEN_LONGEST) : end + _TOKEN_LONGEST], max(0, start - _TOKEN_LONGEST)
    start, end = start - first, end - first
    if any(token.start() <= start and end <= token.end() for token in _UUID.finditer(near)):
        return True
    tail = _TOKEN.match(near[:start][::-1])
    head = _TOKEN.match(near, end)
    before, after = (tail[0][::-1] if tail else ""), (head[0] if head else "")
    if not (before[-1:].isalpha() or after[:1].isalpha()) or _CARD_WORDS.search(f"{before} {after}"):
        return False
    turns = len(_TURN.findall(before)) + len(_TURN.findall(after))
    return len(before) + len(after) >= _TOKEN_REST and turns >= _TOKEN_TURNS
