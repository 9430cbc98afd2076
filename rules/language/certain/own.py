"""Windows that hold the claim itself, compared with what it brings in: no payment lies below the least of them or above the most.

Windows hold payments only, so a credit or a declined attempt stands outside its own window: of those nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from rules.language import nodes as n
from rules.language.certain.branches import Atom
from rules.language.certain.spans import Numbers
from rules.language.nodes import Expression

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NOT = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "="}
#: Values of payments that are never below zero: each is at most their total.
_NEVER_NEGATIVE = frozenset({"amount", "n_attendees"})
_LEAST = ("it counts this claim too, so it is 1 or more", "이 건도 세므로 1 이상입니다")
#: (English, Korean) of a window that is never above, and of those never below, the claim's own value.
_NEVER_ABOVE = {
    "min": (
        "this claim is among them, so the smallest is never above its own",
        "이 건도 그 안에 있어 가장 작은 값이 이 건의 값보다 클 수 없습니다",
    )
}
_NEVER_BELOW = {
    "max": (
        "this claim is among them, so the largest is never below its own",
        "이 건도 그 안에 있어 가장 큰 값이 이 건의 값보다 작을 수 없습니다",
    ),
    "sum": (
        "this claim is part of the total, so the total is never below it",
        "이 건도 합계에 들어 있어 합계가 이 건보다 작을 수 없습니다",
    ),
}


def why_no_payment(atom: Atom) -> tuple[str, str] | None:
    """(English, Korean) why a condition holds for no payment, for its window holds the payment itself; None where that is not certain."""
    node = atom.node
    if not isinstance(node, n.Comparison):
        return None
    op = node.op if atom.holds else _NOT[node.op]
    for left, sign, right in ((node.left, op, node.right), (node.right, _TURNED.get(op, op), node.left)):
        factor, window = _times(left)
        if not isinstance(window, n.Window) or not _holds_own(window):
            continue
        if window.function == "count" and factor == 1:
            limit = right.value if isinstance(right, n.NumberLiteral) else None
            return _LEAST if limit is not None and _leaves_out_all_from_one(sign, float(limit)) else None
        own_factor, own = _times(right)
        if own != window.value or not isinstance(own, n.FieldRef):
            continue
        if sign == ">" and factor <= own_factor:
            return _NEVER_ABOVE.get(window.function)
        if sign == "<" and factor >= own_factor:
            return _NEVER_BELOW.get(window.function)
    return None


def _holds_own(window: n.Window) -> bool:
    """Whether a payment is surely in its own window."""
    return window.where is None and window.mode not in {"before", "others"}


def _leaves_out_all_from_one(sign: str, limit: float) -> bool:
    return (sign == "<" and limit <= 1) or (sign == "<=" and limit < 1) or (sign == "=" and limit < 1)


def _times(node: Expression) -> tuple[float, Expression]:
    """``3 * x`` as (3, x); anything else once. A factor that is not above zero stays part of what is compared."""
    if isinstance(node, n.Arithmetic) and node.op == "*":
        for factor, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(factor, n.NumberLiteral | n.PercentLiteral):
                value = float(factor.value) / (100 if isinstance(factor, n.PercentLiteral) else 1)
                if value > 0:
                    return value, other
    return 1.0, node


def why_no_head(atom: Atom) -> tuple[str, str] | None:
    """(English, Korean) why a condition holds for no payment, since its amount per head is never above its amount."""
    node = atom.node
    if not isinstance(node, n.Comparison):
        return None
    op = node.op if atom.holds else _NOT[node.op]
    for left, sign, right in ((node.left, op, node.right), (node.right, _TURNED.get(op, op), node.left)):
        (factor, head), (times, amount) = _times(left), _times(right)
        if (
            (head, amount) == (n.FieldRef("per_head"), n.FieldRef("amount"))
            and sign == ">"
            and factor <= times
        ):
            return "an amount per head is never above the amount", "1인당 금액은 금액을 넘을 수 없습니다"
    return None


def why_never_beside(
    branch: Iterable[Atom], facts_of: Callable[[Atom], Mapping[Hashable, object]]
) -> tuple[Atom, tuple[str, str]] | None:
    """(condition on a window, why) where the conditions of a branch on a value and on a window that holds it hold together for no payment."""
    told = [(atom, facts_of(atom)) for atom in branch]
    for atom, facts in told:
        for window, fact in facts.items():
            if not isinstance(window, n.Window) or not isinstance(fact, Numbers) or not _holds_own(window):
                continue
            if not isinstance(window.value, n.FieldRef):
                continue
            if window.function == "sum" and window.value.name not in _NEVER_NEGATIVE:
                continue
            own = Numbers()
            for _, other in told:
                value = other.get(window.value)
                own = own.meet(value) if isinstance(value, Numbers) else own
            if own.spans and fact.spans and (why := _apart(window.function, own, fact)) is not None:
                return atom, why
    return None


def _apart(function: str, own: Numbers, fact: Numbers) -> tuple[str, str] | None:
    """Why a value can not be beside the window's: above the most of them, below the least."""
    least, most = min(span.low for span in own.spans), max(span.high for span in own.spans)
    if least > max(span.high for span in fact.spans):
        return _NEVER_BELOW.get(function)
    if most < min(span.low for span in fact.spans):
        return _NEVER_ABOVE.get(function)
    return None
