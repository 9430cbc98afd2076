"""The type checker: every name known, every comparison of like with like; all faults of a rule are said at once."""

from __future__ import annotations

from collections.abc import Mapping

from rules.fields import FIELDS, Field, is_outcome_name, is_rule_reference
from rules.language import nodes as n
from rules.language import types as t
from rules.language.check_calls import CallChecker
from rules.language.nodes import Expression
from rules.language.problems import Problem, RuleNotValid, did_you_mean
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.types import Kind, Type, comparable, field_type, mixed_currencies
from rules.language.words import field_meant, nearest

_LITERAL_TYPES: Mapping[type, Type] = {
    n.NumberLiteral: t.NUMBER,
    n.PercentLiteral: t.PERCENT,
    n.TextLiteral: t.TEXT,
    n.YesNoLiteral: t.YES_NO,
    n.DateLiteral: t.DATE,
    n.TimeLiteral: t.TIME,
    n.Now: t.DATETIME,
}


def check(
    expression: Expression,
    *,
    vocabulary: Mapping[str, Field] = FIELDS,
    lists: Mapping[str, ValueListSpec] | None = None,
    parameters: Mapping[str, ParameterSpec] | None = None,
) -> None:
    """Check names and types. Raises RuleNotValid with every problem found, each at its place.

    ``lists`` and ``parameters`` are those the company has; a rule may name only these.
    """
    problems = Checker(vocabulary, lists or {}, parameters or {}).judge(expression)
    if problems:
        raise RuleNotValid(problems)


def infer(
    expression: Expression,
    *,
    vocabulary: Mapping[str, Field] = FIELDS,
    parameters: Mapping[str, ParameterSpec] | None = None,
) -> Type | None:
    """The type of an expression that was checked; None when it has none."""
    return Checker(vocabulary, {}, parameters or {}).type_of(expression)


