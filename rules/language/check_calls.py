"""The type checker's calls: functions and windows."""

from __future__ import annotations

from rules.fields import KEYS
from rules.language import nodes as n
from rules.language import types as t
from rules.language.check_parts import PartChecker, duration_us
from rules.language.functions import (
    FUNCTIONS,
    NOT_WHOLE,
    OF_OTHERS,
    WINDOW_EXAMPLES,
    WINDOW_VALUES,
    Function,
    window_type,
)
from rules.language.nodes import Expression
from rules.language.problems import did_you_mean
from rules.language.reach import LONGEST_BUSINESS_DAYS, LONGEST_WITHIN_DAYS, is_too_long, spans_of
from rules.language.types import Kind, Type, comparable, mixed_currencies
from rules.language.words import function_meant

#: Functions whose arguments are of one kind.
_ALIKE = frozenset({"min", "max", "is_multiple", "quotient", "remainder"})
#: Kinds of field that may stand behind "same".
KEY_TYPES = frozenset({"code", "text", "money", "yes_no", "date", "number"})


class CallChecker(PartChecker):
    """Adds functions and windows to the parts."""

    # Functions

    def call(self, node: n.Call) -> Type | None:
        """A function: known, with the right number and kinds of arguments."""
        function = FUNCTIONS.get(node.name)
        if function is None:
            if node.name in WINDOW_EXAMPLES:
                self.add(node, "window_needs_keys", name=node.name, example=WINDOW_EXAMPLES[node.name])
            else:
                hint_en, hint_ko = did_you_mean(node.name, (*FUNCTIONS, *WINDOW_EXAMPLES))
                meant = function_meant(node.name) or ""
                self.add(
                    node, "unknown_function", name=node.name, hint_en=hint_en, hint_ko=hint_ko, instead=meant
                )
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
            elif function.name in _ALIKE and not comparable(known[0], kind):
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
            node,
            "argument_type",
            name=function.name,
            expected_en=" or ".join(name[0] for name in names),
            expected_ko=" 또는 ".join(name[1] for name in names),
            type_en=type_en,
            type_ko=type_ko,
            example=function.example,
        )

    # Windows

    def window(self, node: n.Window) -> Type | None:
        """A window: its value, keys, length and condition."""
        if self._in_window:
            self.add(node, "window_nested")
            return None
        if node.function not in WINDOW_EXAMPLES:
            code = "not_a_window" if node.function in FUNCTIONS else "unknown_function"
            hint_en, hint_ko = did_you_mean(node.function, WINDOW_EXAMPLES)
            meant = function_meant(node.function) or "" if code == "unknown_function" else ""
            self.add(node, code, name=node.function, hint_en=hint_en, hint_ko=hint_ko, instead=meant)
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
        if not self._fraction(node):
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

    def _fraction(self, node: n.Window) -> bool:
        """Whether a percentile says which, and nothing else does."""
        if (node.function == "percentile") != (node.fraction is not None):
            self.add(node, "window_percentile_form")
            return False
        if isinstance(node.fraction, n.PercentLiteral) and not 0 < node.fraction.value <= 100:
            self.add(node.fraction, "percentile_range")
        elif isinstance(node.fraction, n.ParameterRef):
            found = self.type_of(node.fraction)
            if found is not None and not found.is_numeric:
                self.add(node.fraction, "window_percentile_form")
        return True

    def _window_mode(self, node: n.Window) -> None:
        if node.mode == "others" and node.function not in OF_OTHERS:
            self.add(node, "window_no_others", name=node.function, known=", ".join(sorted(OF_OTHERS)))
        elif node.mode == "others" and "cardholder" in node.keys:
            self.add(node, "others_of_cardholder")
        elif node.mode == "whole" and node.function in NOT_WHOLE:
            self.add(node, "window_not_whole", name=node.function)
        elif node.function == "change" and node.within is None:
            self.add(node, "change_needs_within", example=WINDOW_EXAMPLES["change"])

    def _window_limits(self, node: n.Window) -> None:
        for key in (*node.part, *node.keys):
            self._key(node, key)
        if not node.keys:
            self.add(node, "window_needs_keys", name=node.function, example=WINDOW_EXAMPLES[node.function])
        self._window_mode(node)
        if node.function == "since_last" and (
            node.period or node.within is not None or node.where is not None or node.mode
        ):
            self.add(node, "since_last_limits")
        if isinstance(node.within, n.DurationLiteral):
            if duration_us(node.within) <= 0:
                self.add(node.within, "within_positive")
        elif node.within is not None:
            found = self.type_of(node.within)
            if node.function == "distinct" or (found is not None and found.kind is not Kind.DURATION):
                self.add(node.within, "within_duration")
        if node.within is not None and is_too_long(node, self.parameters or {}):
            times = spans_of(node)
            self.add(
                node.within,
                "within_too_long",
                days=LONGEST_WITHIN_DAYS // times,
                business_days=LONGEST_BUSINESS_DAYS // times,
            )
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
        if key in KEYS or (known is not None and known.type in KEY_TYPES):
            return
        hint_en, hint_ko = did_you_mean(
            key, (*KEYS, *(name for name, f in self.vocabulary.items() if f.type in KEY_TYPES))
        )
        self.add(node, "unknown_key", name=key, known=", ".join(KEYS), hint_en=hint_en, hint_ko=hint_ko)
