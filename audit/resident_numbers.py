"""Whose number thirteen digits are: a resident's (citizen's or foreigner's), or an order's, a bank account's, an article's. Pure.

With its hyphen, or behind the words for it, a resident number is known by its form. Without, its check digit tells one that was given out before
October 2020; since then the last digits are random, and what remains is a day of birth that somebody who works here or was treated could have, and
that nothing beside the digits says they are something else. `tests/audit/test_resident_numbers.py` counts what each rule misses and strikes wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from audit.check_digits import (
    is_article_number,
    is_birthday,
    is_corporate_number,
    is_resident_number,
    year_of_birth,
)
from audit.plain_digits import ONE, SIGN, SINGLES

_BEFORE_1900 = "09"  # seventh digits of people nobody employs any more
#: Who may be met without a word or a hyphen: born before, orders count up behind a day like that; after, with a random last digit, they do too.
_OLDEST, _YOUNGEST_CHECKED = 1931, "201001"
#: Who may be met by the day of birth alone. Younger ones would be accounts that begin with a bank's 1002 or 1005, and orders.
_YOUNGEST_ADULT = 2008
_MOST_DAYS = 5_000  # of one endless row of single digits
_BIRTHDAY = re.compile(r"(?=([0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))([0-9]{7}))")
_FORM = re.compile(
    rf"(?<![0-9])(?:(?:19|20)(?=[0-9]{{6}}{SIGN}))?([0-9]{{6}})({SIGN}{{0,3}})([0-9])({SIGN}?)([0-9]{{6}})(?![0-9])"
)
_WORDS = re.compile(
    r"주민|외국인\s?(?:등록|번호)|거소|resident|rrn|\barc\b|alien\s?reg|foreigner", re.IGNORECASE
)
_BEFORE, _BEHIND = 24, 12  # how near a word has to stand, in characters
# fmt: off
#: What has long numbers of its own. Right before the digits it says what they are; near them it takes the place of a proof.
_LABELS = (
    r"계좌|은행|금고|농협|수협|신협|축협|뱅크|주문|승인|거래|전표|영수증|접수|송장|등기|택배|바코드|상품|품번|품목|사업자|법인|전화|휴대폰|연락처|팩스|예약|"
    r"발권|입금|출금|송금|이체|시각|\baccount|\bacct|\ba/c|\bbank|\biban\b|\border|\bpo\b|\bapproval|\bauth|\binvoice|\breceipt|\bref|\btransaction|\btxn|\btracking|\bparcel|"
    r"\bwaybill|\bbarcode|\bean\b|\bgtin|\bupc\b|\bsku\b|\bitem|\barticle|\bbusiness|\bcorporate|\btel\b|\bphone|\bmobile|\bfax|\bbooking|\bticket|\bserial|"
    r"\btimestamp|\bts\b|\bkrw\b|\busd\b|\beur\b|[₩$€£¥]"
)
_NEAR = (
    r"예금|환불|우체국|운송|배송|제품|청구|계약|관리|일련|항공|티켓|회원|고객|문의|문서|합계|금액|"
    r"\btransfer|\brefund|\bpaid\b|\bproduct|\bcompan|\breserv|\bmember|\bcustomer|\bcontract|\btotal|\bamount|\bsum\b|\btime\b|\btrans\b|"
    r"\bairlines?\b|\bairways\b|\b(?:westjet|american|united|delta|air canada|air can)[ *]{0,3}\Z"
)
# fmt: on
_LABEL = re.compile(
    rf"(?:{_LABELS})\s?(?:등록|코드|code)?\s?(?:번호|no\b\.?|nr\b\.?|number)?\s?[:#=.(]?\s?\Z", re.IGNORECASE
)
_ELSE = re.compile(f"{_LABELS}|{_NEAR}", re.IGNORECASE)
_UNIT = re.compile(r"\s?\(?(?:원|won\b|krw\b|ms\b|계좌|은행|bank\b|account\b)", re.IGNORECASE)
#: Signs that make the digits a part of a longer name.
_JOINS_BEFORE, _JOINS_BEHIND = (
    re.compile(r"[A-Za-z0-9#./-]\Z"),
    re.compile(r"[A-Za-z0-9-]|/[A-Za-z0-9]|\.[0-9]"),
)


def residents(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether its check digit is right) of each resident number in a plain text; pieces may overlap."""
    for found in _FORM.finditer(text):
        front, between, back = found[1], found[2], found[3] + found[5]
        if not is_birthday(front, back):
            continue
        is_right = is_resident_number(front, back)
        if _is_told(text, found.start()):
            is_one = True
        elif "-" in between or "~" in between:
            is_suspected = back[0] not in _BEFORE_1900 and not is_corporate_number(front, back)
            is_one = is_right or is_suspected
        elif is_right:
            # A day and a round amount beside it have the form too.
            is_amount = bool(between) and back.endswith("000")
            is_one = not is_amount and _proves(front, back) and not _is_labelled(text, found)
        else:
            is_one = len(found[0]) == 13 and _could_be(front, back) and not _is_else(text, found)
        if is_one:
            yield found.start(), found.end(), is_right
    for found in SINGLES.finditer(text):
        yield from _single_digits(text, found)


def _is_told(text: str, start: int) -> bool:
    return bool(_WORDS.search(text, max(0, start - _BEFORE), start))


def _proves(front: str, back: str) -> bool:
    """Whether a right check digit says anything: of somebody of a possible age, given out while there were check digits."""
    year = year_of_birth(front, back)
    return (
        year >= _OLDEST
        and not (year >= 2000 and front >= _YOUNGEST_CHECKED)
        and not is_corporate_number(front, back)
    )


def _could_be(front: str, back: str) -> bool:
    """Whether the day alone may be an adult's, and the digits no article's (EAN-13)."""
    return _OLDEST <= year_of_birth(front, back) <= _YOUNGEST_ADULT and not is_article_number(front + back)


def _is_labelled(text: str, found: re.Match[str]) -> bool:
    """Whether what stands right before or behind the digits says that they are something else."""
    before = text[max(0, found.start() - _BEFORE) : found.start()]
    return bool(_LABEL.search(before) or _UNIT.match(text, found.end()))


def _is_else(text: str, found: re.Match[str]) -> bool:
    """Whether anything near the digits, in their line, says so, or they are part of a longer name."""
    start, end = found.span()
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    behind = text[end : end + _BEHIND].partition("\n")[0]
    if _JOINS_BEFORE.search(before) or _JOINS_BEHIND.match(behind) or _UNIT.match(behind):
        return True
    return bool(_ELSE.search(before) or _ELSE.search(behind))


def _single_digits(text: str, found: re.Match[str]) -> Iterator[tuple[int, int, bool]]:
    places = [one.start() for one in ONE.finditer(text, found.start(), found.end())]
    digits = "".join(ONE.findall(text, found.start(), found.end()))
    for day in islice(_BIRTHDAY.finditer(digits), _MOST_DAYS):
        front, back, at = day[1], day[2], day.start()
        if not is_birthday(front, back):
            continue
        gaps = ["-" in text[places[n] : places[n + 1]] for n in range(at, at + 12)]
        is_right = is_resident_number(front, back)
        if is_right or (gaps[5] and sum(gaps) == 1 and back[0] not in _BEFORE_1900):
            yield places[at], places[at + 12] + 1, is_right
