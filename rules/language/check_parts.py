"""The type checker's larger parts: lists and ranges, text matching, functions, windows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from rules.fields import Field
from rules.language import nodes as n
from rules.language import types as t
from rules.language.nodes import Expression
from rules.language.patterns import LatinOnly, PatternNotValid, compile_pattern
from rules.language.problems import Problem, did_you_mean, problem
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import to_text
from rules.language.types import Kind, Type, comparable, mixed_currencies

_WORDS_MEANT = {
    "True": "yes",
    "true": "yes",
    "False": "no",
    "false": "no",
    "None": "is missing",
    "null": "is missing",
}


class PartChecker:
    """Holds the vocabulary and the problems found so far; ``type_of`` is given by the full checker."""

    def __init__(
        self,
        vocabulary: Mapping[str, Field],
        lists: Mapping[str, ValueListSpec],
        parameters: Mapping[str, ParameterSpec],
    ) -> None:
        self.vocabulary = vocabulary
        self.lists = lists
        self.parameters = parameters
        self.problems: list[Problem] = []
        self._in_window = False

    @abstractmethod
    def type_of(self, node: Expression) -> Type | None:
        """The type of a node, or None when it has a problem."""

    def add(self, node: Expression, code: str, **values: object) -> None:
        """Keep a problem at a node's place."""
        self.problems.append(problem(node.position, code, **values))

    def hint(self, name: str) -> tuple[str, str]:
        """(English, Korean) hint for an unknown field."""
        if name in _WORDS_MEANT:
            return f" Write {_WORDS_MEANT[name]}.", f" {_WORDS_MEANT[name]}(으)로 쓰십시오."
        if name in self.parameters or name in self.lists:
            sign = "$" if name in self.parameters else "@"
            return f" Did you mean {sign}{name}?", f" {sign}{name}을(를) 찾으셨나요?"
        return did_you_mean(name, self.vocabulary)

    def example_for(self, node: Expression, found: Type) -> str:
        """A comparison that the node could stand in."""
        written = to_text(node)
        if len(written) > 60:
            written = "amount" if found.kind is Kind.MONEY else "…"
        return f"{written} {'>' if found.has_order else '='} {t.EXAMPLES[found.kind]}"

    def unlike(self, left_node: Expression, left: Type, right_node: Expression, right: Type) -> None:
        """Say why two values do not compare, and what would."""
        number = next((node for node in (left_node, right_node) if isinstance(node, n.NumberLiteral)), None)
        if number is not None and Kind.MONEY in {left.kind, right.kind}:
            return self.add(number, "money_needs_currency", example=f"{number.value:,f} KRW")
        if number is not None and (left.is_textual or right.is_textual):
            return self.add(number, "code_needs_quotes", example=f'"{number.value:f}"')
        left_en, left_ko = t.name_of(left.kind)
        right_en, right_ko = t.name_of(right.kind)
        expected_en, expected_ko = t.expected_of(left.kind)
        self.add(
            right_node,
            "unlike_types",
            left_en=left_en.capitalize(),
            left_ko=left_ko,
            right_en=right_en,
            right_ko=right_ko,
            expected_en=expected_en,
            expected_ko=expected_ko,
        )
        return None

    def bad_arithmetic(self, node: n.Arithmetic, left: Type, right: Type) -> None:
        """Say why a calculation has no meaning."""
        for side, other in ((node.left, right), (node.right, left)):
            if isinstance(side, n.NumberLiteral) and other.kind is Kind.MONEY and node.op in "+-":
                return self.add(side, "money_needs_currency", example=f"{side.value:,f} KRW")
        left_en, left_ko = t.name_of(left.kind)
        right_en, right_ko = t.name_of(right.kind)
        self.add(
            node.right,
            "arithmetic",
            left_en=left_en.capitalize(),
            left_ko=left_ko,
            right_en=right_en,
            right_ko=right_ko,
            op=node.op,
            hint_en="Numbers combine with each other, money and durations add to their like and may be multiplied by a number.",
            hint_ko="수는 서로, 금액과 기간은 같은 종류끼리 더하고 수를 곱할 수 있습니다.",
        )
        return None

    # Lists and ranges

    def membership(self, node: n.Membership) -> Type:
        """``x in @list``, ``x in (…)``, ``x in a..b``."""
        operand = self.type_of(node.operand)
        collection = node.collection
        if isinstance(collection, n.ListRef):
            self._list(collection, operand)
        elif isinstance(collection, n.InlineList):
            for item in collection.items:
                self._compare_item(node.operand, operand, item)
        else:
            self._range(node.operand, operand, collection)
        return t.YES_NO

    def _compare_item(self, owner: Expression, operand: Type | None, item: Expression) -> Type | None:
        found = self.type_of(item)
        if operand is None or found is None:
            return None
        if mixed_currencies(operand, found):
            self.add(item, "currencies", left=operand.currency, right=found.currency)
        elif not comparable(operand, found):
            self.unlike(owner, operand, item, found)
        return found

    def _list(self, node: n.ListRef, operand: Type | None) -> None:
        if node.name not in self.lists:
            hint_en, hint_ko = did_you_mean(node.name, self.lists)
            self.add(node, "unknown_list", name=node.name, hint_en=hint_en, hint_ko=hint_ko)
        elif operand is not None and not operand.is_textual:
            type_en, type_ko = t.name_of(operand.kind)
            self.add(node, "list_type", name=node.name, type_en=type_en, type_ko=type_ko)

    def _range(self, owner: Expression, operand: Type | None, node: n.Range) -> None:
        low, high = (
            self._compare_item(owner, operand, node.low),
            self._compare_item(owner, operand, node.high),
        )
        if operand is None or low is None or high is None:
            return
        if not operand.has_order:
            type_en, type_ko = t.name_of(operand.kind)
            self.add(node, "range_type", type_en=type_en, type_ko=type_ko)
        elif mixed_currencies(low, high):
            self.add(node.high, "currencies", left=low.currency, right=high.currency)
        elif not operand.cycle and _above(node.low, node.high):
            self.add(node, "empty_range", low=to_text(node.low), high=to_text(node.high))

    # Text

    def text_match(self, node: n.TextMatch) -> Type:
        """``contains``, ``starts with``, ``like``, ``matches``."""
        operand = self.type_of(node.operand)
        if operand is not None and not operand.is_textual:
            type_en, type_ko = t.name_of(operand.kind)
            self.add(node.operand, "needs_text", word=node.op, type_en=type_en, type_ko=type_ko)
        pattern = node.pattern
        if isinstance(pattern, n.ListRef):
            self._list(pattern, operand if operand is not None and operand.is_textual else None)
        elif isinstance(pattern, n.InlineList):
            for item in pattern.items:
                self._pattern(item, node.op)
        elif isinstance(pattern, n.FieldRef) and node.op in {"contains", "starts with"}:
            found = self.type_of(pattern)
            if found is not None and not found.is_textual:
                self.add(pattern, "needs_pattern", word=node.op)
        else:
            self._pattern(pattern, node.op)
        return t.YES_NO

    def _pattern(self, node: Expression, op: str) -> None:
        if not isinstance(node, n.TextLiteral):
            self.add(node, "needs_pattern", word=op)
        elif not node.value.strip():
            self.add(node, "empty_pattern")
        elif op in {"matches", "like"} and len(node.value) > n.MAX_PATTERN:
            self.add(node, "pattern_too_long", limit=n.MAX_PATTERN, length=len(node.value))
        elif op == "matches":
            try:
                compile_pattern(node.value)
            except LatinOnly as error:
                self.add(node, "latin_pattern", sign=error.sign, instead=error.instead)
            except PatternNotValid as error:
                self.add(node, "bad_pattern", reason=str(error))


_US = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}


def duration_us(node: n.DurationLiteral) -> int:
    """Microseconds of a duration; business days count as one day each here (their real length depends on the calendar)."""
    return int(node.amount * _US.get(node.unit, _US["day"]))


def _above(low: Expression, high: Expression) -> bool:
    """True when both ends are literals and the first is the greater one."""
    match low, high:
        case (n.NumberLiteral() | n.PercentLiteral(), n.NumberLiteral() | n.PercentLiteral()):
            return _plain(low) > _plain(high)
        case (n.MoneyLiteral(), n.MoneyLiteral()):
            return low.amount > high.amount
        case (n.DateLiteral(), n.DateLiteral()):
            return low.value > high.value
        case (n.DurationLiteral(), n.DurationLiteral()):
            return duration_us(low) > duration_us(high)
        case _:
            return False


def _plain(node: n.NumberLiteral | n.PercentLiteral) -> float:
    return float(node.value) / (100 if isinstance(node, n.PercentLiteral) else 1)
