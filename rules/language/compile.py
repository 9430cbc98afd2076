"""Tree → polars expression. Missing is null and polars' own Kleene logic carries it through and, or and not."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import polars as pl

from rules.language import nodes as n
from rules.language.compile_functions import compile_call
from rules.language.evaluate import constant_words, text_test
from rules.language.likeness import resembles
from rules.language.nodes import Expression
from rules.language.normal import normalise
from rules.language.parameters import compile_parameter
from rules.language.table import SeriesTest, Table, equals, is_one_of, text_field
from rules.language.times import DAY_US, epoch_us
from rules.language.types import Kind
from rules.language.values import DECIMALS, EXACT, literal, literal_money
from rules.language.whole_numbers import compared_whole, whole_column, whole_literal

#: Answers a window with a column name of the table.
WindowColumns = Callable[[n.Window], pl.Expr]
_BOOLEAN = pl.Boolean()


class Compiler:
    """Compiles nodes against one table; ``windows`` computes a window's column the first time it is met."""

    def __init__(self, table: Table, windows: WindowColumns) -> None:
        self.table = table
        self.windows = windows

    def compile(self, node: Expression) -> pl.Expr:
        """The expression of a checked node; conditions are Boolean, see ``values`` for the others."""
        match node:
            case n.And():
                return reduce(lambda a, b: a & b, [self.compile(part) for part in node.operands])
            case n.Or():
                return reduce(lambda a, b: a | b, [self.compile(part) for part in node.operands])
            case n.Not():
                return ~self.compile(node.operand)
            case n.FieldRef():
                return self.table.field(node.name)
            case n.ParameterRef():
                return compile_parameter(self.table, node.name)
            case n.MoneyLiteral():
                return self._money(node)
            case n.TextLiteral():
                return pl.lit(normalise(node.value), dtype=pl.String)
            case n.Now():
                now = self.table.context.now
                return pl.lit(None if now is None else epoch_us(now), dtype=pl.Int64)
            case n.Comparison():
                return self._compare(node.op, node.left, node.right)
            case n.Membership():
                return self._membership(node)
            case n.TextMatch():
                return self._text_match(node)
            case n.IsMissing(operand=n.FieldRef(name=name)) if name in (self.table.context.undelivered or ()):
                return pl.lit(None, dtype=_BOOLEAN)
            case n.IsMissing(operand=n.FieldRef(name=name)) if self.table.type_of(node.operand).is_textual:
                return self.table.text_missing(name)
            case n.IsMissing():
                return self.compile(node.operand).is_null()
            case n.Negate():
                return finite(0.0 - self.compile(node.operand).cast(pl.Float64))
            case n.Arithmetic():
                return self._arithmetic(node)
            case n.Call():
                return compile_call(self, node)
            case n.Window():
                return self.windows(node)
            case n.YesNoLiteral():
                return pl.lit(node.value, dtype=_BOOLEAN)
            case _:
                value = literal(node)
                return pl.lit(value, dtype=pl.Float64 if isinstance(value, float) else pl.Int64)

    def _money(self, node: n.MoneyLiteral) -> pl.Expr:
        """Money in the text is known only for claims in its currency."""
        amount = pl.lit(literal_money(node), dtype=pl.Int64)
        if self.table.single_currency == node.currency:
            return amount
        if "currency" not in self.table.schema:
            return pl.lit(None, dtype=pl.Int64)
        return pl.when(pl.col("currency").cast(pl.String) == node.currency).then(amount)

    def _compare(self, op: str, left_node: Expression, right_node: Expression) -> pl.Expr:
        left_type, right_type = self.table.type_of(left_node), self.table.type_of(right_node)
        if left_type.is_textual:
            return self._compare_text(op, left_node, right_node)
        small = compared_whole(self.table, left_node, right_node)
        if small is not None:
            return compare(op, *small)
        left, right = self.compile(left_node), self.compile(right_node)
        if {left_type.kind, right_type.kind} == {Kind.DATE, Kind.DATETIME}:
            left = self.day(left_node, left)
            right = self.day(right_node, right)
        return compare(op, left, right)

    def _compare_text(self, op: str, left: Expression, right: Expression) -> pl.Expr:
        source, other = (left, right) if text_field(left) else (right, left)
        name = text_field(source)
        if name is not None and isinstance(other, n.TextLiteral):
            wanted = normalise(other.value)
            same = self.table.text_test(name, ("=", wanted), equals(wanted))
            return same if op == "=" else ~same
        return compare(op, self.compile(left), self.compile(right))

    def day(self, node: Expression, compiled: pl.Expr) -> pl.Expr:
        """Day number of a date or of a moment's local date."""
        if self.table.type_of(node).kind is Kind.DATE:
            return compiled
        if isinstance(node, n.FieldRef):
            return self.table.days(node.name)
        return self.table.local_day(compiled)

    def _membership(self, node: n.Membership) -> pl.Expr:
        collection = node.collection
        if isinstance(collection, n.Range):
            return self._range(node.operand, collection)
        name = text_field(node.operand)
        if isinstance(collection, n.ListRef):
            words = self.table.context.lists[collection.name].normalised
            if name is not None:
                return self.table.text_test(name, ("list", collection.name), is_one_of(words))
            value = self.compile(node.operand)
            return pl.when(value.is_not_null()).then(value.is_in(sorted(words)))
        if name is not None and all(isinstance(item, n.TextLiteral) for item in collection.items):
            chosen = frozenset(
                normalise(item.value) for item in collection.items if isinstance(item, n.TextLiteral)
            )
            return self.table.text_test(name, ("in", chosen), is_one_of(chosen))
        return reduce(
            lambda a, b: a | b, [self._compare("=", node.operand, item) for item in collection.items]
        )

    def _range(self, owner: Expression, node: n.Range) -> pl.Expr:
        above, below = self._compare(">=", owner, node.low), self._compare("<=", owner, node.high)
        if not self.table.type_of(owner).cycle:
            return above & below
        ends = whole_literal(self.table, node.low), whole_literal(self.table, node.high)
        if ends[0] is not None and ends[1] is not None:
            return above | below if ends[0] > ends[1] else above & below
        low, high = self.compile(node.low), self.compile(node.high)
        wraps = pl.when(low > high).then(above | below).otherwise(above & below)
        return pl.when((low <= high).is_not_null()).then(wraps)

    def _text_match(self, node: n.TextMatch) -> pl.Expr:
        if isinstance(node.pattern, n.FieldRef):
            value, part = self.compile(node.operand), self.compile(node.pattern)
            if node.op == "similar to":
                return self.table.column(node, lambda: self._resembling(value, part))
            return (
                value.str.contains(part, literal=True)
                if node.op == "contains"
                else value.str.starts_with(part)
            )
        test = text_test(node.op, node.pattern, self.table.context)
        name = text_field(node.operand)
        if name is not None:
            return self.table.text_test(name, (node.op, node.pattern), self._text_search(node, test))
        return self.compile(node.operand).map_elements(test, return_dtype=pl.Boolean)

    def _resembling(self, value: pl.Expr, part: pl.Expr) -> pl.Series:
        """Whether two texts of a claim are similar; every different pair is compared once."""
        pairs = self.table.select([value, part])
        different = pairs.unique().drop_nulls()
        answers = pl.Series([resembles(a, b) for a, b in different.iter_rows()], dtype=_BOOLEAN)
        told = pairs.join(
            different.with_columns(answer=answers), on=["0", "1"], how="left", maintain_order="left"
        )
        return told["answer"]

    def _text_search(self, node: n.TextMatch, test: Callable[[str], bool]) -> SeriesTest:
        """A search through all different values: words by one automaton, patterns value by value."""
        words = constant_words(node.op, node.pattern, self.table.context)
        if words is None:
            return lambda values: pl.Series(
                [None if value is None else test(value) for value in values.to_list()], dtype=_BOOLEAN
            )
        if not words:
            return lambda values: values.is_null() & False
        return lambda values: values.str.contains_any(sorted(words))

    def _arithmetic(self, node: n.Arithmetic) -> pl.Expr:
        left, right = self.compile(node.left), self.compile(node.right)
        left_kind, right_kind = self.table.type_of(node.left).kind, self.table.type_of(node.right).kind
        if left_kind is Kind.DATE and right_kind is Kind.DATE:
            return (left - right) * DAY_US
        if left_kind is Kind.DATE and right_kind is Kind.DURATION:
            moved = calculate(node.op, left, right.cast(pl.Float64) / DAY_US)
            return moved.floor().cast(pl.Int64, strict=False)
        if node.op == "/":
            whole = whole_column(self.table, node.left), whole_column(self.table, node.right)
            if whole[0] and whole[1]:  # exact in floats, so divided once
                return quotient_of(whole[0][0], whole[1][0])
        return calculate(node.op, left, right)