class Checker(CallChecker):
    """Finds the type of each node and collects what is wrong; a node with a problem has no type, so nothing is said twice."""

    def judge(self, expression: Expression) -> tuple[Problem, ...]:
        """Everything that is wrong with a rule; nothing when it is one."""
        found = self.type_of(expression)
        if found is not None and found.kind is not Kind.YES_NO:
            type_en, type_ko = t.name_of(found.kind)
            example = self.example_for(expression, found)
            self.add(expression, "not_a_condition", type_en=type_en, type_ko=type_ko, example=example)
        if not self.problems and not any(
            isinstance(node, n.FieldRef | n.Window) for node in n.walk(expression)
        ):
            self.add(expression, "constant")
        return tuple(self.problems)

    def type_of(self, node: Expression) -> Type | None:
        match node:
            case n.FieldRef():
                return self._field(node)
            case n.MoneyLiteral():
                return Type(Kind.MONEY, currency=node.currency)
            case n.NumberLiteral():
                return Type(Kind.NUMBER, is_zero=not node.value)
            case n.DurationLiteral():
                return self._duration(node)
            case n.ParameterRef():
                return self._parameter(node)
            case n.Not() | n.And() | n.Or():
                return self._junction(node)
            case n.Comparison():
                return self._comparison(node)
            case n.IsMissing():
                return self._missing(node)
            case n.Negate():
                return self._negation(node)
            case n.Arithmetic():
                return self._arithmetic(node)
            case n.Membership():
                return self.membership(node)
            case n.TextMatch():
                return self.text_match(node)
            case n.Call():
                return self.call(node)
            case n.Window():
                return self.window(node)
            case n.ListRef():
                self.add(node, "list_alone", name=node.name)
                return None
            case _:
                return _LITERAL_TYPES.get(type(node))

    def _field(self, node: n.FieldRef) -> Type | None:
        name = node.name
        if name in self.vocabulary:
            known = self.vocabulary[name]
            return field_type(known.type, known.unit)
        if is_rule_reference(name):
            self.add(node, "rule_reference", name=name)
        elif is_outcome_name(name):
            hint_en, hint_ko = did_you_mean(name, self.vocabulary)
            self.add(node, "outcome_field", name=name, hint_en=hint_en, hint_ko=hint_ko)
        else:
            self._unknown(node)
        return None

    def _unknown(self, node: n.FieldRef) -> None:
        """A name that is no field: what it may mean, and what to write."""
        word = t.WORDS_MEANT.get(node.name)
        meant = field_meant(node.name)
        if word is not None:
            self.add(node, "unknown_word", name=node.name, instead=word)
        elif (
            meant is not None
            and node.name not in (self.parameters or {})
            and node.name not in (self.lists or {})
        ):
            self.add(
                node,
                "field_meant",
                name=node.name,
                label_en=FIELDS[meant].label_en,
                label_ko=FIELDS[meant].label_ko,
                instead=meant,
            )
        else:
            hint_en, hint_ko = self.hint(node.name)
            self.add(node, "unknown_field", name=node.name, hint_en=hint_en, hint_ko=hint_ko)

    def _duration(self, node: n.DurationLiteral) -> Type | None:
        if node.unit == "business day":
            self.add(node, "business_days_use")
            return None
        return t.DURATION

    def _parameter(self, node: n.ParameterRef) -> Type | None:
        if self.parameters is None:
            return None
        known = self.parameters.get(node.name)
        if known is None:
            near = nearest(node.name, self.parameters)
            hint_en, hint_ko = did_you_mean(node.name, self.parameters)
            self.add(
                node,
                "unknown_parameter",
                name=node.name,
                hint_en=hint_en,
                hint_ko=hint_ko,
                instead=f"${near}" if near else "",
            )
            return None
        return field_type(known.type)

    def _junction(self, node: n.Not | n.And | n.Or) -> Type:
        word = {n.Not: "not", n.And: "and", n.Or: "or"}[type(node)]
        for operand in n.children(node):
            found = self.type_of(operand)
            if found is not None and found.kind is not Kind.YES_NO:
                type_en, type_ko = t.name_of(found.kind)
                example = self.example_for(operand, found)
                self.add(
                    operand, "needs_condition", word=word, type_en=type_en, type_ko=type_ko, example=example
                )
        return t.YES_NO

    def _comparison(self, node: n.Comparison) -> Type:
        left, right = self.compared_types(node.left, node.right)
        if left is None or right is None:
            return t.YES_NO
        if mixed_currencies(left, right):
            self.add(node.right, "currencies", left=left.currency, right=right.currency)
        elif not comparable(left, right):
            self.unlike(node.left, left, node.right, right)
        elif node.op not in {"=", "!="} and not (left.has_order and right.has_order):
            type_en, type_ko = t.name_of(left.kind)
            self.add(node, "no_order", type_en=type_en.capitalize(), type_ko=type_ko, op=node.op)
        return t.YES_NO

    def _missing(self, node: n.IsMissing) -> Type:
        found = self.type_of(node.operand)
        if found is not None and found.kind is Kind.YES_NO and not isinstance(node.operand, n.FieldRef):
            self.add(node.operand, "missing_of_condition")
        return t.YES_NO

    def _negation(self, node: n.Negate) -> Type | None:
        found = self.type_of(node.operand)
        if found is None:
            return None
        if not found.is_numeric and found.kind not in {Kind.MONEY, Kind.DURATION}:
            type_en, type_ko = t.name_of(found.kind)
            self.add(node, "negate", type_en=type_en, type_ko=type_ko)
            return None
        return Type(found.kind, currency=found.currency)

    def _arithmetic(self, node: n.Arithmetic) -> Type | None:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if left is None or right is None:
            return None
        if mixed_currencies(left, right):
            self.add(node.right, "currencies", left=left.currency, right=right.currency)
            return None
        found = t.arithmetic_type(node.op, left, right)
        if found is None:
            self.bad_arithmetic(node, left, right)
        return found
