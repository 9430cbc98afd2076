"""One claim at a time: the plain reading of the language, which keeps the facts. The polars plan must agree with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.fields import FIELDS, Field
from rules.language import nodes as n
from rules.language.check import infer
from rules.language.function_values import call_function
from rules.language.functions import DEFAULTS, FUNCTIONS
from rules.language.likeness import resembler, resembles
from rules.language.nodes import Expression
from rules.language.normal import normalise
from rules.language.patterns import compile_pattern, glob_pattern
from rules.language.specs import Context, ParameterValue
from rules.language.times import DAY_US, day_number, epoch_us, local
from rules.language.types import Kind, Type
from rules.language.values import (
    all_true,
    any_true,
    calculate,
    compare,
    finite,
    literal,
    literal_money,
    negation,
)

WindowReader = Callable[[n.Window], Any]


class ClaimReader:
    """Gives the values of one claim: ``row`` maps names of the feature frame to Python values (None or absent: missing).

    ``windows`` answers a window for this claim. ``missing`` gathers the names of what was looked at and not there. ``types`` may be shared by readers of
    one context.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        context: Context,
        windows: WindowReader,
        *,
        vocabulary: Mapping[str, Field] = FIELDS,
        types: dict[Expression, Type | None] | None = None,
    ) -> None:
        self.row = row
        self.context = context
        self.windows = windows
        self.vocabulary = vocabulary
        self.missing: dict[str, None] = {}
        self._types: dict[Expression, Type | None] = {} if types is None else types

    def type_of(self, node: Expression) -> Type | None:
        """The type of a node (remembered)."""
        if node not in self._types:
            self._types[node] = infer(node, vocabulary=self.vocabulary, parameters=self.context.parameters)
        return self._types[node]

    def lack(self, name: str) -> None:
        """Keep the name of something missing."""
        self.missing[name] = None

    @property
    def currency(self) -> str | None:
        return self.row.get("currency") or None

    @property
    def has_time(self) -> bool:
        """False for a claim of which only the date is known."""
        return bool(self.row.get("has_time"))

    def field(self, name: str) -> Any:
        """The computing value of a field."""
        value = plain_value(self.row.get(name), self.vocabulary[name].type)
        if value is None:
            self.lack(name)
        return value

    def parameter(self, name: str) -> Any:
        """The value of ``$name`` on the claim's local date, in its currency, for its grade, purpose and department."""
        spec = self.context.parameters[name]
        found = None
        at = plain_value(self.row.get("transacted_at"), "datetime")
        if at is not None:
            day = day_number(local(at, self.context.zone).date())
            found = next((value for value in spec.ranked() if self._fits(value, day, spec.type)), None)
        if found is None:
            self.lack(f"${name}")
            return None
        return parameter_number(found, spec.type)

    def _fits(self, value: ParameterValue, day: int, kind: str) -> bool:
        if day < day_number(value.valid_from) or (
            value.valid_to is not None and day >= day_number(value.valid_to)
        ):
            return False
        if kind == "money" and value.currency != self.currency:
            return False
        return all(
            normalise(str(self.row.get(name) or "")) == normalise(wanted)
            for name, wanted in value.scope.items()
        )


def plain_value(value: Any, kind: str) -> Any:
    """A frame's value as the language computes with it; None for missing, blank and not finite."""
    value = finite(value)
    if value is None:
        return None
    if kind in {"text", "code"}:
        return value if str(value).strip() else None
    if kind in {"number", "percent"}:
        return float(value)
    if kind == "datetime":
        return epoch_us(value)
    if kind == "date":
        return day_number(value)
    if kind == "yes_no":
        return bool(value)
    return value


def parameter_number(value: ParameterValue, kind: str) -> int | float:
    """A parameter's value as the language computes with it."""
    if kind == "money":
        return int(value.value)
    if kind == "duration":
        return int(value.value * 1_000_000)
    return float(value.value)


def evaluate(node: Expression, claim: ClaimReader) -> Any:
    """The value of a node for a claim; conditions give True, False or None (unknown)."""
    match node:
        case n.And():
            return all_true([evaluate(part, claim) for part in node.operands])
        case n.Or():
            return any_true([evaluate(part, claim) for part in node.operands])
        case n.Not():
            return negation(evaluate(node.operand, claim))
        case n.FieldRef():
            return claim.field(node.name)
        case n.ParameterRef():
            return claim.parameter(node.name)
        case n.MoneyLiteral():
            if claim.currency != node.currency:
                claim.lack("currency")
                return None
            return literal_money(node)
        case n.TextLiteral():
            return node.value
        case n.Now():
            return None if claim.context.now is None else epoch_us(claim.context.now)
        case n.Comparison():
            return _comparison(node, claim)
        case n.Membership():
            return _membership(node, claim)
        case n.TextMatch():
            return _text_match(node, claim)
        case n.IsMissing():
            return _is_missing(node, claim)
        case n.Negate():
            return calculate("-", 0.0, evaluate(node.operand, claim))
        case n.Arithmetic():
            return _arithmetic(node, claim)
        case n.Call():
            return _call(node, claim)
        case n.Window():
            return claim.windows(node)
        case _:
            return literal(node)


def _is_missing(node: n.IsMissing, claim: ClaimReader) -> bool | None:
    if isinstance(node.operand, n.FieldRef) and node.operand.name in (claim.context.undelivered or ()):
        claim.lack(node.operand.name)
        return None
    before = dict(claim.missing)
    value = evaluate(node.operand, claim)
    claim.missing = before  # asking whether something is missing is always answered
    return value is None


