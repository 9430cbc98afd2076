"""What a value can be at all, whoever the claim is of: hours from 0 to 23, counts from 0, codes of a shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rules.language import nodes as n
from rules.language.certain.spans import INF, Numbers, Span
from rules.language.nodes import Expression
from rules.language.times import DAY_US
from rules.language.transactions import KINDS
from rules.language.types import Kind, Type
from rules.money import is_known_currency


@dataclass(frozen=True, slots=True)
class Domain:
    """The numbers a value can be, and the words for it."""

    numbers: Numbers
    said_en: str
    said_ko: str


def _whole(low: float, high: float, en: str, ko: str) -> Domain:
    return Domain(Numbers((Span(low, high),), whole=True), en, ko)


_COUNT = _whole(0, INF, "a count is 0 or more", "건수는 0 이상입니다")
_LENGTH = _whole(1, INF, "an empty text counts as missing", "빈 글은 없는 값으로 봅니다")
#: Fields whose codes all have as many characters.
_LENGTHS = {
    name: _whole(size, size, f"all of them have {size} characters", f"모두 {size}글자입니다")
    for name, size in (("merchant.mcc", 4), ("merchant.brn", 10), ("merchant.country", 2), ("currency", 3))
}
_ONE = _whole(0, 1, "claims of the same are all of one", "같은 것끼리 모으면 종류는 하나뿐입니다")
_HOUR = _whole(0, 23, "hours run from 0 to 23", "시(時)는 0부터 23까지입니다")
_WEEKDAY = _whole(1, 7, "weekdays run from 1 (Monday) to 7", "요일은 1(월)부터 7(일)까지입니다")
_MONTH = _whole(1, 12, "months run from 1 to 12", "월은 1부터 12까지입니다")
_SHARE = Domain(Numbers((Span(0, 1),)), "a share lies between 0% and 100%", "비중은 0%에서 100% 사이입니다")
_NOT_NEGATIVE = Domain(Numbers((Span(0, INF),)), "it is never below zero", "0보다 작을 수 없습니다")
_TIME = Domain(
    Numbers((Span(0, DAY_US, high_open=True),)),
    "times run from 00:00 to 23:59",
    "시각은 00:00부터 23:59까지입니다",
)
_FALL = Domain(
    Numbers((Span(-1, INF),)), "payments fall by 100% at most", "결제액은 100%까지만 줄어들 수 있습니다"
)
#: Windows whose value is none below zero where none of the values is.
_OF_AMOUNTS = frozenset({"sum", "mean", "median", "min", "max", "percentile"})
#: What a count counts.
_COUNTED = frozenset({"claims", "merchants", "people", "values", "months"})
_BY_CALL: Mapping[str, Domain] = {
    "minute": _whole(0, 59, "minutes run from 0 to 59", "분은 0부터 59까지입니다"),
    "day_of_month": _whole(1, 31, "days of a month run from 1 to 31", "일은 1부터 31까지입니다"),
    "length": _COUNT,
    "abs": _NOT_NEGATIVE,
}
_BY_UNIT: Mapping[str, Domain] = {"hour": _HOUR, "weekday": _WEEKDAY, "month": _MONTH}
_DIGIT = _whole(1, 9, "first digits run from 1 to 9", "첫 자리 숫자는 1부터 9까지입니다")
_TAKEN_APART = frozenset({"min", "max", "quotient", "remainder"})
#: Amounts that are delivered and not reckoned.
_AMOUNTS = frozenset(
    {"amount", "cancel_amount", "vat_amount", "vat_claimed", "service_charge", "receipt.amount"}
)
_WHOLE_AMOUNT = _whole(
    -INF,
    INF,
    "an amount is whole in the smallest unit of its currency",
    "금액은 그 통화의 가장 작은 단위로 나누어떨어집니다",
)
#: Amounts that are never below zero.
NEVER_NEGATIVE = frozenset({"card.limit", "pre_approved_amount"})
_LIMIT = _whole(0, INF, "it is a whole amount and never below zero", "0 이상의 정수 금액입니다")
#: Shares among the fields.
_SHARES = frozenset({"mcc_share_peer", "first_digit_share"})
#: Fields that are counted from a moment before the claim's.
_SINCE = frozenset({"minutes_since_previous"})


def _is_its_own_key(node: n.Window) -> bool:
    """``distinct(merchant same merchant, day)``: whatever is alike in all claims is one."""
    return isinstance(node.value, n.FieldRef) and node.value.name in node.keys


def _holds_payments(node: n.Window) -> bool:
    """Whether a window looks at what payments never have below zero: it holds payments only, unless it names kinds of transactions."""
    is_plain = isinstance(node.value, n.FieldRef) and node.value.name in {"amount", "n_attendees"}
    return is_plain and (node.where is None or "txn_type" not in n.field_names(node.where))


def domain_of(node: Expression, kind: Type | None) -> Domain | None:
    """What the value of a node can be; None where it may be anything of its kind."""
    if isinstance(node, n.Call) and node.name == "length" and isinstance(node.arguments[0], n.FieldRef):
        return _LENGTHS.get(node.arguments[0].name, _LENGTH)
    if isinstance(node, n.Call) and node.name in _BY_CALL:
        return _BY_CALL[node.name]
    if isinstance(node, n.Window) and node.function == "distinct" and _is_its_own_key(node):
        return _ONE
    if isinstance(node, n.Window) and node.function in {"count", "distinct"}:
        return _COUNT
    if isinstance(node, n.Window) and node.function in {"since_last", "deviation"}:
        return _NOT_NEGATIVE
    if isinstance(node, n.Window) and node.function in _OF_AMOUNTS and _holds_payments(node):
        return _NOT_NEGATIVE
    if isinstance(node, n.Window) and node.function == "change" and _holds_payments(node):
        return _FALL
    if isinstance(node, n.FieldRef) and node.name in _SINCE:
        return _NOT_NEGATIVE
    if isinstance(node, n.Window) and node.function == "share":
        return _SHARE
    if node == n.FieldRef("first_digit"):
        return _DIGIT
    if isinstance(node, n.FieldRef) and node.name in _AMOUNTS:
        return _WHOLE_AMOUNT
    if isinstance(node, n.FieldRef) and node.name in NEVER_NEGATIVE:
        return _LIMIT
    if isinstance(node, n.FieldRef) and node.name in _SHARES:
        return _SHARE
    if kind is None or not isinstance(node, n.FieldRef | n.Call):
        return None
    if kind.kind is Kind.TIME:
        return _TIME
    if isinstance(node, n.Call) and node.name in _TAKEN_APART:
        return None  # the unit is that of what it is taken of, the values are not
    if isinstance(node, n.Call) and node.name == "or_zero":
        return _COUNT if kind.unit in _COUNTED or kind.unit in _BY_UNIT else None
    if kind.unit in _BY_UNIT:
        return _BY_UNIT[kind.unit]
    return _COUNT if kind.unit in _COUNTED else None


@dataclass(frozen=True, slots=True)
class Shape:
    """How codes of a field are written, and the words for it."""

    fits: Callable[[str], bool]
    said_en: str
    said_ko: str


def _matches(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern)
    return lambda text: found.fullmatch(text) is not None


#: Field → what its codes look like. Texts are given as compared: folded to small letters.
SHAPES: Mapping[str, Shape] = {
    "merchant.mcc": Shape(
        _matches(r"\d{4}"),
        "a category code has four digits, such as 5813",
        "업종 코드는 5813처럼 네 자리입니다",
    ),
    "merchant.brn": Shape(
        _matches(r"\d{10}"),
        "a business number has ten digits without hyphens",
        "사업자등록번호는 하이픈 없이 열 자리입니다",
    ),
    "merchant.country": Shape(
        _matches(r"[a-z]{2}"), "a country has two letters, such as KR", "국가는 KR처럼 두 글자입니다"
    ),
    "currency": Shape(
        lambda text: is_known_currency(text.upper()),
        "a currency is one of ISO 4217, such as KRW",
        "통화는 KRW처럼 ISO 4217 코드입니다",
    ),
    "txn_type": Shape(
        lambda text: text in KINDS,
        "kinds are " + ", ".join(KINDS),
        "거래 종류는 " + ", ".join(KINDS) + "입니다",
    ),
}
