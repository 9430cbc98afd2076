"""Tree → text, the canonical spelling: parsing it gives the same tree again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from rules.language import nodes as n
from rules.language.nodes import Expression

# How tightly a node binds; an operand that binds less tightly is put into brackets.
_OR, _AND, _NOT, _PREDICATE, _SUM, _PRODUCT, _MINUS, _ATOM = range(8)
_SUMS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def to_text(node: Expression) -> str:
    """The rule as text; ``parse(to_text(tree)) == tree`` for every tree that ``parse`` can give."""
    writer = _WRITERS[type(node)]
    return writer(node)


def number_text(value: Decimal) -> str:
    """Plain digits, no exponent."""
    return f"{value:f}"


def quote(value: str) -> str:
    """A text in quotation marks; a mark inside is doubled."""
    return '"' + value.replace('"', '""') + '"'


def duration_text(node: n.DurationLiteral) -> str:
    """``30 minutes``, ``1 day``."""
    return f"{number_text(node.amount)} {node.unit}{'' if node.amount == 1 else 's'}"


def _strength(node: Expression) -> int:
    match node:
        case n.Or():
            return _OR
        case n.And():
            return _AND
        case n.Not(operand=n.Membership() | n.TextMatch() | n.IsMissing()):
            return _PREDICATE
        case n.Not():
            return _NOT
        case n.Comparison() | n.Membership() | n.TextMatch() | n.IsMissing():
            return _PREDICATE
        case n.Arithmetic():
            return _SUMS[node.op]
        case n.Negate():
            return _MINUS
        case n.NumberLiteral(value=value) | n.PercentLiteral(value=value) if value < 0:
            return _MINUS
        case n.MoneyLiteral() if node.amount < 0:
            return _MINUS
        case _:
            return _ATOM


def _inside(node: Expression, least: int) -> str:
    written = to_text(node)
    return f"({written})" if _strength(node) < least else written


def _junction(word: str, strength: int) -> Callable[[n.And | n.Or], str]:
    return lambda node: f" {word} ".join(_inside(part, strength + 1) for part in node.operands)


def _not(node: n.Not) -> str:
    match node.operand:
        case n.Membership():
            return _membership(node.operand, "not in")
        case n.TextMatch():
            return _text_match(node.operand, "not ")
        case n.IsMissing():
            return f"{_inside(node.operand.operand, _SUM)} is not missing"
        case _:
            return f"not {_inside(node.operand, _NOT)}"


def _comparison(node: n.Comparison) -> str:
    return f"{_inside(node.left, _SUM)} {node.op} {_inside(node.right, _SUM)}"


def _membership(node: n.Membership, word: str = "in") -> str:
    return f"{_inside(node.operand, _SUM)} {word} {to_text(node.collection)}"


def _text_match(node: n.TextMatch, negation: str = "") -> str:
    is_list = isinstance(node.pattern, n.ListRef | n.InlineList)
    op = f"{node.op} any" if is_list else node.op
    return f"{_inside(node.operand, _SUM)} {negation}{op} {to_text(node.pattern)}"


def _arithmetic(node: n.Arithmetic) -> str:
    strength = _SUMS[node.op]
    return f"{_inside(node.left, strength)} {node.op} {_inside(node.right, strength + 1)}"


def _minus(node: n.Negate) -> str:
    return f"-{_inside(node.operand, _ATOM)}"


def _money(node: n.MoneyLiteral) -> str:
    return f"{node.amount:,f} {node.currency}"


def _list(node: n.InlineList) -> str:
    return "(" + ", ".join(to_text(item) for item in node.items) + ")"


def _call(node: n.Call) -> str:
    return f"{node.name}({', '.join(map(to_text, node.arguments))})"


def _window(node: n.Window) -> str:
    keys = list(node.keys)
    if node.period is not None:
        keys.append(f"whole {node.period}" if node.mode == "whole" else node.period)
    parts = [] if node.fraction is None else [f"{to_text(node.fraction)} of"]
    parts += [] if node.value is None else [_inside(node.value, _SUM)]
    parts.append(
        f"of {', '.join(node.part)} in {', '.join(keys)}" if node.part else f"same {', '.join(keys)}"
    )
    if node.within is not None:
        parts.append(f"within {to_text(node.within)}")
    if node.where is not None:
        parts.append(f"where {to_text(node.where)}")
    if node.mode in {"before", "others"}:
        parts.append("by others" if node.mode == "others" else "before")
    return f"{node.function}({' '.join(parts)})"


_WRITERS: dict[type, Callable[..., str]] = {
    n.NumberLiteral: lambda node: number_text(node.value),
    n.PercentLiteral: lambda node: f"{number_text(node.value)}%",
    n.MoneyLiteral: _money,
    n.TextLiteral: lambda node: quote(node.value),
    n.YesNoLiteral: lambda node: "yes" if node.value else "no",
    n.DateLiteral: lambda node: node.value.isoformat(),
    n.TimeLiteral: lambda node: node.value.strftime("%H:%M"),
    n.DurationLiteral: duration_text,
    n.FieldRef: lambda node: node.name,
    n.Now: lambda node: "now",
    n.ListRef: lambda node: f"@{node.name}",
    n.ParameterRef: lambda node: f"${node.name}",
    n.InlineList: _list,
    n.Range: lambda node: f"{to_text(node.low)}..{to_text(node.high)}",
    n.Negate: _minus,
    n.Arithmetic: _arithmetic,
    n.Comparison: _comparison,
    n.Membership: _membership,
    n.TextMatch: _text_match,
    n.IsMissing: lambda node: f"{_inside(node.operand, _SUM)} is missing",
    n.Not: _not,
    n.And: _junction("and", _AND),
    n.Or: _junction("or", _OR),
    n.Call: _call,
    n.Window: _window,
}
