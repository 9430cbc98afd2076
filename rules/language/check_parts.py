"""The type checker's larger parts: lists and ranges, text matching, functions, windows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from rules.fields import Field
from rules.language import nodes as n
from rules.language import types as t
from rules.language.fitting import fitting
from rules.language.literals import money_text
from rules.language.nodes import Expression
from rules.language.patterns import LatinOnly, PatternNotValid, compile_pattern
from rules.language.problems import Problem, did_you_mean, problem
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import quote, to_text
from rules.language.types import Kind, Type, comparable, mixed_currencies
from rules.language.words import field_meant, nearest


class PartChecker:
    """Holds the vocabulary and the problems found so far; ``type_of`` is given by the full checker."""

    def __init__(
        self,
        vocabulary: Mapping[str, Field],
        lists: Mapping[str, ValueListSpec] | None,
        parameters: Mapping[str, ParameterSpec] | None,
    ) -> None:
        """``lists`` and ``parameters`` None: not known, any name may be one."""
        self.vocabulary = vocabulary
        self.lists = lists
        self.parameters = parameters
        self.problems: list[Problem] = []
        self._in_window = False

    @abstractmethod
    def type_of(self, node: Expression) -> Type | None:
        """The type of a node, or None when it has a problem."""

    def add(self, node: Expression, code: str, *, instead: str = "", **values: str | int) -> None:
        """Keep a problem at a node's place; ``instead`` is what to write there."""
        self.problems.append(problem(node.position, code, instead=instead, **values))

    def compared_types(self, left: Expression, right: Expression) -> tuple[Type | None, Type | None]:
        """Types of both sides; a bare word beside a text is a text without its quotation marks."""
        for text, word in ((left, right), (right, left)):
            if (
                isinstance(word, n.FieldRef)
                and word.name not in self.vocabulary
                and isinstance(text, n.FieldRef)
            ):
                known = self.vocabulary.get(text.name)
                label = field_meant(word.name, near=False)
                if (
                    known is not None
                    and known.type in {"text", "code"}
                    and (label is None or "." not in word.name)
                ):
                    self.add(word, "text_needs_quotes", found=word.name, instead=quote(word.name))
                    return self.type_of(text), None
        return self.type_of(left), self.type_of(right)

    def hint(self, name: str) -> tuple[str, str]:
        """(English, Korean) hint for an unknown field."""
        if name in {"None", "null", "NULL"}:
            return " Write is missing.", " is missing으로 쓰세요."
        if name in (self.parameters or {}) or name in (self.lists or {}):
            sign = "$" if name in (self.parameters or {}) else "@"
            return f" Did you mean {sign}{name}?", f" {sign}{name}을(를) 찾으셨나요?"
        return did_you_mean(name, self.vocabulary)

    def example_for(self, node: Expression, found: Type) -> str:
        """A comparison that the node could stand in."""
        written = to_text(node)
        op = ">" if found.has_order else "="
        if len(written) > 60 or (self.problems and not isinstance(node, n.FieldRef)):
            return "amount > 500,000 KRW"
        unit_example = {"hour": "22", "weekday": "6"}.get(found.unit)
        value = unit_example or t.EXAMPLES[found.kind]
        return f"{written} {op} {value.replace('…', '카페')}"

    def unlike(self, left_node: Expression, left: Type, right_node: Expression, right: Type) -> None:
        """Say why two values do not compare, and what would."""
        for node, wanted, other in ((right_node, left, left_node), (left_node, right, right_node)):
            said = fitting(node, wanted, other)
            if said is not None:
                code, node, instead = said
                wanted_en, wanted_ko = t.name_of(wanted.kind)
                return self.add(
                    node, code, instead=instead, example=instead, wanted_en=wanted_en, wanted_ko=wanted_ko
                )
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
                example = money_text(side.value, "KRW") or "500,000 KRW"
                return self.add(side, "money_needs_currency", example=example, instead=example)
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
        if self.lists is not None and node.name not in self.lists:
            near = nearest(node.name, self.lists)
            hint_en, hint_ko = did_you_mean(node.name, self.lists)
            instead = f"@{near}" if near else ""
            self.add(node, "unknown_list", name=node.name, hint_en=hint_en, hint_ko=hint_ko, instead=instead)
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
        elif isinstance(pattern, n.FieldRef) and node.op in {"contains", "starts with", "similar to"}:
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
        elif op == "like" and (instead := sql_glob(node.value)) is not None:
            self.add(node, "like_percent", found=quote(node.value), instead=quote(instead))
        elif op in {"matches", "like"} and len(node.value) > n.MAX_PATTERN:
            self.add(node, "pattern_too_long", limit=n.MAX_PATTERN, length=len(node.value))
        elif op == "matches":
            try:
                compile_pattern(node.value)
            except LatinOnly as error:
                self.add(node, "latin_pattern", sign=error.sign, instead=error.instead)
            except PatternNotValid as error:
                self.add(node, "bad_pattern", reason=str(error))


def sql_glob(pattern: str) -> str | None:
    """``%bar%`` of SQL → ``*bar*``; None for a pattern of our own."""
    is_sql = (pattern.startswith("%") or pattern.endswith("%")) and not set(pattern) & set("*?")
    return pattern.replace("%", "*") if is_sql else None


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
