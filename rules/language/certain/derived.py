"""Fields that are reckoned from others: a share of the limit, the days until a claim was filed, an amount per head; multiples of multiples."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping

from rules.language import nodes as n
from rules.language.certain.choices import Truth
from rules.language.certain.relations import Ratio
from rules.language.certain.spans import INF, Numbers, Span
from rules.language.nodes import Expression
from rules.language.times import DAY_US

#: Shares are kept in 24 bits, days in whole seconds of them: what lies nearer than this is not told apart.
_NEAR, _SECOND_OF_A_DAY = 1e-5, 1 / 86_400
_AMOUNT, _PER_HEAD, _HEADS = (n.FieldRef(name) for name in ("amount", "per_head", "n_attendees"))
_SHARES = {"ratio_to_limit": "card.limit", "ratio_to_pre_approved": "pre_approved_amount"}
_DAYS = {
    "days_to_submit": ("submitted_at", "transacted_at"),
    "days_to_approve": ("claim_approved_at", "submitted_at"),
}


def is_otherwise_reckoned(
    held: Mapping[Hashable, object], bounds: Callable[[Expression], tuple[float, float] | None]
) -> bool:
    """Whether what is asked of a field cannot be beside what is asked of those it is reckoned from; False where that is not certain."""
    asked = _numbers(held)
    shares = ((n.FieldRef(name), _share(held, of)) for name, of in _SHARES.items())
    days = ((n.FieldRef(name), _days(held, *moments)) for name, moments in _DAYS.items())
    pairs = ((asked[field], told) for field, told in (*shares, *days) if field in asked and told is not None)
    return (
        any(one.meet(_widened(told)).is_empty for one, told in pairs)
        or _is_above_its_whole(asked)
        or _is_no_multiple(held, bounds)
    )


def _numbers(held: Mapping[Hashable, object]) -> dict[Hashable, Numbers]:
    return {subject: fact for subject, fact in held.items() if isinstance(fact, Numbers)}


def _share(held: Mapping[Hashable, object], of: str) -> Numbers | None:
    """The amount divided by the field; of a field that is not above zero there is no share, so nothing is met."""
    fact = held.get(("ratio", _AMOUNT, n.FieldRef(of)))
    return fact.numbers if isinstance(fact, Ratio) else None


def _days(held: Mapping[Hashable, object], late: str, early: str) -> Numbers | None:
    moments = n.FieldRef(late), n.FieldRef(early)
    fact = held.get(n.Arithmetic("-", *moments))
    if not isinstance(fact, Numbers):
        return _signed(held, *moments)
    return Numbers(tuple(Span(span.low / DAY_US, span.high / DAY_US) for span in fact.spans))


def _signed(held: Mapping[Hashable, object], late: Expression, early: Expression) -> Numbers | None:
    """Whether there are days at all, or fewer than none, of two moments of which only the order is known."""
    first, second = sorted((late, early), key=repr)
    order = held.get(("difference", first, second))
    if not isinstance(order, Numbers):
        return None
    sign = 1 if first == late else -1
    if order.meet(Numbers((Span(0, INF),))).is_empty:
        return Numbers((Span(-INF, 0) if sign > 0 else Span(0, INF),))
    if order.meet(Numbers((Span(-INF, 0),))).is_empty:
        return Numbers((Span(0, INF) if sign > 0 else Span(-INF, 0),))
    return None


def _widened(numbers: Numbers) -> Numbers:
    return Numbers(tuple(Span(_moved(span.low, -1), _moved(span.high, 1)) for span in numbers.spans))


def _moved(value: float, sign: int) -> float:
    return value + sign * (abs(value) * _NEAR + _SECOND_OF_A_DAY)


def _is_above_its_whole(asked: Mapping[Hashable, Numbers]) -> bool:
    """Whether an amount per head is above zero and above the most the amount may be."""
    if _AMOUNT not in asked or _PER_HEAD not in asked:
        return False
    whole, head = asked[_AMOUNT].spans, asked[_PER_HEAD].spans
    if not whole or not head:
        return False
    most, least = max(whole, key=lambda span: span.high), min(head, key=lambda span: span.low)
    if least.low < 0 or (least.low == 0 and not least.low_open):
        return False  # a credit's share of a head is rounded up to zero
    heads = asked.get(_HEADS)
    fewest = max(heads.whole_ends()[0], 1.0) if heads is not None and heads.spans else 1.0
    if fewest > 1:  # rounded up to the smallest unit
        return least.low > math.ceil(most.high / fewest) if math.isfinite(most.high) else False
    return least.low > most.high or (least.low == most.high and (most.high_open or least.low_open))


def _is_no_multiple(
    held: Mapping[Hashable, object], bounds: Callable[[Expression], tuple[float, float] | None]
) -> bool:
    """Whether a value is to be a multiple of a step and none of what divides the step."""
    return any(
        value == other and step % part == 0
        for value, step in _multiples(held, bounds, is_so=True)
        for other, part in _multiples(held, bounds, is_so=False)
    )


def _multiples(
    held: Mapping[Hashable, object],
    bounds: Callable[[Expression], tuple[float, float] | None],
    *,
    is_so: bool,
) -> Iterator[tuple[Expression, float]]:
    for subject, fact in held.items():
        if (
            isinstance(subject, n.Call)
            and subject.name == "is_multiple"
            and fact == Truth(frozenset({is_so}))
        ):
            step = bounds(subject.arguments[1])
            if step is not None and step[0] == step[1] and step[0] > 0:
                yield subject.arguments[0], step[0]
