"""What transactions are called: words every profile knows, and those that say something only under a certain header.

`D` and `Y` alone are no words; under “Dr/Cr” and “취소여부” they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from fraud.claims.importing.fields import TXN_WORDS
from fraud.claims.importing.headers import plain

_SIDES = {
    **dict.fromkeys(("d", "dr", "dt", "debit", "s", "soll", "차변", "차", "출금", "+"), "purchase"),
    **dict.fromkeys(("c", "cr", "ct", "credit", "h", "haben", "대변", "대", "입금", "-"), "refund"),
}
_YES = ("y", "yes", "true", "t", "1", "o", "예", "여")
_NO = ("n", "no", "false", "f", "0", "x", "아니오", "아니요", "부", "정상")
_CANCELLED = {**dict.fromkeys(_YES, "cancel"), **dict.fromkeys(_NO, "purchase")}
_CREDITED = {**dict.fromkeys(_YES, "refund"), **dict.fromkeys(_NO, "purchase")}
#: How far a payment has come; what is not settled yet (pending, authorised) is not among them.
_STANDING = {
    **dict.fromkeys(
        ("posted", "settled", "cleared", "complete", "completed", "success", "successful"), "purchase"
    ),
    **dict.fromkeys(("captured", "processed", "완료", "확정", "매입완료", "승인완료"), "purchase"),
    **dict.fromkeys(("decline", "unsuccessful", "미승인"), "decline"),
}
#: Headers by what their words mean, as `plain` writes them.
_HEADERS: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...] = (
    (
        (
            "dr/cr",
            "cr/dr",
            "d/c",
            "dc",
            "dr/cr indicator",
            "d/c indicator",
            "debit/credit",
            "credit/debit",
            "debit or credit",
        ),
        _SIDES,
    ),
    (
        (
            "debit/credit indicator",
            "debit credit indicator",
            "credit debit indicator",
            "soll/haben",
            "s/h",
            "soll/haben-kennzeichen",
        ),
        _SIDES,
    ),
    (
        (
            "soll/haben-kz",
            "s/h-kennzeichen",
            "차대구분",
            "차대",
            "차변/대변",
            "차변대변",
            "입출금구분",
            "입출구분",
            "sign",
        ),
        _SIDES,
    ),
    (
        (
            "취소여부",
            "취소유무",
            "취소 yn",
            "취소구분",
            "매출취소여부",
            "cancelled",
            "canceled",
            "is cancelled",
        ),
        _CANCELLED,
    ),
    (
        (
            "cancel flag",
            "cancelled flag",
            "cancel yn",
            "cancellation flag",
            "void flag",
            "is void",
            "reversal flag",
        ),
        _CANCELLED,
    ),
    (
        ("credit flag", "is credit", "refund flag", "is refund", "환불여부", "환급여부", "credit indicator"),
        _SIDES | _CREDITED,
    ),
    (
        (
            "status",
            "transaction status",
            "txn status",
            "trans status",
            "payment status",
            "state",
            "transaction state",
        ),
        _STANDING,
    ),
    (
        ("거래상태", "결제상태", "승인상태", "매입상태", "처리상태", "auth status", "approval status"),
        _STANDING,
    ),
)
_BY_HEADER: dict[str, Mapping[str, str]] = {plain(name): words for names, words in _HEADERS for name in names}
#: Headers whose column tells of a payment's end only by some of its words: it is taken for what it says of transactions when one of these is there.
STANDINGS = frozenset(name for name, words in _BY_HEADER.items() if words is _STANDING)


def txn_words(header: str) -> dict[str, str]:
    """word → kind of transaction, for a column of this header."""
    return {**TXN_WORDS, **_BY_HEADER.get(plain(header), {})}


def txn_headers() -> frozenset[str]:
    """Headers, as `plain` writes them, whose column tells the kind of a transaction or the side of an amount."""
    return frozenset(_BY_HEADER) - STANDINGS
