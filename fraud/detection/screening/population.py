"""How far a week's claims have moved from those the champion learnt from.

One night is one day of the week: what its claims look like says more about the calendar than about a shift. Every report
therefore keeps its own night's counts a bin, and judges the sum over the nights of seven days. Before a version has
screened a whole week nothing is judged; what is seen must last into the next week before it says act. Features that move where
nothing changes (`grows_by_itself`) keep their figure and are judged neither alone nor in the report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from fraud.detection.drift import Reference, Shift, counts, overall, shift_of_counts
from fraud.detection.features import grows_by_itself
from fraud.detection.models import DriftReport, ScreeningRun

WEEK = timedelta(days=7)
#: Rows of a night that are counted; more would not change the shares.
_MOST_ROWS = 50_000
#: The calendar's own columns say which days a week had, not how people spend.
_CALENDAR = frozenset({"weekday", "is_weekend", "is_holiday", "is_business_day"})


@dataclass(frozen=True)
class PopulationShift:
    """The week's claims and nights, per feature its figures with tonight's counts, and the level.

    `features`: name → {psi, floor, level, counts}; every level is calm before `is_whole_week`, and of what moves by itself always.
    """

    n_claims: int
    n_nights: int
    is_whole_week: bool
    features: dict[str, dict[str, Any]]
    level: str


def references_of(run: ScreeningRun) -> dict[str, Any]:
    """Feature → what the champion learnt from, as its card keeps it."""
    return dict(run.model_version.card.get("drift", {})) if run.model_version else {}


def counted_rows(n: int) -> pl.Series:
    """Which of so many claims, in the order of time, are counted."""
    everything = pl.int_range(n, eager=True)
    return everything.sample(_MOST_ROWS, seed=0) if n > _MOST_ROWS else everything


def population_shift(run: ScreeningRun, features: pl.DataFrame) -> PopulationShift | None:
    """The shift over the seven days up to the run's business date; None where the champion keeps no reference.

    `features` are those of the run's claims, or of the `counted_rows` of them.
    """
    references = {
        name: Reference.from_json(one)
        for name, one in references_of(run).items()
        if name in features.columns and name not in _CALENDAR
    }
    if not references:
        return None
    rows = features[counted_rows(features.height)] if features.height > _MOST_ROWS else features
    tonight = {name: counts(one, rows[name].cast(pl.Float64).to_numpy()) for name, one in references.items()}
    earlier = list(_reports(run, run.business_date))
    nights = [report for report in earlier if report.run.business_date > run.business_date - WEEK]  # type: ignore[union-attr]
    is_whole = _spans_a_week(earlier, run.business_date)
    found = {name: _pooled(references[name], name, tonight[name], nights) for name in references}
    judged = {name: one for name, one in found.items() if is_whole and not grows_by_itself(name)}
    level = overall(judged, _levels_a_week_ago(earlier, run.business_date))
    rows_of = {
        name: {
            "psi": round(one.psi, 5),
            "floor": round(one.floor, 5) if np.isfinite(one.floor) else None,
            "level": one.level if name in judged else "calm",
            "counts": tonight[name],
        }
        for name, one in found.items()
    }
    n_claims = rows.height + sum(_counted(report) for report in nights)
    n_nights = len({run.business_date, *(report.run.business_date for report in nights)})  # type: ignore[union-attr]
    return PopulationShift(n_claims, n_nights, is_whole, rows_of, level)


def _reports(run: ScreeningRun, until: date) -> Iterable[DriftReport]:
    """Reports of the two weeks before, of the same version, newest first."""
    return (
        DriftReport.objects.filter(model_version_id=run.model_version_id)
        .filter(run__business_date__lte=until, run__business_date__gt=until - 2 * WEEK)
        .exclude(run=run)
        .select_related("run")
        .order_by("-run__business_date", "-id")
    )


def _spans_a_week(earlier: list[DriftReport], today: date) -> bool:
    """The version has been screening for seven days, counting today."""
    dates = [report.run.business_date for report in earlier if report.run]
    return bool(dates) and min(dates) <= today - WEEK + timedelta(days=1)


def _pooled(reference: Reference, name: str, tonight: list[int], nights: list[DriftReport]) -> Shift:
    total = np.asarray(tonight)
    for report in nights:
        before = (report.psi.get(name) or {}).get("counts")
        if before is not None and len(before) == len(total):
            total = total + np.asarray(before)
    return shift_of_counts(reference, total.tolist())


def _counted(report: DriftReport) -> int:
    """Claims of the report's own night: what any one feature's counts add up to."""
    return max((sum(one.get("counts", ())) for one in report.psi.values()), default=0)


def _levels_a_week_ago(earlier: list[DriftReport], today: date) -> dict[str, str]:
    """Feature → level of the newest report at least seven days old."""
    for report in earlier:
        if report.run and report.run.business_date <= today - WEEK:
            return {name: str(one.get("level", "calm")) for name, one in report.psi.items()}
    return {}
