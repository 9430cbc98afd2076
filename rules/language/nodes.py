"""The tree of a rule: frozen values that compare by what they say, not by where they stood in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Literal

MAX_TEXT = 2_000
MAX_DEPTH = 20
MAX_NODES = 200
MAX_PATTERN = 100
MAX_SUBJECT = 500
MAX_ITEMS = 10_000

ComparisonOp = Literal["=", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]
TextOp = Literal["contains", "starts with", "like", "matches", "similar to"]
DurationUnit = Literal["second", "minute", "hour", "day", "week", "business day"]
Period = Literal["day", "week", "month", "quarter", "year"]
Mode = Literal["", "before", "whole", "others"]

PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Position:
    """Place in the text: line and column count from 1; ``length`` characters of it, 0 for what is more than one word."""

    line: int = 1
    column: int = 1
    length: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a rule."""

    position: Position = field(default=Position(), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class NumberLiteral(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class PercentLiteral(Node):
    """``value`` is as written: 5 for ``5%``; it computes as 0.05."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class MoneyLiteral(Node):
    """``amount`` in major units, exactly as written."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class TextLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True)
class YesNoLiteral(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class DateLiteral(Node):
    value: date


@dataclass(frozen=True, slots=True)
class TimeLiteral(Node):
    value: time


@dataclass(frozen=True, slots=True)
class DurationLiteral(Node):
    amount: Decimal
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class FieldRef(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Now(Node):
    """The business time of the run, never the wall clock."""


@dataclass(frozen=True, slots=True)
class ListRef(Node):
    name: str


@dataclass(frozen=True, slots=True)
class ParameterRef(Node):
    name: str


@dataclass(frozen=True, slots=True)
class InlineList(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """``low..high``, both ends included; hours, weekdays and times wrap around when low is above high."""

    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Negate(Node):
    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    op: ArithmeticOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    op: ComparisonOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership(Node):
    operand: Expression
    collection: InlineList | ListRef | Range


@dataclass(frozen=True, slots=True)
class TextMatch(Node):
    """``pattern`` is a text; for ``contains`` and ``similar to`` it may be a list, of which any word is enough."""

    op: TextOp
    operand: Expression
    pattern: TextLiteral | ParameterRef | FieldRef | InlineList | ListRef


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    operand: Expression


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Expression


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Window(Node):
    """An aggregate over this claim and earlier ones that share ``keys`` with it.

    ``period`` is a calendar period of the claim's own day; ``within`` a duration back from it; with neither, all the past.
    ``part`` is only for ``share``: the keys of the part whose whole is ``keys``; ``fraction`` only for ``percentile``. ``mode``:
    ``before`` leaves this claim out, ``others`` every claim of this cardholder, ``whole`` takes the entire calendar period, also what
    comes later in it.
    """

    function: str
    value: Expression | None
    keys: tuple[str, ...]
    period: Period | None = None
    within: DurationLiteral | ParameterRef | None = None
    part: tuple[str, ...] = ()
    where: Expression | None = None
    mode: Mode = ""
    fraction: PercentLiteral | ParameterRef | None = None


Literals = (
    NumberLiteral
    | PercentLiteral
    | MoneyLiteral
    | TextLiteral
    | YesNoLiteral
    | DateLiteral
    | TimeLiteral
    | DurationLiteral
)
Expression = (
    Literals
    | FieldRef
    | Now
    | ListRef
    | ParameterRef
    | InlineList
    | Range
    | Negate
    | Arithmetic
    | Comparison
    | Membership
    | TextMatch
    | IsMissing
    | Not
    | And
    | Or
    | Call
    | Window
)


def children(node: Expression) -> tuple[Expression, ...]:
    """The parts a node is made of, in reading order."""
    match node:
        case InlineList(items=parts) | Call(arguments=parts) | And(operands=parts) | Or(operands=parts):
            return parts
        case Range():
            return (node.low, node.high)
        case Negate() | IsMissing() | Not():
            return (node.operand,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Membership():
            return (node.operand, node.collection)
        case TextMatch():
            return (node.operand, node.pattern)
        case Window():
            asked = (node.fraction, node.value, node.within, node.where)
            return tuple(part for part in asked if part is not None)
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything below it, parents first."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


def measure(node: Expression) -> tuple[int, int]:
    """(number of nodes, depth) without recursion."""
    count, deepest = 0, 0
    pending = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        count += 1
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in children(current))
    return count, deepest


def negate(operand: Expression, position: Position) -> Expression:
    """Minus of an expression; a literal takes the sign itself, so that a number has one spelling."""
    match operand:
        case NumberLiteral():
            return NumberLiteral(-operand.value if operand.value else operand.value, position=position)
        case PercentLiteral():
            return PercentLiteral(-operand.value if operand.value else operand.value, position=position)
        case MoneyLiteral():
            value = -operand.amount if operand.amount else operand.amount
            return MoneyLiteral(value, operand.currency, position=position)
        case _:
            return Negate(operand, position=position)


def field_names(node: Expression) -> tuple[str, ...]:
    """Names of the fields an expression reads, each once, in order of first use."""
    return tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, FieldRef)))
