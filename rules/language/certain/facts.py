"""What one plain condition says of the values it looks at, as sets that can be met with those of other conditions."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from rules.language import nodes as n
from rules.language.certain.branches import Atom, looked_at
from rules.language.certain.choices import Truth, Words
from rules.language.certain.relations import Ratio, implied, ratios, scaled, shut_out
from rules.language.certain.spans import INF, Numbers, between, of_comparison, outside, united
from rules.language.certain.wrapped import in_order, of_time, unfolded, with_default
from rules.language.check import infer
from rules.language.evaluate import parameter_number, text_test
from rules.language.nodes import Expression
from rules.language.normal import normalise
from rules.language.specs import Context, ParameterSpec, ValueListSpec
from rules.language.types import Kind, Type
from rules.language.values import calculate, compare, literal, literal_money

Bounds = tuple[float, float]
NOT = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


Fact = Numbers | Words | Truth | Ratio
Facts = dict[Hashable, Fact]


@dataclass(frozen=True)
class Reader:
    """Reads conditions of one company: its lists and parameters."""

    lists: Mapping[str, ValueListSpec]
    parameters: Mapping[str, ParameterSpec]
    _types: dict[Expression, Type | None] = field(default_factory=dict)

    def type_of(self, node: Expression) -> Type | None:
        """The type of a node (remembered)."""
        if node not in self._types:
            self._types[node] = infer(node, parameters=self.parameters)
        return self._types[node]

    def facts_of(self, atom: Atom) -> Facts:
        """Subject → what must be true of it for the condition to hold (or, where it is to fail, to fail)."""
        found: Facts = {}
        for subject, fact in self._told(atom):
            _add(found, subject, fact)
            if isinstance(subject, n.Call) and subject.name == "date":
                _add(found, ("day", subject.arguments[0]), fact)
            beside = (
                *with_default(subject, fact),
                *of_time(subject, fact),
                *in_order(subject, fact, self.type_of),
            )
            for other, same in beside:
                _add(found, other, same)
            if isinstance(subject, n.Call) and subject.name in _OF_PAYMENT and _is_of_payment(subject):
                _add(found, n.FieldRef(subject.name), fact)
            for other, told in _beside(subject, fact):
                _add(found, other, told)
        if isinstance(atom.node, n.IsMissing):
            return found
        for part in looked_at(atom.node):
            if isinstance(part, n.MoneyLiteral):
                _add(found, n.FieldRef("currency"), Words(frozenset({part.currency.lower()})))
            if isinstance(part, n.FieldRef):
                _add(found, ("missing", part), Truth(frozenset({False})))
        return found

    def _told(self, atom: Atom) -> Iterator[tuple[Hashable, Fact]]:
        node, holds = atom.node, atom.holds
        match node:
            case n.Comparison():
                yield from self._comparison(node, node.op if holds else NOT[node.op])
            case n.Membership():
                yield from self._membership(node, holds)
            case n.TextMatch():
                yield from self._text(node, holds)
            case n.IsMissing():
                yield ("missing", node.operand), Truth(frozenset({holds}))
            case n.FieldRef() | n.Call():
                yield node, Truth(frozenset({holds}))
            case _:
                return

    def _comparison(self, node: n.Comparison, op: str) -> Iterator[tuple[Hashable, Fact]]:
        left, right = node.left, node.right
        kind = self.type_of(left)
        if kind is None:
            return
        if kind.is_textual or kind.kind is Kind.YES_NO:
            yield from _equality(left, op, right)
            return
        bounds = self.bounds(right)
        if bounds is None and self.bounds(left) is not None:
            left, right, op, bounds = right, left, TURNED[op], self.bounds(left)
        if bounds is not None:
            yield self._subject(left, right), of_comparison(op, *bounds)
            if isinstance(right, n.ParameterRef) and bounds[0] != bounds[1]:  # of one claim it is one value
                yield _difference(left, op, right)
        elif left == right or scaled(left) == scaled(right):
            yield ("same", left), Truth(frozenset({True}) if compare(op, 0, 0) else frozenset())
        else:
            yield _difference(left, op, right)
            yield from _of_days(left, op, right)
        if bounds is None:
            shares = list(ratios(left, op, right, self.type_of))
            yield from shares or _of_itself(left, op, right)

    def _subject(self, node: Expression, beside: Expression) -> Hashable:
        """What is compared: of a moment beside a date, its day."""
        kinds = [self.type_of(each) for each in (node, beside)]
        if kinds[0] and kinds[1] and (kinds[0].kind, kinds[1].kind) == (Kind.DATETIME, Kind.DATE):
            return ("day", node)
        return node

    def _membership(self, node: n.Membership, holds: bool) -> Iterator[tuple[Hashable, Fact]]:
        operand, collection = node.operand, node.collection
        if isinstance(collection, n.ListRef):
            values = self.lists[collection.name].normalised
            yield operand, Words(values) if holds else Words(excluded=values)
        elif isinstance(collection, n.Range):
            yield from self._range(operand, collection, holds)
        elif all(isinstance(item, n.TextLiteral) for item in collection.items):
            values = frozenset(
                normalise(item.value) for item in collection.items if isinstance(item, n.TextLiteral)
            )
            yield operand, Words(values) if holds else Words(excluded=values)
        else:
            yield from self._inline(operand, collection, holds)

    def _inline(
        self, operand: Expression, collection: n.InlineList, holds: bool
    ) -> Iterator[tuple[Hashable, Fact]]:
        bounds = [self.bounds(item) for item in collection.items]
        known = [each for each in bounds if each is not None]
        if len(known) != len(bounds) or not known:
            return
        subject = self._subject(operand, collection.items[0])
        if holds:
            yield subject, united(of_comparison("=", *each) for each in known)
            return
        left = Numbers()
        for each in known:
            left = left.meet(of_comparison("!=", *each))
        yield subject, left

    def _range(self, operand: Expression, found: n.Range, holds: bool) -> Iterator[tuple[Hashable, Fact]]:
        low, high, kind = self.bounds(found.low), self.bounds(found.high), self.type_of(operand)
        if low is None or high is None or kind is None:
            return
        wraps = bool(kind.cycle)
        subject = self._subject(operand, found.low)
        if holds:
            yield subject, between(low[0], high[1], wraps=wraps)
        elif low[0] == low[1] and high[0] == high[1]:
            yield subject, outside(low[0], high[0], wraps=wraps)

    def _text(self, node: n.TextMatch, holds: bool) -> Iterator[tuple[Hashable, Fact]]:
        if isinstance(node.pattern, n.FieldRef | n.ParameterRef):
            return
        if isinstance(node.pattern, n.ListRef) and not self.lists[node.pattern.name].normalised:
            yield node.operand, Words(frozenset()) if holds else Words()
            return
        matched = frozenset({(node.op, _folded(node.pattern), holds)})
        test = text_test(node.op, node.pattern, Context(lists=self.lists))
        if not holds and _fits_all(node):
            yield node.operand, Words(frozenset())
            return
        if not holds:
            yield node.operand, Words(tests=(lambda text: not test(text),), matched=matched)
            return
        starts = node.op == "starts with" and isinstance(node.pattern, n.TextLiteral)
        start = _pattern_start(node)
        if starts and isinstance(node.pattern, n.TextLiteral):
            start = (normalise(node.pattern.value),)
        yield node.operand, Words(tests=(test,), starts=start, matched=matched)

    def bounds(self, node: Expression) -> Bounds | None:
        """The smallest and the largest value of what does not hang on the claim; None for what does."""
        match node:
            case n.MoneyLiteral():
                return (literal_money(node),) * 2
            case n.ParameterRef():
                spec = self.parameters[node.name]
                values = [float(parameter_number(value, spec.type)) for value in spec.values]
                return (min(values), max(values)) if values else None
            case n.Negate():
                inner = self.bounds(node.operand)
                return None if inner is None else (-inner[1], -inner[0])
            case n.Arithmetic():
                return self._calculated(node)
            case (
                n.NumberLiteral()
                | n.PercentLiteral()
                | n.DateLiteral()
                | n.TimeLiteral()
                | n.DurationLiteral()
            ):
                return (literal(node),) * 2
            case _:
                return None

    def _calculated(self, node: n.Arithmetic) -> Bounds | None:
        kinds = [self.type_of(each) for each in (node.left, node.right)]
        if any(kind is None or kind.kind in {Kind.DATE, Kind.DATETIME, Kind.TIME} for kind in kinds):
            return None
        left, right = self.bounds(node.left), self.bounds(node.right)
        if left is None or right is None or left[0] != left[1] or right[0] != right[1]:
            return None
        value = calculate(node.op, left[0], right[0])
        return None if value is None or abs(value) == INF else (value, value)


def _difference(left: Expression, op: str, right: Expression) -> tuple[Hashable, Fact]:
    first, second = sorted((left, right), key=repr)
    return ("difference", first, second), of_comparison(op if first is left else TURNED[op], 0.0, 0.0)


def _of_days(left: Expression, op: str, right: Expression) -> Iterator[tuple[Hashable, Fact]]:
    """Days that lie behind one another are those of moments that do."""
    sides = (left, right)
    if op in {"<", ">"} and all(isinstance(side, n.Call) and side.name == "date" for side in sides):
        one, other = (side.arguments[0] for side in sides if isinstance(side, n.Call))
        yield _difference(one, op, other)


def _of_itself(left: Expression, op: str, right: Expression) -> Iterator[tuple[Hashable, Fact]]:
    """``x > 110% * x`` is below zero: a share of a value beside the value. What is rounded may still be equal, so strict signs alone tell."""
    (factor, one), (times, other) = scaled(left), scaled(right)
    if one == other and factor != times and op in {"<", ">"}:
        yield one, of_comparison(op if factor > times else TURNED[op], 0.0, 0.0)


_PLAIN_START = re.compile(r"\^(?P<start>[0-9A-Za-z가-힣]+)\$?")


def _pattern_start(node: n.TextMatch) -> tuple[str, ...]:
    """How every text begins that fits a pattern of plain letters: ``^58``."""
    if node.op != "matches" or not isinstance(node.pattern, n.TextLiteral):
        return ()
    found = _PLAIN_START.fullmatch(node.pattern.value)
    return (normalise(found["start"]),) if found is not None else ()


def _fits_all(node: n.TextMatch) -> bool:
    """Whether every text fits a pattern: ``like "*"``, ``matches ".*"``."""
    if not isinstance(node.pattern, n.TextLiteral):
        return False
    found = {"like": r"\*+", "matches": r"\^?\.[*+]\??|\.\*\??\$"}.get(node.op)
    return found is not None and re.fullmatch(found, node.pattern.value.strip()) is not None


def _folded(pattern: Expression) -> Hashable:
    """What is looked for as it is compared: a text folded to small letters."""
    return normalise(pattern.value) if isinstance(pattern, n.TextLiteral) else pattern


#: What the payment's moment says by a function as by a field.
_OF_PAYMENT = frozenset({"hour", "weekday", "is_weekend", "is_holiday", "is_business_day"})


def _is_of_payment(node: n.Call) -> bool:
    return node.arguments == (n.FieldRef("transacted_at"),)


def _beside(subject: Hashable, fact: Fact) -> Iterator[tuple[Hashable, Fact]]:
    """What a yes or no says of other things."""
    if isinstance(fact, Truth) and len(fact.values) == 1:
        (is_so,) = fact.values
        yield from implied(subject, is_so)
        yield from ((other, Truth(frozenset({told}))) for other, told in shut_out(subject, is_so))


def _equality(left: Expression, op: str, right: Expression) -> Iterator[tuple[Hashable, Fact]]:
    """Texts, codes and yes-or-no values know equal and unequal only."""
    if isinstance(left, n.TextLiteral | n.YesNoLiteral):
        left, right = right, left
    left, right = unfolded(left), unfolded(right)
    is_equal = op == "="
    if isinstance(right, n.TextLiteral):
        word = frozenset({normalise(right.value)})
        yield left, Words(word) if is_equal else Words(excluded=word)
    elif isinstance(right, n.YesNoLiteral):
        yield left, Truth(frozenset({right.value == is_equal}))
    elif left == right:
        yield ("same", left), Truth(frozenset({True}) if is_equal else frozenset())
    else:
        yield ("equal", *sorted((left, right), key=repr)), Truth(frozenset({is_equal}))


def _add(found: Facts, subject: Hashable, fact: Fact) -> None:
    before = found.get(subject)
    found[subject] = fact if before is None else meet(before, fact)


def meet(one: Fact, other: Fact) -> Fact:
    """What both allow; facts of different kinds about one subject say nothing together."""
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return one.meet(other)
    if isinstance(one, Words) and isinstance(other, Words):
        return one.meet(other)
    if isinstance(one, Truth) and isinstance(other, Truth):
        return one.meet(other)
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        return one.meet(other)
    return one