def compare(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """A comparison; null when a side is."""
    match op:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def quotient_of(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whole numbers divided; null for division by zero."""
    whole = a.cast(pl.Float64) / b.cast(pl.Float64)
    return pl.when(b != 0).then(whole)


def finite(value: pl.Expr) -> pl.Expr:
    """Null for nan and infinity."""
    return pl.when(value.is_finite()).then(value)


def calculate(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Arithmetic in floats; null for division by zero and results that are not finite."""
    a, b = left.cast(pl.Float64), right.cast(pl.Float64)
    if op == "+":
        return finite(a + b)
    if op == "-":
        return finite(a - b)
    return finite(product(a, b) if op == "*" else ratio(a, b))


def product(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """``a * b`` rounded once where one is whole and the other has up to six decimals; see ``values.product``."""
    a_is_whole = a == a.floor()
    whole, other = pl.when(a_is_whole).then(a).otherwise(b), pl.when(a_is_whole).then(b).otherwise(a)
    parts = _decimal_parts(other)
    fits = (whole == whole.floor()) & ((whole * parts).abs() <= EXACT)
    return pl.when(fits).then(whole * parts / DECIMALS).otherwise(a * b)


def ratio(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """``a / b`` rounded once where a is whole and b has up to six decimals; see ``values.ratio``."""
    parts = _decimal_parts(b)
    fits = (a == a.floor()) & (parts != 0) & (a.abs() * DECIMALS <= EXACT)
    return pl.when(fits).then(a * DECIMALS / parts).otherwise(a / b)


def _decimal_parts(value: pl.Expr) -> pl.Expr:
    """The millionths of a number that has at most six decimals, else null."""
    parts = (value * DECIMALS + 0.5).floor()
    return pl.when((parts / DECIMALS == value) & (value.abs() * DECIMALS <= EXACT)).then(parts)
