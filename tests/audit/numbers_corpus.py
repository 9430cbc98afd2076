"""Texts as reviewers, cardholders and clerks write them, each round one number of thirteen plain digits: somebody's, or an order's, a bank account's,
an article's, a telephone's … in Korean and English, with words beside it, with other words, or with none. Drawn from a seed; no number is anybody's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_TODAY = date(2026, 11, 30)


class Said(NamedTuple):
    """A text, the number in it, and what it is: `person …` or another kind."""

    text: str
    number: str
    kind: str


# fmt: off
_NAMES = ("김민서", "박도윤", "이서준", "Nguyen Van An", "Minseo Kim", "정하은")
_LONE = ("{n}", "메모 {n}", "{n} 확인함", "see {n}", "확인 부탁드립니다 ({n})", "다시 봐 주세요: {n}.", "{n}, please check", "note: {n}")
_OF_PEOPLE = (
    "{p} {n}", "{p}({n}) 동석", "동석자 {p}, {n}", "본인 {n}", "배우자 {n} 병원비", "{p} 님 생년월일 뒤 {n}", "신분증 {n} 확인",
    "attendee {p} {n}", "guest {p}, {n}", "{p} ({n}) was at the table", "ID of the guest: {n}", "his number is {n}", "환자 {p} {n}",
)
_TOLD = ("주민번호 {n}", "주민등록번호: {n}", "외국인등록번호 {n}", "RRN {n}", "resident no. {n}", "ARC {n} ({p})")
_OTHERS: dict[str, tuple[str, ...]] = {
    "order": ("주문번호 {n}", "주문 {n} 취소함", "쿠팡 주문 {n}", "order {n}", "order no. {n} was returned", "PO {n}", "예약 {n}", "booking {n}", "접수번호 {n}"),
    "account": ("계좌 {n}", "새마을금고 {n}", "우리은행 {n}으로 송금", "{n} 계좌로 환불", "농협 {n} 이체", "account {n}", "paid to {n} (bank)", "acct. {n}", "입금 {n}"),
    "article": ("바코드 {n}", "상품코드 {n}", "barcode {n}", "EAN {n} x 2", "품번 {n}", "item {n}"),
    "approval": ("승인번호 {n}", "승인 {n}", "approval no. {n}", "auth {n}", "거래번호 {n}", "transaction {n}", "영수증 번호 {n}", "receipt {n}"),
    "parcel": ("운송장 {n}", "등기 {n}", "택배 {n}", "tracking {n}", "parcel {n}", "송장번호 {n}"),
    "phone": ("전화 {n}", "연락처 {n}", "tel {n}", "phone {n}", "문의 {n}"),
    "business": ("사업자 {n}", "법인등록번호 {n}", "business no. {n}", "corporate no. {n}"),
    "amount": ("합계 {n}원", "{n} 원 청구", "total {n} KRW", "KRW {n}", "₩{n}"),
    "time": ("timestamp {n}", "ts={n}", "{n} ms", "기록 시각 {n}"),
}
# fmt: on


def _digits(draw: random.Random, n: int) -> str:
    return f"{draw.randrange(10**n):0{n}d}"


def right_digit(digits: str) -> str:
    """The check digit of a citizen's number given out before October 2020."""
    return str((11 - sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11) % 10)


def somebody(draw: random.Random, kind: str) -> str:
    """A number of an adult (`old` with its check digit, `new` changed or given out since October 2020, `foreign`), or of a `child` born since."""
    first, last = (date(2020, 10, 5), _TODAY) if kind == "child" else (date(1950, 1, 1), date(2006, 12, 31))
    born = first + timedelta(draw.randrange((last - first).days))
    seventh = (1 if born.year < 2000 else 3) + draw.randrange(2) + (4 if kind == "foreign" else 0)
    front = f"{born:%y%m%d}{seventh}"
    if kind == "old":
        front += _digits(draw, 5)
        return front + right_digit(front)
    return front + _digits(draw, 6)


def _article(draw: random.Random) -> str:
    front = draw.choice(("880", "880", "880", "490", "501", "690", "691", "400", "841", "800")) + _digits(
        draw, 9
    )
    return front + str(-sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(front)) % 10)


def _order(draw: random.Random) -> str:
    day = _TODAY - timedelta(draw.randrange(1500))
    return draw.choice(
        (f"{day:%y%m%d}{_digits(draw, 7)}", f"{day:%Y%m%d}{_digits(draw, 5)}", _digits(draw, 13))
    )


def _account(draw: random.Random) -> str:
    front = draw.choice(
        (
            "9002",
            "9003",
            "9004",
            "9005",
            "1002",
            "1005",
            "3333",
            "3511",
            "3010",
            "3020",
            "1013",
            "1107",
            "1120",
        )
    )
    return front + _digits(draw, 9)


def _company(draw: random.Random) -> str:
    """A corporate registration number: court, kind, serial, and the check digit of weights 1 and 2."""
    front = f"{draw.choice((1101, 1201, 1301, 1801, 2001))}{draw.choice((11, 14, 22))}{_digits(draw, 6)}"
    return front + str(-sum(int(d) * (1 + n % 2) for n, d in enumerate(front)) % 10)


_MADE: dict[str, Callable[[random.Random], str]] = {
    "order": _order,
    "account": _account,
    "article": _article,
    "approval": lambda draw: draw.choice((_order(draw), _digits(draw, 13))),
    "parcel": lambda draw: draw.choice("16") + _digits(draw, 12),
    "phone": lambda draw: draw.choice(("00822", "00823", "00182", "15881")) + _digits(draw, 8),
    "business": _company,
    "amount": lambda draw: _digits(draw, 10).replace("0", "1") + "000",
    "time": lambda draw: str(draw.randrange(1_600_000_000_000, 1_800_000_000_000)),
}  # fmt: skip


def people(seed: int, n: int) -> Iterator[Said]:
    """Texts with somebody's number: kinds `person old alone`, `person new beside a person`, `person foreign told` … in turn."""
    draw = random.Random(seed)
    for _ in range(n):
        for kind in ("old", "new", "foreign", "child"):
            for how, texts in (("alone", _LONE), ("beside a person", _OF_PEOPLE), ("told", _TOLD)):
                number = somebody(draw, kind)
                text = draw.choice(texts).format(n=number, p=draw.choice(_NAMES))
                yield Said(text, number, f"person {kind} {how}")


def others(seed: int, n: int) -> Iterator[Said]:
    """Texts with numbers of other kinds, `… named` with their words beside them and `… alone`, in turn."""
    draw = random.Random(seed)
    for _ in range(n):
        for kind, texts in _OTHERS.items():
            for how, some in (("named", texts), ("alone", _LONE)):
                number = next(
                    made for made in iter(lambda kind=kind: _MADE[kind](draw), "") if made[0] != "4"
                )  # no card's
                yield Said(draw.choice(some).format(n=number), number, f"{kind} {how}")
