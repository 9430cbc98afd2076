"""What tells one purchase from the next on a paper: numbers that belong to it alone, the moment it was paid, the till. Pure.

What belongs to the shop (its business, company, store, terminal or telephone number, opening hours) tells nothing and is no mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from audit.redaction import redact

#: The minute and the second of the payment, and the till it was made at; every other mark is a number of this purchase.
MINUTE, SECOND, TILL = "minute", "second", "till"
#: Several people pay parts of one order or bill: such a number tells two purchases apart, and names one only where it is long.
SHARED = frozenset({"order", "bill"})
_NO = r"(?:번\s*호|no\.?|number|code|id|#|nr\.?)"
#: A payment code or transaction code is a kind of transaction or a terminal's.
_NO_CODE = r"(?:번\s*호|no\.?|number|id|#|nr\.?)"
#: Kind → how the number is called, in Korean and English.
_LABELS = {
    "approval": rf"(?:카드\s*|신용\s*)?승인\s*{_NO}|(?:approval|appr\.?|authori[sz]ation|auth\.?)\s*{_NO}|(?:approval|auth)(?=\s*[:#])",
    "receipt": rf"(?:현금)?영수증?\s*(?:일련)?\s*{_NO}|(?:receipt|rcpt\.?)\s*(?:serial\s*)?{_NO}|receipt(?=\s*[:#])",
    "slip": rf"(?:매출)?전표\s*{_NO}|slip\s*{_NO}",
    "serial": rf"일련\s*{_NO}|(?:sequence|seq\.?)\s*{_NO}",
    "transaction": rf"(?:거래|판매|결제)\s*(?:고유|일련)?\s*{_NO}|(?:transaction|trans\.?|trn|trx|txn|tran|sale|payment)\s*(?:serial\s*)?{_NO_CODE}",
    "reference": rf"(?:참조|조회)\s*{_NO}|(?:reference|ref\.?)\s*{_NO}|rrn|stan(?=\s*[:#]?\s*\d)",
    "ticket": rf"(?:식권|티켓|승차권|주차권|교환권)\s*{_NO}|ticket\s*{_NO}",
    "invoice": rf"세금\s*계산서\s*(?:승인\s*)?{_NO}|계산서\s*승인\s*{_NO}|invoice\s*{_NO}",
    "order": rf"(?:주문|예약|접수|배달)\s*{_NO}|(?:order|booking|reservation)\s*{_NO}",
    "bill": rf"(?:빌지|계산|테이블\s*계산|(?<!세금)(?<!세금 )계산서)\s*{_NO}|(?:bill|check|chk)\s*{_NO}",
}  # fmt: skip
#: Words right before a label that make its number the shop's, the card's, the reader's or the day's batch.
_OF_OTHERS = re.compile(
    r"(?:사업자|법인|가맹점?|매장|점포|단말기?|기기|기계|장비|제품|프린터|키오스크|포스|리더기?|매입|배치|카드|회원|고객|전화|대표|인증|등록|통신|시리얼|pos|terminal|printer|kiosk|reader|machine|batch|merchant|store|shop|tax|vat|gst|"
    r"company|device|card|member|customer|loyalty)\s*$",
    re.IGNORECASE,
)
#: An approval number is one by telephone, or whom to ask about it.
_BY_PHONE = re.compile(r"(?:전화|문의|대표|고객센터|\bars|\bphone|\btel\.?|\bcall)[ \t]*$", re.IGNORECASE)
#: A telephone number as it is written: of an area, a mobile, or of a company (1588-1234).
_PHONE = re.compile(r"0\d{1,2}-\d{3,4}-\d{4}|1[5-8]\d\d-\d{4}|080-\d{3,4}-\d{4}")
#: A serial number is a device's or a batch's wherever its line names one, before or behind; in English alone it is always a device's.
_DEVICE = re.compile(
    r"시리얼|단말|기기|기계|장비|제품|프린터|키오스크|포스|리더기|매입|배치|전표\s*구분|\b(?:pos|tid|terminal|printer|kiosk|reader|machine|device|batch)\b",
    re.IGNORECASE,
)
#: A number printed in groups of digits, behind which no day, time or amount begins.
_GROUPS = r"\d{2,4}(?:[ \u00a0]{1,2}\d{2,4}(?![\d:：.,/-]|\s*(?:원|년|월|시|건)))+"
_VALUE = r"\s*[\])]?\s*[:：.#=\]]*\s*[\[(]?\s*(?P<value>GROUPS(?=[A-Za-z-]{0,8}\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?![-/.:]?\d)"
_NUMBERS = {
    kind: re.compile(
        rf"(?<![A-Za-z])(?:{label})" + _VALUE.replace("GROUPS", f"{_GROUPS}|" if kind == "approval" else ""),
        re.IGNORECASE,
    )
    for kind, label in _LABELS.items()
}
_TIME = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-3])(?:[:：](?P<m>[0-5]\d)(?:[:：](?P<s>[0-5]\d))?|시\s*(?P<km>[0-5]?\d)분(?:\s*(?P<ks>[0-5]?\d)초)?)(?![\d:])"
)
_AFTERNOON = re.compile(r"오후|p\.?m\b", re.IGNORECASE)
_DATED = re.compile(r"20\d\d\s*[-./년]|(?<!\d)\d{2}[-./]\d{2}[-./]\d{2}(?!\d)|[A-Za-z]{3,9}\.?,?\s+20\d\d")
_PAID = re.compile(
    r"(?:거래|결제|승인|판매|구매|매출)\s*(?:일시|시간|시각)|\b(?:time|sold|paid)\b", re.IGNORECASE
)
_NOT_PAID = re.compile(
    r"영업|운영|이용|입장|입차|예약|도착|출발|체크|휴게|브레이크|라스트|오더|행사|기간|문의|상담|접수|무료|[~～]|\d\s*-\s*\d{1,2}:|"
    r"hours|open|clos|last order|check.?in|check.?out|depart|arriv|until|from|daily|mon|sat|sun",
    re.IGNORECASE,
)
_TILL = re.compile(
    r"(?:\bpos|포스|계산대|계산원|캐셔|단말기?|\btill|\bcashier|\bregister|\bterminal|\btid)\s*(?:번\s*호|no\.?|id|#)?\s*[:：.#]?\s*(?P<value>[A-Za-z]{0,3}-?\d+)",
    re.IGNORECASE,
)
#: A line that says no more than which copy of a paper this is.
_REPRINT = re.compile(
    r"재\s*(?:발행|출력|인쇄|교부)|사본|복사본|(?:고객|회원|가맹점|카드사|보관|제출)\s*용|\b(?:re-?print(?:ed)?|duplicate|copy)\b",
    re.IGNORECASE,
)
_SUM = re.compile(r"\d[,.]\d{3}|\d\s*원|[₩￦$£€]|\d\.\d{2}\b")
_LONG = 6


def without_reprint(text: str) -> str:
    """The text without lines that only say that it is a copy or was printed again, with when that was."""
    return "\n".join(line for line in text.splitlines() if not _is_reprint(line))


def _is_reprint(line: str) -> bool:
    return bool(_REPRINT.search(line) and len(line.strip()) <= 40 and not _SUM.search(line))


def marks_of(text: str) -> dict[str, str]:
    """Kind → what stands on a paper of it: numbers of the purchase, its minute ("12:10") and second, its till.

    Nothing of a kind that says two things. No card number is among them.
    """
    text = without_reprint(text)
    found = {kind: _one({_plain(value) for value in _values(kind, text)}) for kind in _LABELS}
    found |= _moment(text)
    found[TILL] = _one({hit["value"].upper() for hit in _TILL.finditer(text)})
    return {kind: value for kind, value in found.items() if value}


def _values(kind: str, text: str) -> list[str]:
    hits = _NUMBERS[kind].finditer(text)
    found = [hit["value"] for hit in hits if not is_of_others(kind, text[: hit.start()], text[hit.end() :])]
    return [
        value
        for value in found
        if redact(value) == value and not _is_day(value) and not _PHONE.fullmatch(value)
    ]


def is_of_others(kind: str, before: str, behind: str = "") -> bool:
    """Whether the number of a kind between those texts is no purchase's: the shop's, the card's, a device's or a batch's."""
    if kind == "approval":
        return bool(_BY_PHONE.search(before[-12:]))
    if kind == "serial":
        line = f"{before[before.rfind(chr(10)) + 1 :]} {behind.partition(chr(10))[0]}"
        if _DEVICE.search(line):
            return True
    return bool(_OF_OTHERS.search(before[-12:]))


