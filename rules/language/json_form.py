"""Tree ↔ plain JSON for the form builder: {"type": "comparison", "op": ">", "left": …, "right": …}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from rules.language import nodes as n
from rules.language.nodes import MAX_DEPTH, MAX_NODES, Expression, Position
from rules.language.parse import parse
from rules.language.problems import RuleNotValid, refuse
from rules.language.text import to_text
from rules.money import is_known_currency

Json = dict[str, Any]

_CLASSES: dict[str, type[n.Node]] = {
    "number": n.NumberLiteral,
    "percent": n.PercentLiteral,
    "money": n.MoneyLiteral,
    "text": n.TextLiteral,
    "yes_no": n.YesNoLiteral,
    "date": n.DateLiteral,
    "time": n.TimeLiteral,
    "duration": n.DurationLiteral,
    "field": n.FieldRef,
    "now": n.Now,
    "list": n.ListRef,
    "parameter": n.ParameterRef,
    "values": n.InlineList,
    "range": n.Range,
    "minus": n.Negate,
    "arithmetic": n.Arithmetic,
    "comparison": n.Comparison,
    "in": n.Membership,
    "text_match": n.TextMatch,
    "missing": n.IsMissing,
    "not": n.Not,
    "and": n.And,
    "or": n.Or,
    "call": n.Call,
    "window": n.Window,
}
_TYPES = {cls: name for name, cls in _CLASSES.items()}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("arithmetic", "op"): get_args(n.ArithmeticOp),
    ("comparison", "op"): get_args(n.ComparisonOp),
    ("text_match", "op"): get_args(n.TextOp),
    ("duration", "unit"): get_args(n.DurationUnit),
    ("window", "period"): (*n.PERIODS,),
    ("window", "mode"): get_args(n.Mode),
}
_NODE_FIELDS = frozenset(
    {"low", "high", "operand", "left", "right", "collection", "pattern", "within", "where", "fraction"}
)
_NODE_LISTS = frozenset({"items", "operands", "arguments"})
_NAME_LISTS = frozenset({"keys", "part"})
_MAY_BE_EMPTY = frozenset({"period", "within", "where", "value", "mode", "fraction"})
#: Levels of JSON per level of the tree: a node, its list, the list's entry.
_JSON_DEPTH = 3 * (MAX_DEPTH + 2)


def to_json(node: Expression) -> Json:
    """The tree as plain JSON values: decimals and dates as text, so that nothing is rounded on the way."""
    written: Json = {"type": _TYPES[type(node)]}
    for part in fields(node):
        if part.name != "position":
            written[part.name] = _plain(getattr(node, part.name))
    return written


def from_json(data: Any) -> Expression:
    """The tree of a form's data. Raises RuleNotValid naming the path of what is wrong.

    The tree is read back from its own text, so it is exactly what typing the rule would give: same limits, one spelling.
    """
    _refuse_size(data)
    text = to_text(_node(data, "$"))
    return parse(text)


def _plain(value: Any) -> Any:
    if isinstance(value, n.Node):
        return to_json(value)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _refuse_size(data: Any) -> None:
    """Depth and number of parts, counted without recursion."""
    pending, count = [(data, 1)], 0
    while pending:
        current, depth = pending.pop()
        count += 1
        if depth > _JSON_DEPTH:
            raise refuse(Position(), "too_deep", limit=MAX_DEPTH)
        if count > 20 * MAX_NODES:
            raise refuse(Position(), "too_many_nodes", limit=MAX_NODES)
        inner = (
            current.values() if isinstance(current, dict) else current if isinstance(current, list) else ()
        )
        pending.extend((part, depth + 1) for part in inner)


def _bad(path: str, reason: str) -> RuleNotValid:
    return refuse(Position(), "json_form", path=path, reason=reason)


def _node(data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _bad(path, "an object with a type is expected")
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in _CLASSES:
        raise _bad(path, f"type must be one of {', '.join(_CLASSES)}")
    cls = _CLASSES[kind]
    names = [part.name for part in fields(cls) if part.name != "position"]
    unknown = set(data) - {"type", *names}
    if unknown:
        raise _bad(path, f"unknown: {', '.join(sorted(map(str, unknown)))}")
    return cls(**{name: _value(kind, name, data.get(name), f"{path}.{name}") for name in names})


def _value(kind: str, name: str, value: Any, path: str) -> Any:
    if name in _NODE_LISTS:
        least = 0 if kind == "call" else 2 if kind in {"and", "or"} else 1
        if not isinstance(value, list) or len(value) < least:
            raise _bad(path, f"a list of at least {least} is expected")
        return tuple(_node(part, f"{path}[{at}]") for at, part in enumerate(value))
    if name in _NAME_LISTS:
        return tuple(_name(part, path) for part in (value or []))
    if value is None and kind == "window" and name in _MAY_BE_EMPTY:
        return "" if name == "mode" else None
    if name in _NODE_FIELDS or (kind == "window" and name == "value"):
        return _node(value, path)
    if (kind, name) in _CHOICES:
        if value not in _CHOICES[kind, name]:
            raise _bad(path, f"must be one of {', '.join(_CHOICES[kind, name])}")
        return value
    if name in {"name", "function"}:
        return _name(value, path)
    return _literal(kind, name, value, path)


def _name(value: Any, path: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > 80:
        raise _bad(path, "a name of a-z, 0-9, _ and dots is expected")
    return value


def _literal(kind: str, name: str, value: Any, path: str) -> Any:
    if kind == "yes_no":
        if not isinstance(value, bool):
            raise _bad(path, "true or false is expected")
        return value
    if not isinstance(value, str):
        raise _bad(path, "a text is expected")
    if kind == "text":
        return value
    if name == "currency":
        if not is_known_currency(value):
            raise _bad(path, "a currency code such as KRW is expected")
        return value
    try:
        if kind == "date":
            return date.fromisoformat(value)
        if kind == "time":
            return time.fromisoformat(value)
        number = Decimal(value)
    except (ValueError, InvalidOperation):
        raise _bad(path, f"{kind} is not readable") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18 or len(value) > 40:
        raise _bad(path, "a number of at most 18 digits is expected")
    return number
