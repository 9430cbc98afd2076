"""The type checker's larger parts: lists and ranges, text matching, functions, windows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from rules.fields import KEYS, Field
from rules.language import nodes as n
from rules.language import types as t
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES, WINDOW_VALUES, Function, window_type
from rules.language.nodes import Expression
from rules.language.patterns import PatternNotValid, compile_pattern
from rules.language.problems import Problem, did_you_mean, problem
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import to_text
from rules.language.types import Kind, Type, comparable, mixed_currencies

_KEY_TYPES = frozenset({"code", "text", "money", "yes_no", "date", "number"})
_TEN_YEARS_US = 3653 * 86_400 * 1_000_000
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
            right_node, "unlike_types", left_en=left_en.capitalize(), left_ko=left_ko, right_en=right_en, right_ko=right_ko,
            expected_en=expected_en, expected_ko=expected_ko,
        )  # fmt: skip
        return None

    def bad_arithmetic(self, node: n.Arithmetic, left: Type, right: Type) -> None:
        """Say why a calculation has no meaning."""
        for side, other in ((node.left, right), (node.right, left)):
            if isinstance(side, n.NumberLiteral) and other.kind is Kind.MONEY and node.op in "+-":
                return self.add(side, "money_needs_currency", example=f"{side.value:,f} KRW")
        left_en, left_ko = t.name_of(left.kind)
        right_en, right_ko = t.name_of(right.kind)
        self.add(
            node.right, "arithmetic", left_en=left_en.capitalize(), left_ko=left_ko, right_en=right_en, right_ko=right_ko, op=node.op,
            hint_en="Numbers combine with each other, money and durations add to their like and may be multiplied by a number.",
            hint_ko="수는 서로, 금액과 기간은 같은 종류끼리 더하고 수를 곱할 수 있습니다.",
        )  # fmt: skip
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
            except PatternNotValid as error:
                self.add(node, "bad_pattern", reason=str(error))

    # Functions

    def call(self, node: n.Call) -> Type | None:
        """A function: known, with the right number and kinds of arguments."""
        function = FUNCTIONS.get(node.name)
        if function is None:
            if node.name in WINDOW_EXAMPLES:
                self.add(node, "window_needs_keys", name=node.name, example=WINDOW_EXAMPLES[node.name])
            else:
                hint_en, hint_ko = did_you_mean(node.name, (*FUNCTIONS, *WINDOW_EXAMPLES))
                self.add(node, "unknown_function", name=node.name, hint_en=hint_en, hint_ko=hint_ko)
            return None
        wanted = len(function.arguments)
        given = len(node.arguments)
        if given < wanted + function.is_variadic or (given > wanted and not function.is_variadic):
            count = f"{wanted + 1}+" if function.is_variadic else str(wanted)
            self.add(node, "argument_count", name=node.name, expected=count, example=function.example)
            return None
        return self._arguments(node, function)

    def _arguments(self, node: n.Call, function: Function) -> Type | None:
        found = [self.type_of(argument) for argument in node.arguments]
        known = [kind for kind in found if kind is not None]
        if len(known) < len(found):
            return function.result
        for at, (argument, kind) in enumerate(zip(node.arguments, known, strict=True)):
            accepted = function.arguments[min(at, len(function.arguments) - 1)]
            if kind.kind not in accepted:
                self._bad_argument(function, accepted, argument, kind)
                return function.result
            if mixed_currencies(known[0], kind):
                self.add(argument, "currencies", left=known[0].currency, right=kind.currency)
            elif function.name in {"min", "max", "is_multiple"} and not comparable(known[0], kind):
                self.unlike(node.arguments[0], known[0], argument, kind)
        if function.result is not None:
            return function.result
        currency = next((kind.currency for kind in known if kind.currency), "")
        money = next((kind for kind in known if kind.kind is Kind.MONEY), known[0])
        day = Kind.DATE if {Kind.DATE, Kind.DATETIME} <= {kind.kind for kind in known} else money.kind
        return Type(day, currency=currency, unit=money.unit)

    def _bad_argument(
        self, function: Function, accepted: frozenset[Kind], node: Expression, found: Type
    ) -> None:
        names = [t.name_of(kind) for kind in Kind if kind in accepted]
        type_en, type_ko = t.name_of(found.kind)
        self.add(
            node, "argument_type", name=function.name, expected_en=" or ".join(name[0] for name in names),
            expected_ko=" 또는 ".join(name[1] for name in names), type_en=type_en, type_ko=type_ko, example=function.example,
        )  # fmt: skip

    # Windows

    def window(self, node: n.Window) -> Type | None:
        """A window: its value, keys, length and condition."""
        if self._in_window:
            self.add(node, "window_nested")
            return None
        if node.function not in WINDOW_EXAMPLES:
            code = "not_a_window" if node.function in FUNCTIONS else "unknown_function"
            hint_en, hint_ko = did_you_mean(node.function, WINDOW_EXAMPLES)
            self.add(node, code, name=node.function, hint_en=hint_en, hint_ko=hint_ko)
            return None
        self._in_window = True
        value = self._window_value(node)
        self._window_limits(node)
        self._in_window = False
        if node.value is not None and value is None:
            return None
        if node.value is None and node.function not in {"count", "since_last"}:
            return None
        return window_type(node.function, value)

    def _window_value(self, node: n.Window) -> Type | None:
        example = WINDOW_EXAMPLES[node.function]
        accepted = WINDOW_VALUES[node.function]
        if (node.function == "share") != bool(node.part):
            self.add(node, "window_share_form")
            return None
        if accepted is None:
            if node.value is not None:
                self.add(node.value, "window_no_value", name=node.function, example=example)
            return None
        if node.value is None:
            names = ("a value", "값")
            self.add(
                node,
                "window_value",
                name=node.function,
                expected_en=names[0],
                expected_ko=names[1],
                example=example,
            )
            return None
        if node.function == "distinct" and isinstance(node.value, n.FieldRef) and node.value.name in KEYS:
            return t.CODE
        found = self.type_of(node.value)
        if found is not None and found.kind not in accepted:
            names_ = [t.name_of(kind) for kind in Kind if kind in accepted]
            expected_en, expected_ko = " or ".join(x[0] for x in names_), " 또는 ".join(x[1] for x in names_)
            self.add(
                node.value,
                "window_value",
                name=node.function,
                expected_en=expected_en,
                expected_ko=expected_ko,
                example=example,
            )
            return None
        return found

    def _window_limits(self, node: n.Window) -> None:
        for key in (*node.part, *node.keys):
            self._key(node, key)
        if not node.keys:
            self.add(node, "window_needs_keys", name=node.function, example=WINDOW_EXAMPLES[node.function])
        if node.function == "since_last" and (
            node.period or node.within is not None or node.where is not None or node.mode
        ):
            self.add(node, "since_last_limits")
        if isinstance(node.within, n.DurationLiteral):
            if not 0 < duration_us(node.within) <= _TEN_YEARS_US:
                self.add(node.within, "within_positive")
        elif node.within is not None:
            found = self.type_of(node.within)
            if node.function == "distinct" or (found is not None and found.kind is not Kind.DURATION):
                self.add(node.within, "within_duration")
        if node.where is not None:
            found = self.type_of(node.where)
            if found is not None and found.kind is not Kind.YES_NO:
                type_en, type_ko = t.name_of(found.kind)
                example = self.example_for(node.where, found)
                self.add(
                    node.where,
                    "needs_condition",
                    word="where",
                    type_en=type_en,
                    type_ko=type_ko,
                    example=example,
                )

    def _key(self, node: n.Window, key: str) -> None:
        known = self.vocabulary.get(key)
        if key in KEYS or (known is not None and known.type in _KEY_TYPES):
            return
        hint_en, hint_ko = did_you_mean(
            key, (*KEYS, *(name for name, f in self.vocabulary.items() if f.type in _KEY_TYPES))
        )
        self.add(node, "unknown_key", name=key, known=", ".join(KEYS), hint_en=hint_en, hint_ko=hint_ko)


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