def _is_day(value: str) -> bool:
    return bool(re.fullmatch(r"20\d\d-\d{1,2}-\d{1,2}", value))


def _plain(value: str) -> str:
    return re.sub(r"[-\s]", "", value).upper()[:40]


def _one(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""


def _moment(text: str) -> dict[str, str]:
    """The minute and, where it is said, the second of the payment: the only one that stands beside a day or a word for the payment."""
    times = {
        _clock(hit, line)
        for line in text.splitlines()
        if not _NOT_PAID.search(line) and (_DATED.search(line) or _PAID.search(line))
        for hit in _TIME.finditer(line)
    }
    if len({time[:5] for time in times}) != 1:
        return {}
    seconds = {time for time in times if len(time) == 8}
    return {MINUTE: next(iter(times))[:5], SECOND: _one(seconds)}


def _clock(hit: re.Match[str], line: str) -> str:
    hour = int(hit["h"]) + (12 if _AFTERNOON.search(line) and int(hit["h"]) < 12 else 0)
    minute, second = int(hit["m"] or hit["km"] or 0), hit["s"] or hit["ks"]
    return f"{hour:02}:{minute:02}" + (f":{int(second):02}" if second else "")


def is_long(value: str, issued_on: date | None) -> bool:
    """Whether a number is one that two shops or days do not share by chance: six places behind the day that may stand in it."""
    rest = value
    for day in (f"{issued_on:%Y%m%d}", f"{issued_on:%y%m%d}") if issued_on else ():
        rest = rest.removeprefix(day)
    return len(rest.lstrip("0")) >= _LONG


def numbers_in(marks: Mapping[str, str]) -> dict[str, str]:
    """The marks that are numbers of the purchase."""
    return {kind: value for kind, value in marks.items() if kind not in (MINUTE, SECOND, TILL)}
