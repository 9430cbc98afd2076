"""A whole rule set against a whole frame in one pass: hits, what could not be evaluated and why, and the facts behind each hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.fields import FIELDS
from rules.language import nodes as n
from rules.language.check import check
from rules.language.compile import Compiler
from rules.language.evaluate import ClaimReader
from rules.language.functions import DEFAULTS
from rules.language.history import History
from rules.language.nodes import Expression
from rules.language.plain_windows import is_money_window, key_columns, more_columns, needs_time_of_day
from rules.language.reasons import ALWAYS, true_facts
from rules.language.specs import Context, ParameterSpec, ParameterValue, PlainCalendar, ValueListSpec
from rules.language.steps import Step, steps_of
from rules.language.table import Table
from rules.language.types import Type

__all__ = [
    "Context",
    "NotEvaluable",
    "Outcome",
    "ParameterSpec",
    "ParameterValue",
    "PlainCalendar",
    "RuleSpec",
    "ValueListSpec",
    "answer_windows",
    "evaluate",
    "undelivered",
    "why_not",
    "windows_asked",
]

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


@dataclass
class Outcome:
    """``answers[j]``: rule j's hits, a bit per target row. ``not_evaluable[j]`` belongs to rule j. ``errors`` holds, by rule number, why a
    rule could not run at all (it hits nothing and every claim counts as not evaluable)."""

    answers: list[pl.Series]
    not_evaluable: list[NotEvaluable]
    errors: dict[int, str]
    _rules: Sequence[RuleSpec] = field(repr=False)
    _run: _Run = field(repr=False)

    @cached_property
    def hits(self) -> Mask:
        """``hits[i, j]``: target row i met rule j. A byte per claim and rule: who asks one rule asks ``hits_of``."""
        hits = np.zeros((self._run.table.height, len(self.answers)), dtype=np.bool_, order="F")
        for number in range(len(self.answers)):
            hits[:, number] = self.hits_of(number)
        return hits

    def hits_of(self, rule: int) -> Mask:
        """(n,) which target rows met a rule."""
        found: Mask = self.answers[rule].to_numpy()
        return found

    def n_hits(self) -> NDArray[np.int64]:
        """(r,) how many target rows met each rule."""
        return np.array([int(answer.sum()) for answer in self.answers], dtype=np.int64)

    def facts(self, row: int, rule: int) -> dict[str, dict[str, Any]]:
        """The values that made rule ``rule`` true for target row ``row``, by their text in the rule; plain JSON values.

        A value is ``{"kind": …, "value": …}``, money with ``currency`` (minor units), a duration in seconds, times in the company's zone.
        """
        return true_facts(self._rules[rule].expression, self._run.reader(row))

    def steps(self, row: int, rule: int) -> list[Step]:
        """Rule ``rule`` for target row ``row`` part by part: what each part answered, and from which values."""
        return steps_of(self._rules[rule].expression, self._run.reader(row))


def evaluate(
    frame: pl.DataFrame,
    rules: Sequence[RuleSpec],
    *,
    context: Context,
    targets: NDArray[np.bool_] | None = None,
    whole: pl.DataFrame | None = None,
    answers: Mapping[n.Window, Answer] | None = None,
) -> Outcome:
    """Run all rules over the rows marked by ``targets`` (None: every row); windows look back over the whole frame.

    ``frame`` is the feature frame: vocabulary columns by name (absent ones are missing), ``claim_id``, ``cardholder_id``,
    ``merchant_id``, ``department_id``. Where it has only what windows read of earlier claims, ``whole`` is the targets with all
    columns, in the same order. With ``answers`` (``answer_windows`` of these rows) no window is computed and the frame is the rows alone. Raises ValueError when the mask does not fit the frame. A rule that fails is reported in
    ``Outcome.errors`` and never stops the others.
    """
    mask = None if targets is None else np.asarray(targets, dtype=np.bool_)
    if mask is not None and mask.shape != (frame.height,):
        raise ValueError(f"targets has {mask.shape} values for {frame.height} rows")
    if mask is not None and mask.all():
        mask = None
    if whole is None:
        whole = frame if mask is None else frame.filter(pl.Series(mask))
    if context.undelivered is None:
        context = replace(context, undelivered=undelivered(whole))
    run = _Run(frame, context, mask, whole, answers)
    results = run.collect(run.judge_all(rules))
    hits, reports = [], []
    for rule, result in zip(rules, results, strict=True):
        if result is None:
            hits.append(pl.repeat(False, run.table.height, dtype=pl.Boolean, eager=True))
            reports.append(NotEvaluable(run.table.height, ()))
            continue
        hits.append(result.fill_null(False) if result.null_count() else result)
        reports.append(run.report(rule, result))
    del run.compiler  # it knows the run: a circle would keep the whole frame until somebody looks for circles
    return Outcome(hits, reports, run.errors, rules, run)


def windows_asked(rules: Sequence[RuleSpec]) -> list[n.Window]:
    """Every different window of the rules, in one order."""
    parts = (part for rule in rules for part in n.walk(rule.expression))
    return list(dict.fromkeys(part for part in parts if isinstance(part, n.Window)))


def answer_windows(
    frame: pl.DataFrame, rules: Sequence[RuleSpec], *, context: Context, targets: NDArray[np.bool_]
) -> Iterator[tuple[n.Window, Answer]]:
    """The answer of every window of the rules for the targets, or why it has none; few are alive at a time.

    ``frame`` needs what windows look at of every row, ``context.undelivered`` what the whole claims lack.
    """
    run = _Run(frame, context, None if targets.all() else targets, frame, None)
    yield from run.answers(windows_asked([rule for rule in rules if why_not(rule, context) is None]))


def why_not(rule: RuleSpec, context: Context) -> str | None:
    """Why a rule cannot run with these lists and parameters; None where it can."""
    try:
        check(rule.expression, lists=context.lists, parameters=context.parameters)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def undelivered(frame: pl.DataFrame, *, also_empty: bool = False) -> frozenset[str]:
    """Fields of the vocabulary the frame has no column for; with ``also_empty`` also those whose column holds no value at all, which
    is right for a company's whole history and wrong for a handful of claims."""
    schema = frame.schema
    lacking = {name for name in FIELDS if schema.get(name, pl.Null) == pl.Null}
    if also_empty and frame.height:
        lacking |= {name for name in FIELDS if name in schema and frame[name].null_count() == frame.height}
    return frozenset(lacking)


class _Run:
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
        for group in _by_keys(windows_asked(valid)):
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
        for group in _by_keys(windows):
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


def _by_keys(windows: Sequence[n.Window]) -> Iterator[list[n.Window]]:
    """Windows over the same keys together, so that one index lives at a time."""
    return (list(group) for _, group in groupby(sorted(windows, key=_keys_of), key=_keys_of))


def _keys_of(node: n.Window) -> tuple[str, ...]:
    return tuple(sorted(key_columns(node.keys)))
