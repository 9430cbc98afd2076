"""One method measured: fitted, recalibrated on later claims it never saw, tested on later ones still."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.detection.detectors.frames import Matrix
from fraud.detection.scoring.formula import sigmoid
from fraud.detection.scoring.logistic import fit_logistic
from fraud.learning.evaluation import metrics
from fraud.learning.evaluation.bootstrap import paired_difference
from fraud.learning.evaluation.comparison import Window, figures
from fraud.learning.evaluation.curves import roc
from fraud.learning.experiments.methods import METHODS, Settings
from fraud.learning.experiments.split import Split, Stretch

Floats = NDArray[np.float64]
_DRAWS = 200


@dataclass(frozen=True)
class LaterRows:
    """The later claims: X (n, d), the window with outcomes and weights, what an error costs, seats a day."""

    X: Matrix
    window: Window
    cost: CostMatrix
    seats: int


@dataclass(frozen=True)
class Measured:
    """A method's probabilities on the later claims (n,), its figures, curves and how long it took."""

    probability: Floats
    figures: dict[str, Any]
    curves: dict[str, Any]
    seconds: float


def recalibrated(score: Floats, rows: Stretch) -> tuple[float, float]:
    """Intercept and slope from score to log-odds, with Platt's smoothed targets, on rows the fit never saw.

    The score is standardised first (its scale differs between methods); a slope that would reverse the ranking becomes tiny.
    """
    centre, scale = float(score.mean()), float(score.std()) or 1.0
    positive, negative = float(rows.weight[rows.y].sum()), float(rows.weight[~rows.y].sum())
    target = np.where(rows.y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    beta = fit_logistic(((score - centre) / scale)[:, None], target, rows.weight, penalty=1e-6)
    slope = max(float(beta[1]), 1e-3) / scale
    return float(beta[0]) - slope * centre, slope


def measure(name: str, split: Split, tested: LaterRows, settings: Settings) -> Measured:
    """Fit, recalibrate, test. Raises MethodNotUsable."""
    started = time.perf_counter()
    score = METHODS[name](split.fit, settings)
    intercept, slope = recalibrated(score(split.calibrate.X), split.calibrate)
    probability = sigmoid(intercept + slope * score(tested.X))
    seconds = time.perf_counter() - started
    window = tested.window
    found: dict[str, Any] = figures(window, probability, tested.cost, tested.seats)
    inside = window.weight > 0
    y, p, w = window.y[inside], probability[inside], window.weight[inside]
    curve = metrics.precision_recall(y, p, w)
    curves = {
        "precision_recall": [[recall, precision] for _, precision, recall in curve.points(40)],
        "roc": roc(y, p, w),
    }
    return Measured(probability, found, curves, seconds)


def against(first: Floats, second: Floats, window: Window) -> Mapping[str, float]:
    """Average precision of ``second`` minus that of ``first`` on the same claims, with its 95 % interval over drawn cardholders."""
    inside = window.weight > 0
    y = window.y[inside].astype(np.float64)

    def precision(p: Floats) -> Any:
        return lambda w: metrics.average_precision(y, p[inside], w)

    found = paired_difference(
        precision(first),
        precision(second),
        window.cardholder[inside],
        draws=_DRAWS,
        weight=window.weight[inside],
    )
    return {"value": found.value, "low": found.low, "high": found.high}
