"""From the hybrid log-odds z to a probability, learned on out-of-fold outcomes only.

Isotonic from 1,000 positives on, Platt below, nothing at all below 30: then the number is a rank, not a percentage.

What nobody looked at is not genuine for that: some misuse never becomes known. How much of it lies among the unreviewed is learnt
from claims that came to be looked at by lot (control sample, seats for learning), and before there are any taken to be RATIO:

    target of an unreviewed claim = ratio * P(known misuse | z)          ratio = (STRENGTH * RATIO + found) / (STRENGTH + expected)

over the claims drawn by lot: misuse found among them, and what claims of their z are known to be on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fraud.detection.scoring.formula import Floats, logit, sigmoid
from fraud.detection.scoring.logistic import fit_logistic

Mask = NDArray[np.bool_]

ISOTONIC_FROM = 1000
PLATT_FROM = 30
#: Unknown misuse among claims of one score against the known, and the expected misuse among claims drawn by lot that this is worth.
RATIO, STRENGTH = 0.7, 4.0


@dataclass(frozen=True)
class Calibrator:
    """``kind`` none, platt or isotonic; knots of z and p for isotonic, intercept and slope for Platt."""

    kind: str = "none"
    first: Floats | tuple[float, ...] = ()
    second: Floats | tuple[float, ...] = ()

    @classmethod
    def fit(
        cls, z: Floats, y: Floats, weight: Floats, n_positive: int | None = None, *, least: int = PLATT_FROM
    ) -> Self:
        """Choose by the number of positives among out-of-fold rows z (n,), y (n,) in [0, 1], weight (n,); none with fewer than `least`.

        `n_positive`: how many were confirmed, where `y` holds expectations for rows without an outcome.
        """
        positives = int(y.sum()) if n_positive is None else n_positive
        if positives < max(least, 1) or positives == len(y):
            return cls()
        if positives < ISOTONIC_FROM:
            return cls("platt", *_platt(z, y, weight))
        return cls("isotonic", *_isotonic(z, y, weight))

    @property
    def is_calibrated(self) -> bool:
        """False: show rank and band, never a percentage."""
        return self.kind != "none"

    def probability(self, z: Floats) -> Floats:
        """p (n,) in (0, 1), never falling as z rises."""
        if self.kind == "none":
            return sigmoid(z)
        if self.kind == "platt":
            return sigmoid(float(self.first[0]) + float(self.second[0]) * z)
        return np.interp(z, self.first, self.second)

    def z_of(self, probability: Floats) -> Floats:
        """The z (n,) whose probability is given, as far as the knots reach; what `probability` undoes."""
        odds = logit(probability, least=1e-12)
        if self.kind == "none":
            return odds
        if self.kind == "platt":
            return np.asarray((odds - float(self.first[0])) / float(self.second[0]), dtype=np.float64)
        return np.interp(probability, self.second, self.first)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists."""
        return {
            "kind": self.kind,
            "first": [float(v) for v in self.first],
            "second": [float(v) for v in self.second],
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """What ``to_json`` gave."""
        return cls(
            str(state["kind"]),
            np.asarray(state["first"], dtype=np.float64),
            np.asarray(state["second"], dtype=np.float64),
        )


def expected_outcomes(
    z: Floats, y: Floats, reviewed: Mask, by_lot: Mask, weight: Floats, *, least: int = PLATT_FROM
) -> tuple[Floats, float]:
    """Outcome of every row in [0, 1] and the ratio behind it: the verdict where there is one, else what is expected.

    z, y, weight (n,); reviewed (n,): has a verdict; by_lot (n,): of these, drawn whatever anybody thought of the claim. With fewer
    than `least` confirmed the rest counts as genuine, ratio 0.
    """
    if y.sum() < max(least, 1) or reviewed.all():
        return np.where(reviewed, y, 0.0), 0.0
    others = ~by_lot
    intercept, slope = (float(part[0]) for part in _platt(z[others], y[others], weight[others]))
    known = sigmoid(intercept + slope * z)
    found, expected = float(y[by_lot].sum()), float(known[by_lot].sum())
    ratio = (STRENGTH * RATIO + found) / (STRENGTH + expected)
    return np.where(reviewed, y, np.minimum(ratio * known, 1.0)), ratio


def _platt(z: Floats, y: Floats, weight: Floats) -> tuple[tuple[float], tuple[float]]:
    """Intercept and slope with Platt's (1999) smoothed targets; a slope that would reverse the ranking becomes tiny."""
    positives, negatives = float(weight @ y), float(weight @ (1 - y))
    high, low = (positives + 1) / (positives + 2), 1 / (negatives + 2)
    target = low + (high - low) * y
    beta = fit_logistic(z[:, None], target, weight, penalty=1e-6)
    return (float(beta[0]),), (max(float(beta[1]), 1e-3),)


def _isotonic(z: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Knots at the weighted centres of the pooled blocks: linear in between, so that few claims tie."""
    from sklearn.isotonic import isotonic_regression

    order = np.argsort(z, kind="stable")
    z, y, weight = z[order], y[order], weight[order]
    fitted = isotonic_regression(y, sample_weight=weight, y_min=0.0, y_max=1.0)
    starts = np.flatnonzero(np.diff(fitted, prepend=-1.0) > 0)
    mass = np.add.reduceat(weight, starts)
    centres = np.add.reduceat(weight * z, starts) / mass
    values = np.add.reduceat(weight * y, starts)
    # One half row of each kind per block: a block without a positive is rare, not impossible; yet no likelier than the next.
    shares = (values + 0.5 * (values == 0)) / (mass + 1.0 * (values == 0))
    return centres, np.clip(np.minimum.accumulate(shares[::-1])[::-1], 1e-6, 1 - 1e-6)
