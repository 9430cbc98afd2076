"""Which values made a condition true: the leaves on the true path, as plain JSON values."""

from __future__ import annotations

from typing import Any

from rules.language import nodes as n
from rules.language.evaluate import ClaimReader, evaluate
from rules.language.nodes import Expression
from rules.language.text import to_text
from rules.language.times import date_of, local
from rules.language.types import Kind

#: Always told with a hit, so that sentences and questions can name the claim.
ALWAYS = ("amount", "transacted_at", "merchant.name")


def true_facts(node: Expression, claim: ClaimReader) -> dict[str, dict[str, Any]]:
    """Text of a leaf → its value, for the leaves that made ``node`` true for the claim, and the claim's own amount, time and place."""
    found: dict[str, dict[str, Any]] = {}
    _collect(node, True, claim, found)
    for name in ALWAYS:
        if name not in found:
            _keep(n.FieldRef(name), claim, found)
            found[name]["is_context"] = True  # not what made the rule true
    return found


def leaf_facts(node: Expression, claim: ClaimReader) -> dict[str, dict[str, Any]]:
    """Text of a leaf → its value, for every leaf of a test, whatever it answered; missing ones with None."""
    found: dict[str, dict[str, Any]] = {}
    _leaves(node, claim, found, asked=True)
    return found


def _collect(node: Expression, wanted: bool, claim: ClaimReader, found: dict[str, dict[str, Any]]) -> None:
    match node:
        case n.Not():
            _collect(node.operand, not wanted, claim, found)
        case n.And() | n.Or():
            # a true "and" and a false "or" need all their parts; otherwise only the parts that decided
            needs_all = isinstance(node, n.And) == wanted
            for part in node.operands:
                if needs_all or evaluate(part, claim) is wanted:
                    _collect(part, wanted, claim, found)
        case _:
            _leaves(node, claim, found)


def _leaves(
    node: Expression, claim: ClaimReader, found: dict[str, dict[str, Any]], asked: bool = False
) -> None:
    """Leaves below a test; what is missing is told only where the test asks for it."""
    if isinstance(node, n.FieldRef | n.ParameterRef | n.Window):
        _keep(node, claim, found, asked)
        if isinstance(node, n.Window):
            return
    for part in n.children(node):
        _leaves(part, claim, found, asked or isinstance(node, n.IsMissing))


def _keep(node: Expression, claim: ClaimReader, found: dict[str, dict[str, Any]], asked: bool = True) -> None:
    value = evaluate(node, claim)
    kind = claim.type_of(node)
    if kind is None or (value is None and not asked):
        return
    fact: dict[str, Any] = {"kind": kind.kind.value, "value": _plain(value, kind.kind, claim)}
    if kind.kind is Kind.MONEY:
        fact["currency"] = claim.currency or ""
    if kind.unit:
        fact["unit"] = kind.unit
    if isinstance(node, n.FieldRef) and node.name == "transacted_at" and not claim.has_time:
        fact["date_only"] = True
    found[to_text(node)] = fact


def _plain(value: Any, kind: Kind, claim: ClaimReader) -> Any:
    """A computing value as JSON."""
    if value is None:
        return None
    match kind:
        case Kind.MONEY:
            return round(value)
        case Kind.NUMBER | Kind.PERCENT:
            return int(value) if float(value).is_integer() else round(float(value), 6)
        case Kind.DATETIME:
            return local(value, claim.context.zone).isoformat(timespec="seconds")
        case Kind.DATE:
            return date_of(int(value)).isoformat()
        case Kind.TIME:
            minutes = int(value) // 60_000_000
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case Kind.DURATION:
            return round(value / 1_000_000)
        case _:
            return value