def _comparison(node: n.Comparison, claim: ClaimReader) -> bool | None:
    left, right = evaluate(node.left, claim), evaluate(node.right, claim)
    return _compare(node.op, node.left, left, node.right, right, claim)


def _compare(
    op: str, left_node: Expression, left: Any, right_node: Expression, right: Any, claim: ClaimReader
) -> bool | None:
    left_type, right_type = claim.type_of(left_node), claim.type_of(right_node)
    if left is None or right is None or left_type is None or right_type is None:
        return None
    if left_type.is_textual:
        return compare(op, normalise(left), normalise(right))
    if left_type.kind is Kind.DATETIME and right_type.kind is Kind.DATE:
        left = day_of(left, claim)
    if right_type.kind is Kind.DATETIME and left_type.kind is Kind.DATE:
        right = day_of(right, claim)
    return compare(op, left, right)


def day_of(at_us: float, claim: ClaimReader) -> int:
    """Day number of a moment on the company's clock."""
    return day_number(local(at_us, claim.context.zone).date())


def _membership(node: n.Membership, claim: ClaimReader) -> bool | None:
    value = evaluate(node.operand, claim)
    collection = node.collection
    if isinstance(collection, n.ListRef):
        return None if value is None else normalise(value) in claim.context.lists[collection.name].normalised
    if isinstance(collection, n.InlineList):
        items = [(item, evaluate(item, claim)) for item in collection.items]
        return any_true([_compare("=", node.operand, value, item, found, claim) for item, found in items])
    low, high = evaluate(collection.low, claim), evaluate(collection.high, claim)
    above = _compare(">=", node.operand, value, collection.low, low, claim)
    below = _compare("<=", node.operand, value, collection.high, high, claim)
    owner = claim.type_of(node.operand)
    if owner is not None and owner.cycle:
        if low is None or high is None:
            return None
        if low > high:
            return any_true([above, below])
    return all_true([above, below])


def _text_match(node: n.TextMatch, claim: ClaimReader) -> bool | None:
    value = evaluate(node.operand, claim)
    pattern = node.pattern
    if isinstance(pattern, n.FieldRef):
        word = evaluate(pattern, claim)
        if value is None or word is None:
            return None
        plain, part = normalise(value), normalise(word)
        if node.op == "similar to":
            return resembles(plain, part)
        return part in plain if node.op == "contains" else plain.startswith(part)
    if value is None:
        return None
    return text_test(node.op, pattern, claim.context)(normalise(value))


def constant_words(op: str, pattern: Expression, context: Context) -> tuple[str, ...] | None:
    """The normalised words of which one is to be contained; None for other kinds of match."""
    return None if op == "similar to" else _words_of(op, pattern, context)


def _words_of(op: str, pattern: Expression, context: Context) -> tuple[str, ...] | None:
    if isinstance(pattern, n.ListRef):
        return tuple(context.lists[pattern.name].normalised)
    if isinstance(pattern, n.InlineList):
        return tuple(normalise(item.value) for item in pattern.items if isinstance(item, n.TextLiteral))
    if op not in {"contains", "similar to"} or not isinstance(pattern, n.TextLiteral):
        return None
    return (normalise(pattern.value),)


def text_test(op: str, pattern: Expression, context: Context) -> Callable[[str], bool]:
    """The test of a normalised text against a pattern that is the same for all claims."""
    if op == "similar to":
        return resembler(_words_of(op, pattern, context) or ())
    words = constant_words(op, pattern, context)
    if words is not None:
        return lambda text: any(word in text for word in words)
    assert isinstance(pattern, n.TextLiteral)
    if op == "starts with":
        start = normalise(pattern.value)
        return lambda text: text.startswith(start)
    found = (compile_pattern if op == "matches" else glob_pattern)(pattern.value)
    return lambda text: found.search(text[: n.MAX_SUBJECT]) is not None


def _arithmetic(node: n.Arithmetic, claim: ClaimReader) -> float | int | None:
    left, right = evaluate(node.left, claim), evaluate(node.right, claim)
    left_type, right_type = claim.type_of(node.left), claim.type_of(node.right)
    if left is None or right is None or left_type is None or right_type is None:
        return None
    if left_type.kind is Kind.DATE:
        if right_type.kind is Kind.DATE:
            return (left - right) * DAY_US
        if right_type.kind is Kind.DURATION:
            moved = calculate(node.op, left, right / DAY_US)
            return None if moved is None else int(moved // 1)
        return calculate(node.op, left * DAY_US, day_of(right, claim) * DAY_US)
    return calculate(node.op, left, right)


def _call(node: n.Call, claim: ClaimReader) -> Any:
    function = FUNCTIONS[node.name]
    before = dict(claim.missing)
    values = [evaluate(argument, claim) for argument in node.arguments]
    if function.needs_time and not claim.has_time and reads_transaction_time(node):
        claim.lack("has_time")
        return None
    if node.name in DEFAULTS:
        claim.missing = before
        return DEFAULTS[node.name] if values[0] is None else values[0]
    if any(value is None for value in values):
        return None
    kinds = [found.kind for found in map(claim.type_of, node.arguments) if found is not None]
    return call_function(node.name, values, kinds, claim.context)


def reads_transaction_time(node: Expression) -> bool:
    """Whether an expression looks at the transaction's own time, which may be known to the day only."""
    return any(isinstance(part, n.FieldRef) and part.name == "transacted_at" for part in n.walk(node))
