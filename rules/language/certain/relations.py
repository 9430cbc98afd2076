"""What one thing says of another: a weekend of its weekday, a multiple of its remainder, one amount beside a share of another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from rules.language import nodes as n
from rules.language.certain.domains import domain_of
from rules.language.certain.spans import Numbers, Span, of_comparison
from rules.language.nodes import Expression
from rules.language.specs import Context
from rules.language.types import Type
from rules.language.values import literal

_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WEEKEND, _WORKING = Numbers((Span(6, 7),), whole=True), Numbers((Span(1, 5),), whole=True)
_STARTS, _ENDS = Context().night
_NIGHT = Numbers((Span(0, _ENDS - 1), Span(_STARTS, 23)), whole=True)
_DAYTIME = Numbers((Span(_ENDS, _STARTS - 1),), whole=True)
_NOUGHT = Numbers((Span(0, 0),))
_NOT_NOUGHT = Numbers((Span(high=0, high_open=True), Span(low=0, low_open=True)))


@dataclass(frozen=True)
class Ratio:
    """What one value divided by another that is never below zero may be. Where the other is zero only a strict sign shuts out both at zero."""

    numbers: Numbers
    is_strict: bool

    def meet(self, other: Ratio) -> Ratio:
        """What both allow."""
        return Ratio(self.numbers.meet(other.numbers), self.is_strict or other.is_strict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left, even of two zeros."""
        return self.is_strict and self.numbers.is_empty


def ratios(
    left: Expression, op: str, right: Expression, type_of: Callable[[Expression], Type | None]
) -> Iterator[tuple[Hashable, Ratio]]:
    """The facts of ``3 * a > b``: of a in b's, and of b in a's, where what is divided by is never below zero."""
    (first, one), (second, other) = scaled(left), scaled(right)
    for above, op_here, share, below in (
        (one, op, second / first, other),
        (other, _TURNED[op], first / second, one),
    ):
        if not _is_never_negative(below, type_of):
            continue
        numbers = of_comparison(op_here, share, share)
        if above == below:
            numbers = numbers.meet(Numbers((Span(1, 1),)))
        yield ("ratio", above, below), Ratio(numbers, op_here in {"<", ">", "!="})
        if above == below:
            return


def scaled(node: Expression) -> tuple[float, Expression]:
    """``90% * x`` as (0.9, x), ``x / 2`` as (0.5, x); anything else once."""
    if isinstance(node, n.Arithmetic) and node.op in {"*", "/"}:
        places = ((node.left, node.right), (node.right, node.left))
        for factor, other in places if node.op == "*" else places[1:]:
            if isinstance(factor, n.NumberLiteral | n.PercentLiteral) and (value := literal(factor)) > 0:
                more, inner = scaled(other)
                return more * value if node.op == "*" else more / value, inner
    return 1.0, node


def _is_never_negative(node: Expression, type_of: Callable[[Expression], Type | None]) -> bool:
    domain = domain_of(node, type_of(node)) if isinstance(node, n.FieldRef | n.Call | n.Window) else None
    return domain is not None and all(span.low >= 0 for span in domain.numbers.spans)


def implied(subject: Hashable, is_so: bool) -> Iterator[tuple[Hashable, Numbers]]:
    """What a yes or no of a claim says of numbers: of its weekday, of its hour, of what a division leaves."""
    if isinstance(subject, n.Call) and subject.name == "is_multiple":
        yield n.Call("remainder", subject.arguments), _NOUGHT if is_so else _NOT_NOUGHT
        return
    name = subject.name if isinstance(subject, n.FieldRef | n.Call) else ""
    weekday = _same_day(subject, "weekday")
    if name == "is_weekend":
        yield weekday, _WEEKEND if is_so else _WORKING
    elif name == "is_business_day" and is_so:
        yield weekday, _WORKING
    elif name == "is_night":
        yield _same_day(subject, "hour"), _NIGHT if is_so else _DAYTIME


def shut_out(subject: Hashable, is_so: bool) -> Iterator[tuple[Hashable, bool]]:
    """Other yes or no that a yes decides: a business day is no holiday, a holiday no business day."""
    others = {"is_business_day": "is_holiday", "is_holiday": "is_business_day"}
    if isinstance(subject, n.FieldRef | n.Call) and subject.name in others and is_so:
        yield _same_day(subject, others[subject.name]), False


def _same_day(subject: Hashable, name: str) -> Hashable:
    """The field of that name, or for ``is_weekend(x)`` the function of the same x."""
    if isinstance(subject, n.Call) and subject.arguments != (n.FieldRef("transacted_at"),):
        return n.Call(name, subject.arguments)
    return n.FieldRef(name)
