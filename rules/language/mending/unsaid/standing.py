"""What stands in a rule: its names, keys, texts, numbers, lengths and times of day, and how often it compares and denies."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from rules.language.nodes import (
    Call,
    Comparison,
    DateLiteral,
    DurationLiteral,
    FieldRef,
    InlineList,
    IsMissing,
    ListRef,
    Membership,
    MoneyLiteral,
    Not,
    NumberLiteral,
    Or,
    ParameterRef,
    PercentLiteral,
    Range,
    TextLiteral,
    TextMatch,
    TimeLiteral,
    Window,
    walk,
)
from rules.language.parse import parse
from rules.language.text import to_text

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


PERIOD_LENGTHS = {
    "day": 86400,
    "week": 604800,
    "month": 30 * 86400,
    "quarter": 90 * 86400,
    "year": 365 * 86400,
}


UP = frozenset({">", ">="})


DOWN = frozenset({"<", "<="})


@dataclass
class Standing:
    """What stands in a rule."""

    text: str
    names: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    numbers: set[Decimal] = field(default_factory=set)
    lengths: set[Decimal] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    up: int = 0
    down: int = 0
    equal: int = 0
    denials: int = 0
    has_or: bool = False
    has_window: bool = False
    has_length: bool = False


def standing_in(rule: str) -> Standing:
    tree = parse(rule)
    found = Standing(to_text(tree))
    for node in walk(tree):
        _take(node, found)
    return found


def _take(node: object, found: Standing) -> None:
    if isinstance(node, FieldRef | ListRef | ParameterRef | Call):
        found.names.add(node.name)
    elif isinstance(node, Window):
        _take_window(node, found)
    elif isinstance(node, TextLiteral):
        found.texts.append(node.value.lower())
        if node.value.isdigit():
            found.numbers.add(Decimal(node.value))
    elif isinstance(node, NumberLiteral | PercentLiteral):
        found.numbers.add(node.value)
    elif isinstance(node, MoneyLiteral):
        found.numbers.add(node.amount)
        found.names.add(node.currency)
    elif isinstance(node, DurationLiteral):
        found.numbers.add(node.amount)
        found.lengths.add(node.amount * SECONDS.get(node.unit, 0))
    elif isinstance(node, TimeLiteral):
        found.clocks.add(f"{node.value:%H:%M}")
    elif isinstance(node, DateLiteral):
        found.clocks.add(node.value.isoformat())
    else:
        _take_sign(node, found)


def _take_window(node: Window, found: Standing) -> None:
    found.has_window = True
    found.has_length |= node.within is not None or node.period is not None
    found.names.add(node.function)
    found.keys |= {*node.keys, *node.part}
    if node.period:
        found.keys.add(node.period)
        found.lengths.add(Decimal(PERIOD_LENGTHS[node.period]))
    if node.mode:
        found.denials += 1


def _take_sign(node: object, found: Standing) -> None:
    if isinstance(node, Comparison):
        found.up += node.op in UP
        found.down += node.op in DOWN
        found.equal += node.op in {"=", "!="}
        found.denials += node.op == "!="
    elif isinstance(node, Range):
        found.up += 1
        found.down += 1
    elif isinstance(node, Not):
        found.denials += 1
    elif isinstance(node, IsMissing):
        found.denials += 1
        found.names.add("is missing")
    elif isinstance(node, TextMatch):
        found.names.add("starts" if node.op == "starts with" else "contains")
    elif isinstance(node, Or | InlineList | Membership):
        found.has_or = True
        if isinstance(node, Membership) and isinstance(node.collection, ListRef):
            found.denials += node.collection.name == "home_countries"  # not abroad: at home
