"""What a threshold would have meant on the scores of the last nights: alerts, expected finds and misses, hours, money, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, F, IntegerField, Q, Sum
from django.db.models.functions import Cast, Floor
from numpy.typing import NDArray

from audit import clock
from fraud.company.thresholds import CostMatrix
from fraud.company.values import CompanyValues
from fraud.detection.models import Score, ScreeningRun
from fraud.learning.evaluation.thresholds import best_f1, by_capacity

NIGHTS = 30
LOWEST, HIGHEST = 0.001, 0.999  # what may be chosen as a fixed threshold
BINS = 1000  # scores are counted by thousandths: the page's cost does not grow with the claims


@dataclass(frozen=True)
class Distribution:
    """Counts of scores by probability (BINS,), their middles (BINS,), over how many nights, and the money at stake per bin.

    `losses` (BINS,): sum of probability x amount, minor units of the company's currency; claims in others count none. `currencies`:
    scores by the currency of their claim, commonest first; `currency` is the company's.
    """

    counts: NDArray[np.float64]
    middles: NDArray[np.float64]
    n_nights: int
    is_calibrated: bool
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(BINS))
    currencies: dict[str, int] = field(default_factory=dict)
    currency: str = ""

    @property
    def n_claims(self) -> int:
        """Scores counted."""
        return int(self.counts.sum())

    @property
    def has_money(self) -> bool:
        """Whether any claim is in the company's currency: of the others no money is known in it, which is not none."""
        return not self.currencies or self.currency in self.currencies


@dataclass(frozen=True)
class ThresholdPoint:
    """Figures at one threshold, a night or per 1,000 claims; `found` and `missed` are expected by the calibrated scores.

    Money in minor units a night: what the misuse among the alerts and among the rest is expected to have cost; None where no claim is in
    the company's currency.
    """

    threshold: float
    alerts: float
    found: float
    missed: float
    cost_per_1000: float
    money_found: int | None = None
    money_missed: int | None = None

    @property
    def precision(self) -> float:
        """Expected share of alerts that are misuse."""
        return self.found / self.alerts if self.alerts else 0.0

    @property
    def recall(self) -> float:
        """Expected share of misuse that is alerted to."""
        total = self.found + self.missed
        return self.found / total if total else 0.0

    @property
    def f1(self) -> float:
        """Expected harmonic mean of precision and recall."""
        below = self.alerts + self.found + self.missed
        return 2 * self.found / below if below else 0.0

    def hours(self, minutes_per_case: float) -> float:
        """Hours a night's alerts take the reviewers."""
        return self.alerts * minutes_per_case / 60


def recent_scores(now: datetime | None = None, nights: int = NIGHTS, currency: str = "KRW") -> Distribution:
    """The scores of the last nights that had claims, by thousandth of their probability, with the money at stake in one currency."""
    since = (now or clock.now()) - timedelta(days=nights)
    runs = list(
        ScreeningRun.that_scored()
        .filter(started_at__gte=since)
        .exclude(source=ScreeningRun.LOOK_BACK)  # a week of history at once is no night
        .order_by("-id")
        .values_list("id", "model_version__is_calibrated")[:nights]
    )
    cell = Cast(Floor(F("hybrid_probability") * BINS), IntegerField())
    scores = Score.objects.filter(run__in=[pk for pk, _ in runs])
    rows = scores.annotate(cell=cell).values_list("cell")
    counts, losses = np.zeros(BINS), np.zeros(BINS)
    loss = Sum("expected_loss_minor", filter=Q(claim__currency=currency))
    for number, n, money in rows.annotate(n=Count("id"), money=loss).order_by():
        at = min(max(int(number), 0), BINS - 1)
        counts[at] += n
        losses[at] += money or 0
    middles = (np.arange(BINS) + 0.5) / BINS
    by_currency = scores.order_by().values_list("claim__currency").annotate(n=Count("id"))
    currencies = dict(sorted(by_currency, key=lambda row: (-row[1], row[0])))
    return Distribution(counts, middles, len(runs), bool(runs and runs[0][1]), losses, currencies, currency)


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
        threshold,
        float(alerts.sum()) / nights,
        found / nights,
        missed / nights,
        1000 * total / n,
        round(float((scores.losses * on).sum()) / nights) if scores.has_money else None,
        round(float((scores.losses * ~on).sum()) / nights) if scores.has_money else None,
    )


def doing_nothing(scores: Distribution, cost: CostMatrix) -> ThresholdPoint:
    """The base: no claim is alerted to, all misuse is missed."""
    return at_threshold(scores, float("inf"), cost)


def threshold_by(policy: str, scores: Distribution, values: CompanyValues, fixed: float) -> float | None:
    """The probability a policy (cost, f1, capacity, fixed) draws the line at; None where it needs scores and there are none."""
    if policy == "cost":
        return values.costs.threshold()
    if policy == "fixed":
        return fixed
    found = (
        best_f1(scores.counts, scores.middles)
        if policy == "f1"
        else by_capacity(scores.counts, values.capacity_per_day * max(scores.n_nights, 1))
    )
    return None if found is None else min(max(found, LOWEST), HIGHEST)


def threshold_curve(
    scores: Distribution, cost: CostMatrix, also: Sequence[float] = ()
) -> list[ThresholdPoint]:
    """Points from .001 to .5, dense where the cost usually has its minimum; where a threshold of `also` lies beyond, up to behind it."""
    inside = [each for each in also if 0 < each < 1]
    last = min(max(0.5, *(1.25 * each for each in inside), 0.5), 1.0)
    grid = [*np.geomspace(0.001, 0.1, 24), *np.linspace(0.1, last, 17), *inside]
    return [at_threshold(scores, float(t), cost) for t in np.unique(np.round(grid, 4))]


def lowest_cost(scores: Distribution, cost: CostMatrix) -> ThresholdPoint:
    """The cheapest of all thousandths, of alerting to everything (0) and of doing nothing (infinity); the highest of equals."""
    misuse = scores.counts * scores.middles
    genuine = scores.counts - misuse
    if_alerted, if_not = misuse * cost.tp + genuine * cost.fp, misuse * cost.fn + genuine * cost.tn
    below = np.concatenate([[0.0], np.cumsum(if_not)])  # (BINS + 1,) of what lies under the k-th thousandth
    above = np.concatenate([np.cumsum(if_alerted[::-1])[::-1], [0.0]])
    total = below + above
    place = len(total) - 1 - int(np.argmin(np.round(total[::-1], 9)))
    return at_threshold(scores, place / BINS if place < BINS else float("inf"), cost)
