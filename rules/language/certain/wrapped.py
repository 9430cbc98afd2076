"""What a value says of the same value in a function: or_zero(x) of a known x is x, lower(x) is compared as x, minutes between two moments tell their order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from rules.language import nodes as n
from rules.language.certain.choices import Truth
from rules.language.certain.spans import INF, Numbers, Span, of_comparison
from rules.language.nodes import Expression
from rules.language.times import DAY_US
from rules.language.types import Type

_MINUTE_US = DAY_US // 1_440
_DEFAULTS = {"or_zero": "0", "or_no": "no"}
_BETWEEN = frozenset({"minutes_between", "days_between", "business_days_between"})
_BELOW, _ABOVE = Span(high=0, high_open=True), Span(low=0, low_open=True)


def with_default(subject: Hashable, fact: object) -> Iterator[tuple[Hashable, Numbers | Truth]]:
    """What a fact about x says of or_zero(x) or or_no(x), which is x where x is known; and what those say of x where they cannot be its default."""
    if isinstance(subject, n.Call) and subject.name in _DEFAULTS:
        inner = subject.arguments[0]
        is_default = (
            fact.meet(Numbers((Span(0, 0),))).is_empty is False
            if isinstance(fact, Numbers)
            else isinstance(fact, Truth) and False in fact.values
        )
        if not is_default and isinstance(fact, Numbers | Truth):
            yield inner, fact
            yield ("missing", inner), Truth(frozenset({False}))
    elif isinstance(subject, n.FieldRef) and isinstance(fact, Numbers | Truth):
        yield n.Call("or_zero" if isinstance(fact, Numbers) else "or_no", (subject,)), fact


def unfolded(node: Expression) -> Expression:
    """``lower(x)`` as x: texts are compared without case."""
    return node.arguments[0] if isinstance(node, n.Call) and node.name == "lower" else node


def of_time(subject: Hashable, fact: object) -> Iterator[tuple[Hashable, Numbers]]:
    """What a time of day says of its hour and minute."""
    if not isinstance(subject, n.Call) or subject.name != "time" or not isinstance(fact, Numbers):
        return
    day = fact.meet(Numbers((Span(0, DAY_US, high_open=True),)))
    minutes = [
        (span.low // _MINUTE_US, (span.high - 1 if span.high_open else span.high) // _MINUTE_US)
        for span in day.spans
    ]
    is_paid = subject.arguments == (n.FieldRef("transacted_at"),)
    hours = tuple(Span(low // 60, high // 60) for low, high in minutes)
    yield n.FieldRef("hour") if is_paid else n.Call("hour", subject.arguments), Numbers(hours, whole=True)
    within = tuple(
        Span(low % 60, high % 60) if low // 60 == high // 60 else Span(0, 59) for low, high in minutes
    )
    yield n.Call("minute", subject.arguments), Numbers(within, whole=True)


def in_order(
    subject: Hashable, fact: object, type_of: Callable[[Expression], Type | None]
) -> Iterator[tuple[Hashable, Numbers]]:
    """The order of two moments that so many minutes or days between them tell."""
    if not isinstance(subject, n.Call) or subject.name not in _BETWEEN or not isinstance(fact, Numbers):
        return
    start, end = subject.arguments
    kinds = [type_of(one) for one in (start, end)]
    if kinds[0] is None or kinds[1] is None or kinds[0].kind is not kinds[1].kind:
        return
    sign = next(
        (
            sign
            for sign, side in ((">", _ABOVE), ("<", _BELOW))
            if fact.meet(Numbers((_other(side),))).is_empty
        ),
        None,
    )
    if sign is not None:
        first, second = sorted((end, start), key=repr)
        turned = {">": "<", "<": ">"}
        yield ("difference", first, second), of_comparison(sign if first is end else turned[sign], 0.0, 0.0)


def _other(side: Span) -> Span:
    """Zero and the other side of it."""
    return Span(-INF, 0) if side is _ABOVE else Span(0, INF)
