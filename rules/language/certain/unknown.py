"""Conditions nobody can answer, whatever the claim is, and windows that no claim can be in: divided by zero, a multiple of zero, where two things that never hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.language import nodes as n
from rules.language.certain.branches import looked_at
from rules.language.nodes import Expression

Bounds = Callable[[Expression], tuple[float, float] | None]
BY_ZERO = (
    "divided by zero, or a multiple of zero, is unknown for every claim",
    "0으로 나눈 값이나 0의 배수는 어떤 청구에서도 알 수 없습니다",
)
_DIVIDING = frozenset({"is_multiple", "quotient", "remainder"})


def is_by_zero(node: Expression, bounds: Bounds) -> bool:
    """Whether a condition needs a value divided by nothing but zero: it is unknown, and so is its denial."""
    return any(bounds(by) == (0.0, 0.0) for part in looked_at(node) for by in _divisors(part))


def _divisors(node: Expression) -> Iterator[Expression]:
    if isinstance(node, n.Arithmetic) and node.op == "/":
        yield node.right
    if isinstance(node, n.Call) and node.name in _DIVIDING:
        yield node.arguments[1]


def asked_inside(tree: Expression) -> Iterator[n.Window]:
    """Every window of a rule that asks something of the claims it holds."""
    return (node for node in n.walk(tree) if isinstance(node, n.Window) and node.where is not None)
