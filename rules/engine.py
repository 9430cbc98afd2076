"""A whole rule set against a whole frame in one pass: hits, what could not be evaluated and why, and the facts behind each hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.engine_run import (
    Answer,
    Mask,
    NotEvaluable,
    RuleSpec,
    Run,
    why_not,
    windows_asked,
    windows_by_keys,
)
from rules.fields import FIELDS
from rules.language import nodes as n
from rules.language.reasons import true_facts
from rules.language.specs import Context, ParameterSpec, ParameterValue, PlainCalendar, ValueListSpec
from rules.language.steps import Step, steps_of

__all__ = [
    "Answer",
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
    "windows_by_keys",
]


@dataclass
class Outcome:
    """``answers[j]``: rule j's hits, a bit per target row. ``not_evaluable[j]`` belongs to rule j. ``errors`` holds, by rule number, why a
    rule could not run at all (it hits nothing and every claim counts as not evaluable)."""

    answers: list[pl.Series]
    not_evaluable: list[NotEvaluable]
    errors: dict[int, str]
    _rules: Sequence[RuleSpec] = field(repr=False)
    _run: Run = field(repr=False)

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
    run = Run(frame, context, mask, whole, answers)
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


def answer_windows(
    frame: pl.DataFrame, windows: Sequence[n.Window], *, context: Context, targets: NDArray[np.bool_]
) -> Iterator[tuple[n.Window, Answer]]:
    """The answer of each of these windows for the targets, or why it has none; few are alive at a time.

    ``frame`` needs what windows look at of every row, ``context.undelivered`` what the whole claims lack.
    """
    run = Run(frame, context, None if targets.all() else targets, frame, None)
    yield from run.answers(windows)


def undelivered(frame: pl.DataFrame, *, also_empty: bool = False) -> frozenset[str]:
    """Fields of the vocabulary the frame has no column for; with ``also_empty`` also those whose column holds no value at all, which
    is right for a company's whole history and wrong for a handful of claims."""
    schema = frame.schema
    lacking = {name for name in FIELDS if schema.get(name, pl.Null) == pl.Null}
    if also_empty and frame.height:
        lacking |= {name for name in FIELDS if name in schema and frame[name].null_count() == frame.height}
    return frozenset(lacking)
