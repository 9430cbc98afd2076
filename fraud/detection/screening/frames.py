"""A night's features and rule hits: computed once a process and kept while the run lasts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import faults
from fraud.claims.bulk import forget_pages
from fraud.claims.labels import history_of, told_labels
from fraud.claims.received import one_look
from fraud.claims.segments import advance_segments
from fraud.company.values import current_calendar
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.context import columns_of_past, features_and_context
from fraud.detection.screening.pending import pending_claims
from fraud.detection.screening.reads import claims_of, claims_since, past_of
from fraud.detection.screening.rulebook import RunRules, rules_of
from fraud.detection.screening.timing import timed
from fraud.detection.screening.windows import history_start, latest_reached
from rules.engine import Outcome

#: Claims of a run up to which they alone are read whole, and of the others what windows look at.
_FEW = 20_000
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class NightFrame:
    """The run's claims in time order: feature frame (n rows), hits (n, rules), and how the rules went."""

    run_id: int
    features: pl.DataFrame
    versions: pl.DataFrame  # claim_id, claim_version: the facts that are judged
    hits: NDArray[np.bool_]  # those that count
    muted: NDArray[np.bool_]  # (n, rules): those of suppressed rules, stored and marked
    rules: RunRules
    outcome: Outcome

    def rows_of(self, claim_ids: list[int]) -> list[int]:
        """Positions of claims; those the run does not look at are left out."""
        wanted = pl.DataFrame({"claim_id": claim_ids}, schema={"claim_id": pl.Int64})
        at = self.features.select("claim_id").with_row_index("row")
        return wanted.join(at, on="claim_id", how="inner", maintain_order="left")["row"].to_list()

    def versions_of(self, claim_ids: pl.Series) -> pl.Series:
        """`claim_version` of each claim, in their order."""
        known = claim_ids.to_frame().join(self.versions, on="claim_id", how="left", maintain_order="left")
        return known["claim_version"]

    def not_evaluable(self) -> dict[str, dict[str, object]]:
        """Rule code → {"n": claims it could not judge, "missing": fields, "error": …}; only rules with such claims."""
        found: dict[str, dict[str, object]] = {}
        for j, (spec, (n, missing)) in enumerate(
            zip(self.rules.specs, self.outcome.not_evaluable, strict=True)
        ):
            if n:
                found[spec.code] = {"n": int(n), "missing": sorted(missing)}
            if j in self.outcome.errors:
                found[spec.code] = {"n": int(n), "missing": [], "error": self.outcome.errors[j]}
        return found

    def failed_rules(self) -> dict[int, str]:
        """Rule version id → why it could not run at all."""
        return {int(self.rules.version_ids[j]): error for j, error in self.outcome.errors.items()}


_lock = threading.Lock()
_kept: dict[int, NightFrame] = {}
_pending: dict[int, pl.DataFrame] = {}
_labels: dict[int, pl.DataFrame] = {}


def labels_of(run: ScreeningRun) -> pl.DataFrame:
    """What was known of outcomes by the run's cut-off (`told_labels`), asked once a process."""
    with _lock:
        if run.pk not in _labels:
            _labels.clear()
            _labels[run.pk] = told_labels(run.cut_off_at)
        return _labels[run.pk]


def pending_of(run: ScreeningRun) -> pl.DataFrame:
    """The run's claims (`pending_claims`), asked once a process: the cut into parts and the frame rest on the same ones."""
    with _lock:
        if run.pk not in _pending:
            _pending.clear()
            with timed("pending"):
                _pending[run.pk] = pending_claims(run)
        return _pending[run.pk]


def night_frame(run: ScreeningRun) -> NightFrame:
    """The frame of a run: the one in memory, or built from the claims, labels and rules as of its cut-off."""
    pending, told = pending_of(run), labels_of(run)
    with _lock:
        if run.pk not in _kept:
            _kept.clear()
            with one_look():
                _kept[run.pk] = _build(run, pending, told)
        return _kept[run.pk]


def renew_rules(run: ScreeningRun) -> None:
    """Give the frame in memory what the run knows of its rules by now: a first version is fitted on it before that is pinned."""
    with _lock:
        if run.pk in _kept:
            _kept[run.pk] = replace(_kept[run.pk], rules=rules_of(run))


def forget_frames() -> None:
    """Free the memory; the next call builds the frame again."""
    with _lock:
        _kept.clear()
        _pending.clear()
        _labels.clear()


def _build(run: ScreeningRun, pending: pl.DataFrame, told: pl.DataFrame) -> NightFrame:
    faults.hit("features.start")
    earliest, latest = pending["transacted_at"].min(), pending["transacted_at"].max()
    rules = rules_of(run)
    since: datetime | None = run.cut_off_at
    if isinstance(earliest, datetime):
        since = history_start(earliest, rules.specs)
    with timed("columns"):
        advance_segments(run.cut_off_at)
    until = latest_reached(latest, rules.specs) + _TICK if isinstance(latest, datetime) else None
    columns = columns_of_past(rules.specs) if 0 < pending.height <= _FEW else None
    labels, wanted = history_of(told), None
    forget_pages()
    with timed("read"):
        if columns is None:
            claims = claims_since(run.cut_off_at, since, until)
        else:
            claims = past_of(run.cut_off_at, since, until, columns)
            wanted = claims_of(run.cut_off_at, pending["claim_id"])
            labels = _with_approvers(labels, run.cut_off_at)
        targets = claims["claim_id"].is_in(pending["claim_id"].implode()).to_numpy()
    forget_pages()
    with timed("features"):
        features, context, asked = features_and_context(
            claims,
            targets,
            rules.specs,
            calendar=current_calendar(),
            zone=settings.TIME_ZONE,
            labels=labels,
            wanted=wanted,
            parameters=rules.context.parameters,
        )
    del claims
    with timed("rules"):
        outcome = rules.evaluate(context, asked, features)
    faults.hit("features.built")
    versions = pending.select("claim_id", "claim_version")
    hits = np.asarray(outcome.hits, dtype=bool)
    muted = hits & rules.suppressed(features) if rules.suppressions else np.zeros_like(hits)
    return NightFrame(run.pk, features, versions, hits & ~muted, muted, rules, outcome)


def _with_approvers(labels: pl.DataFrame, cut_off: datetime) -> pl.DataFrame:
    """Labels of which nobody is known now who approved the claim, by who was known at the cut-off."""
    unknown = labels.filter(pl.col("approver_id").is_null())["claim_id"].unique()
    if unknown.is_empty():
        return labels
    told = claims_of(cut_off, unknown, ("claim_id", "approver_id")).select("claim_id", then="approver_id")
    return labels.join(told, on="claim_id", how="left", maintain_order="left").select(
        pl.coalesce("approver_id", "then").alias(name) if name == "approver_id" else name
        for name in labels.columns
    )
