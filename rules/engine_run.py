"""One evaluation of a rule set: the tables, the windows behind them, each rule's expression and where its answer is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language import nodes as n
from rules.language.check import check
from rules.language.compile import Compiler
from rules.language.evaluate import ClaimReader
from rules.language.functions import DEFAULTS
from rules.language.history import History
from rules.language.nodes import Expression
from rules.language.plain_windows import is_money_window, key_columns, more_columns, needs_time_of_day
from rules.language.reasons import ALWAYS
from rules.language.specs import Context
from rules.language.table import Table
from rules.language.types import Type

Mask = NDArray[np.bool_]
#: A window's value per target row, or the error that it ends in.
Answer = pl.Series | str


class WindowFailed(ValueError):
    """A window that could not be computed; its text is the error as it happened."""


@dataclass(frozen=True)
class RuleSpec:
    """One rule version to run. ``weight`` is the expert weight w_j; ``always_open`` marks an absolute ban."""

    code: str
    version: int
    expression: Expression
    weight: float = 1.0
    always_open: bool = False


class NotEvaluable(NamedTuple):
    """How many claims a rule could not judge, and the names that were missing there, most frequent first."""

    count: int  # type: ignore[assignment]  # a tuple's own count() is of no use here
    missing: tuple[str, ...]


def windows_asked(rules: Sequence[RuleSpec]) -> list[n.Window]:
    """Every different window of the rules, in one order."""
    parts = (part for rule in rules for part in n.walk(rule.expression))
    return list(dict.fromkeys(part for part in parts if isinstance(part, n.Window)))


def why_not(rule: RuleSpec, context: Context) -> str | None:
    """Why a rule cannot run with these lists and parameters; None where it can."""
    try:
        check(rule.expression, lists=context.lists, parameters=context.parameters)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


class Run:
    """The tables of one evaluation: the target rows, and behind them the history that windows look into."""

    def __init__(
        self,
        frame: pl.DataFrame,
        context: Context,
        targets: Mask | None,
        whole: pl.DataFrame,
        answers: Mapping[n.Window, Answer] | None,
    ) -> None:
        self.context = context
        self.history = Table(frame, context)
        self.table = self.history if whole is frame else Table(whole, context)
        self._answers = answers
        self._windows: History | None = History(self.history, targets)
        self.compiler = Compiler(self.table, self.window)
        self.errors: dict[int, str] = {}
        self._fields: set[str] = set()
        self._types: dict[Expression, Type | None] = {}

    def window(self, node: n.Window) -> pl.Expr:
        """The column of a window, computed the first time."""

        def answer() -> pl.Series:
            if self._answers is not None:
                known = self._answers[node]
                if isinstance(known, str):
                    raise WindowFailed(known)
                return known
            if self._windows is None:
                raise RuntimeError("windows are computed before the rules")
            return self._windows.answer(node)

        return self.table.column(node, answer)

    def judge_all(self, rules: Sequence[RuleSpec]) -> list[pl.Expr | None]:
        """The rules' expressions. Windows come first, those over the same keys together, so that one index lives at a time."""
        for number, rule in enumerate(rules):
            if error := why_not(rule, self.context):
                self.errors[number] = error
        valid = [rule for number, rule in enumerate(rules) if number not in self.errors]
        self._fields.update(name for rule in valid for name in n.field_names(rule.expression))
        for group in windows_by_keys(windows_asked(valid)):
            for node in group:
                # a window that fails is met again, and reported, with its rule
                with suppress(Exception):
                    self.window(node)
            if self._windows is not None:
                self._windows.forget_indexes()
        answers = [self.judge(number, rule) for number, rule in enumerate(rules)]
        self._windows = None  # the answers stay, what they were made from goes
        return answers

    def answers(self, windows: Sequence[n.Window]) -> Iterator[tuple[n.Window, Answer]]:
        """The windows' answers, those over the same keys together; none is kept here."""
        assert self._windows is not None
        for group in windows_by_keys(windows):
            for node in group:
                try:
                    yield node, self._windows.answer(node)
                except Exception as error:
                    yield node, f"{type(error).__name__}: {error}"
            self._windows.forget_indexes()

    def judge(self, number: int, rule: RuleSpec) -> pl.Expr | None:
        """A rule's expression, or None with the reason kept."""
        if number in self.errors:
            return None
        try:
            return self.compiler.compile(rule.expression)
        except WindowFailed as error:
            self.errors[number] = str(error)
            return None
        except Exception as error:
            self.errors[number] = f"{type(error).__name__}: {error}"
            return None

    def collect(self, answers: Sequence[pl.Expr | None]) -> list[pl.Series | None]:
        """All rules' results in one pass; if that fails, one by one, so that only the failing rule is lost."""
        results: list[pl.Series | None] = [None] * len(answers)
        there = [number for number, answer in enumerate(answers) if answer is not None]
        try:
            frame = self.table.select([answer for answer in answers if answer is not None])
            for at, number in enumerate(there):
                results[number] = frame[str(at)]
        except Exception:
            for number in there:
                answer = answers[number]
                assert answer is not None
                try:
                    results[number] = self.table.series(answer)
                except Exception as error:
                    self.errors[number] = f"{type(error).__name__}: {error}"
        return results

    def report(self, rule: RuleSpec, result: pl.Series) -> NotEvaluable:
        """Where a rule's answer is unknown, the names that are missing there."""
        count = result.null_count()
        if not count:
            return NotEvaluable(0, ())
        unknown = result.is_null()
        leaves = self._leaves(rule.expression)
        lacks = self.table.select(
            [(expression & pl.lit(unknown)) for expression in leaves.values()] or [pl.lit(False)]
        )
        sums = [int(lacks[str(at)].sum()) for at in range(len(leaves))]
        named = sorted(
            ((-many, name) for name, many in zip(leaves, sums, strict=True) if many), key=lambda pair: pair
        )
        return NotEvaluable(count, tuple(name for _, name in named))

    def _leaves(self, node: Expression) -> dict[str, pl.Expr]:
        """Name → whether it is missing, for everything the rule needs and does not itself ask about with ``is missing``."""
        found: dict[str, pl.Expr] = {}
        pending = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, n.IsMissing) or (isinstance(part, n.Call) and part.name in DEFAULTS):
                if isinstance(part, n.IsMissing):
                    found.update(self._undelivered(part.operand))
                continue
            if isinstance(part, n.FieldRef):
                found[part.name] = self._is_missing(part.name)
            elif isinstance(part, n.ParameterRef):
                found[f"${part.name}"] = self.compiler.compile(part).is_null()
            elif isinstance(part, n.MoneyLiteral):
                found["currency"] = self.compiler.compile(part).is_null()
            elif isinstance(part, n.Window):
                self._window_leaves(part, found)
                pending += [asked for asked in (part.within, part.fraction) if asked is not None]
                continue
            elif isinstance(part, n.Call) and n.field_names(part) == ("transacted_at",):
                found["has_time"] = ~self.table.has_time()
            pending.extend(n.children(part))
        return found

    def _is_missing(self, name: str) -> pl.Expr:
        is_text = self.table.vocabulary[name].type in {"text", "code"}
        return self.table.text_missing(name) if is_text else self.table.field(name).is_null()

    def _undelivered(self, node: Expression) -> dict[str, pl.Expr]:
        is_undelivered = isinstance(node, n.FieldRef) and node.name in (self.context.undelivered or ())
        return {node.name: pl.lit(True)} if is_undelivered else {}  # type: ignore[union-attr]

    def _window_leaves(self, node: n.Window, found: dict[str, pl.Expr]) -> None:
        for column in (*key_columns(node.keys), *more_columns(node)):
            if column in self.table.vocabulary:
                found[column] = self._is_missing(column)
            elif column in self.table.schema:
                found[column] = pl.col(column).is_null() | (pl.col(column) < 0)
            else:
                found[column] = pl.lit(True)
        if is_money_window(node, self.table) and self.table.single_currency is None:
            found["currency"] = self.table.field("currency").is_null()
        if needs_time_of_day(node):
            found["has_time"] = ~self.table.has_time()
        if isinstance(node.value, n.FieldRef) and node.value.name in (self.context.undelivered or ()):
            found[node.value.name] = self.window(node).is_null()  # nothing to add up: that is what is missing
        there = reduce(lambda a, b: a & b, [~found[name] for name in found], pl.lit(True))
        found["history"] = self.window(node).is_null() & there

    def reader(self, row: int) -> ClaimReader:
        """The claim at a target row, with the windows this run computed."""
        values = self._facts_frame.row(row, named=True)

        def window(node: n.Window) -> Any:
            series = self.table.computed(node)
            return None if series is None else series[row]

        return ClaimReader(values, self.context, window, types=self._types)

    @cached_property
    def _facts_frame(self) -> pl.DataFrame:
        """The columns facts can name: a row of them is cheap, a row of the whole feature frame is not."""
        names = {
            *ALWAYS,
            "currency",
            "has_time",
            "cardholder.grade",
            "purpose_code",
            "cardholder.department",
            *self._fields,
        }
        return self.table.frame.select([name for name in self.table.schema if name in names])


def windows_by_keys(windows: Sequence[n.Window]) -> Iterator[list[n.Window]]:
    """Windows over the same keys together, so that one index lives at a time."""
    return (list(group) for _, group in groupby(sorted(windows, key=_keys_of), key=_keys_of))


def _keys_of(node: n.Window) -> tuple[str, ...]:
    return tuple(sorted(key_columns(node.keys)))
