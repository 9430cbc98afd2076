"""What a threshold would have meant on the scores of the last nights: alerts a day, expected finds and misses, cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, F, IntegerField
from django.db.models.functions import Cast, Floor
from numpy.typing import NDArray

from audit import clock
from fraud.company.thresholds import CostMatrix
from fraud.detection.models import Score, ScreeningRun

NIGHTS = 30
BINS = 1000  # scores are counted by thousandths: the page's cost does not grow with the claims


@dataclass(frozen=True)
class Distribution:
    """Counts of scores by probability (BINS,), their middles (BINS,), and over how many nights."""

    counts: NDArray[np.float64]
    middles: NDArray[np.float64]
    n_nights: int
    is_calibrated: bool

    @property
    def n_claims(self) -> int:
        """Scores counted."""
        return int(self.counts.sum())


@dataclass(frozen=True)
class ThresholdPoint:
    """Figures at one threshold, a night or per 1,000 claims; `found` and `missed` are expected by the calibrated scores."""

    threshold: float
    alerts: float
    found: float
    missed: float
    cost_per_1000: float

    @property
    def precision(self) -> float:
        """Expected share of alerts that are misuse."""
        return self.found / self.alerts if self.alerts else 0.0

    @property
    def recall(self) -> float:
        """Expected share of misuse that is alerted to."""
        total = self.found + self.missed
        return self.found / total if total else 0.0


def recent_scores(now: datetime | None = None, nights: int = NIGHTS) -> Distribution:
    """The scores of the last nights by thousandth of their probability."""
    since = (now or clock.now()) - timedelta(days=nights)
    runs = list(
        ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED, started_at__gte=since)
        .order_by("-id")
        .values_list("id", "model_version__is_calibrated")[:nights]
    )
    cell = Cast(Floor(F("hybrid_probability") * BINS), IntegerField())
    rows = Score.objects.filter(run__in=[pk for pk, _ in runs]).annotate(cell=cell).values_list("cell")
    counts = np.zeros(BINS)
    for number, n in rows.annotate(n=Count("id")).order_by():
        counts[min(max(int(number), 0), BINS - 1)] += n
    middles = (np.arange(BINS) + 0.5) / BINS
    return Distribution(counts, middles, len(runs), bool(runs and runs[0][1]))


def at_threshold(scores: Distribution, threshold: float, cost: CostMatrix) -> ThresholdPoint:
    """Figures of alerting every claim at or above `threshold`; expected counts are sums of the calibrated probabilities."""
    on = scores.middles >= threshold
    alerts, misuse = scores.counts * on, scores.counts * scores.middles
    found, missed = float((misuse * on).sum()), float((misuse * ~on).sum())
    false = float(alerts.sum()) - found
    passed = float((scores.counts * ~on).sum()) - missed
    total = found * cost.tp + false * cost.fp + missed * cost.fn + passed * cost.tn
    nights, n = max(scores.n_nights, 1), max(scores.n_claims, 1)
    return ThresholdPoint(
        threshold, float(alerts.sum()) / nights, found / nights, missed / nights, 1000 * total / n
    )


def threshold_curve(scores: Distribution, cost: CostMatrix) -> list[ThresholdPoint]:
    """Points from .005 to .5, dense where the cost usually has its minimum."""
    grid = np.unique(np.round(np.concatenate([np.linspace(0.005, 0.1, 20), np.linspace(0.1, 0.5, 17)]), 4))
    return [at_threshold(scores, float(t), cost) for t in grid]
