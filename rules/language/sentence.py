"""Tree → a sentence in Korean or English, every part in its own brackets, so that and / or cannot be misread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rules.fact_words import code_word
from rules.fields import FIELDS, KEY_LABELS, Field
from rules.language import nodes as n
from rules.language.check import infer
from rules.language.nodes import Expression
from rules.language.sentence_en import English
from rules.language.sentence_ko import Korean
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.types import Kind
from rules.money import format_money, to_minor


class Words(Protocol):
    """One language: how the parts of a sentence are put together."""

    lang: str

    def literal(self, node: n.Literals) -> str: ...
    def negation(self, inner: str) -> str: ...
    def junction(self, parts: list[str], is_and: bool) -> str: ...
    def yes(self, label: str, is_yes: bool) -> str: ...
    def comparison(self, op: str, left: str, right: str, is_time: bool) -> str: ...
    def member(
        self, value: str, collection: n.InlineList | n.ListRef | n.Range, words: list[str], is_in: bool
    ) -> str: ...
    def text_match(self, op: str, value: str, words: list[str], kind: str, does: bool) -> str: ...
    def missing(self, value: str, is_missing: bool) -> str: ...
    def call(self, name: str, arguments: list[str]) -> str: ...
    def window(
        self,
        node: n.Window,
        value: str,
        keys: list[str],
        part: list[str],
        within: str,
        where: str,
        fraction: str,
    ) -> str: ...
    def now(self) -> str: ...


def to_sentence(
    node: Expression,
    lang: str,
    *,
    vocabulary: Mapping[str, Field] = FIELDS,
    lists: Mapping[str, ValueListSpec] | None = None,
    parameters: Mapping[str, ParameterSpec] | None = None,
) -> str:
    """The rule in words, ``ko`` or ``en``. Lists and parameters are called by their labels where they are given."""
    return _Speaker(Korean() if lang == "ko" else English(), vocabulary, lists or {}, parameters or {}).say(
        node
    )


class _Speaker:
    def __init__(
        self,
        words: Words,
        vocabulary: Mapping[str, Field],
        lists: Mapping[str, ValueListSpec],
        parameters: Mapping[str, ParameterSpec],
    ) -> None:
        self.words = words
        self.vocabulary = vocabulary
        self.lists = lists
        self.parameters = parameters

    def say(self, node: Expression) -> str:
        """A condition or value in words."""
        match node:
            case n.And() | n.Or():
                return self.words.junction(
                    [self.say(part) for part in node.operands], isinstance(node, n.And)
                )
            case n.Not():
                return self._not(node)
            case n.FieldRef():
                return self._field(node)
            case n.Comparison():
                left, right = self._beside(node.left, node.right), self._beside(node.right, node.left)
                return self.words.comparison(node.op, left, right, self._is_time(node))
            case n.Membership() | n.TextMatch() | n.IsMissing():
                return self._test(node, True)
            case n.Call(name=name) if name.startswith("is_"):
                return self.words.yes(self.value(node), True)
            case _:
                return self.value(node)

    def _not(self, node: n.Not) -> str:
        inner = node.operand
        if isinstance(inner, n.Membership | n.TextMatch | n.IsMissing):
            return self._test(inner, False)
        if isinstance(inner, n.FieldRef) and self._is_yes_no(inner):
            return self.words.yes(self._label(inner.name), False)
        return self.words.negation(self.say(inner))

    def _field(self, node: n.FieldRef) -> str:
        label = self._label(node.name)
        return self.words.yes(label, True) if self._is_yes_no(node) else label

    def _is_yes_no(self, node: n.FieldRef) -> bool:
        known = self.vocabulary.get(node.name)
        return known is not None and known.type == "yes_no"

    def _is_time(self, node: n.Comparison) -> bool:
        """Dates and moments are earlier and later, not less and more."""
        found = infer(node.left, vocabulary=self.vocabulary, parameters=self.parameters)
        return found is not None and found.kind in {Kind.DATE, Kind.DATETIME}

    def _label(self, name: str) -> str:
        known = self.vocabulary.get(name)
        return known.label(self.words.lang) if known is not None else name

    def _test(self, node: n.Membership | n.TextMatch | n.IsMissing, holds: bool) -> str:
        if isinstance(node, n.IsMissing):
            return self.words.missing(self.value(node.operand), holds)
        if isinstance(node, n.Membership):
            return self.words.member(
                self.value(node.operand), node.collection, self._items(node.collection, node.operand), holds
            )
        kind = "list" if isinstance(node.pattern, n.ListRef | n.InlineList) else "word"
        return self.words.text_match(
            node.op, self.value(node.operand), self._items(node.pattern), kind, holds
        )

    def _beside(self, node: Expression, other: Expression | None) -> str:
        """A value beside what it is compared with: the code of a field that has words for its codes, in words."""
        if isinstance(node, n.TextLiteral) and isinstance(other, n.FieldRef):
            word = code_word(other.name, node.value, self.words.lang)
            return self.words.literal(n.TextLiteral(word)) if word else self.value(node)
        return self.value(node)

    def _items(self, node: Expression, of: Expression | None = None) -> list[str]:
        if isinstance(node, n.InlineList):
            return [self._beside(item, of) for item in node.items]
        if isinstance(node, n.Range):
            return [self.value(node.low), self.value(node.high)]
        return [self.value(node)]

    def value(self, node: Expression) -> str:
        """A value in words; calculations keep their signs and brackets."""
        match node:
            case n.FieldRef():
                return self._label(node.name)
            case n.MoneyLiteral():
                return format_money(to_minor(node.amount, node.currency), node.currency, self.words.lang)
            case n.ParameterRef():
                spec = self.parameters.get(node.name)
                return f"‘{spec.label(self.words.lang)}’" if spec is not None else f"${node.name}"
            case n.ListRef():
                named = self.lists.get(node.name)
                return f"‘{named.label(self.words.lang)}’" if named is not None else f"@{node.name}"
            case n.Negate():
                return f"−({self.value(node.operand)})"
            case n.Arithmetic():
                sign = {"+": "+", "-": "−", "*": "×", "/": "÷"}[node.op]
                return f"({self.value(node.left)} {sign} {self.value(node.right)})"
            case n.Call():
                return self.words.call(node.name, [self.value(part) for part in node.arguments])
            case n.Window():
                return self._window(node)
            case n.Now():
                return self.words.now()
            case n.InlineList() | n.Range():
                return ", ".join(self._items(node))
            case n.And() | n.Or() | n.Not() | n.Comparison() | n.Membership() | n.TextMatch() | n.IsMissing():
                return f"({self.say(node)})"
            case _:
                return self.words.literal(node)

    def _window(self, node: n.Window) -> str:
        value = "" if node.value is None else self._window_value(node.value)
        within = "" if node.within is None else self.value(node.within)
        where = "" if node.where is None else self.say(node.where)
        keys = [self._key(key) for key in node.keys]
        fraction = "" if node.fraction is None else self.value(node.fraction)
        part = [self._key(key) for key in node.part]
        return self.words.window(node, value, keys, part, within, where, fraction)

    def _window_value(self, node: Expression) -> str:
        if isinstance(node, n.FieldRef) and node.name not in self.vocabulary:
            return self._key(node.name)
        return self.value(node)

    def _key(self, key: str) -> str:
        if key in KEY_LABELS:
            return KEY_LABELS[key][self.words.lang == "ko"]
        return self._label(key)
