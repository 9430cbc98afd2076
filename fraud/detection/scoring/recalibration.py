"""What outcomes say of the probabilities that nights gave: too high, too low, too sure or not sure enough.

    logit p' = logit 0.05 + shift + slope (logit p - logit 0.05)

A version's calibration comes from the outcomes it was trained on, and beliefs in rules lie over it. Whether both together promise
what is found shows in outcomes of claims that nights have scored, those of the control sample among them. Shift and slope maximise
the likelihood of these outcomes given the p of their night, with a prior around (0, 1) that is worth about forty outcomes near the threshold.
Rows count alike, whatever their chance to be looked at: given p an outcome says the same of p wherever it comes from, and weights of 1 / chance
would let single finds of the control sample decide. Both ways were measured (docs/detection.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from fraud.detection.scoring.formula import Floats, logit, sigmoid

#: Where shift is measured: log-odds of .05, the threshold that costs set.
_CENTRE = float(logit(np.float64(0.05)))
#: Precision of the prior of shift and of slope.
SHIFT_PRECISION, SLOPE_PRECISION = 10.0, 20.0
LEAST_SLOPE, MOST_SLOPE = 0.5, 2.0
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Shift and slope in log-odds, and the outcomes they were learnt from: how many, and how many of them misuse."""

    shift: float = 0.0
    slope: float = 1.0
    reviewed: int = 0
    confirmed: int = 0

    def apply(self, probability: Floats) -> Floats:
        """p' (n,) of p (n,), never falling as p rises."""
        if self.shift == 0.0 and self.slope == 1.0:
            return probability
        return sigmoid(_CENTRE + self.shift + self.slope * (logit(probability) - _CENTRE))

    def undo(self, probability: Floats) -> Floats:
        """The p (n,) that `apply` was given, as far as floats reach."""
        return sigmoid(_CENTRE + (logit(probability) - _CENTRE - self.shift) / self.slope)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Recalibration:
        """What `to_json` gave; of an empty mapping the one that changes nothing."""
        return cls(**{each.name: state[each.name] for each in fields(cls) if each.name in state})


def learnt_from(probability: Floats, is_misuse: Floats) -> Recalibration:
    """The recalibration that outcomes ask for: probability (n,) as nights gave it before any, is_misuse (n,) 0 or 1."""
    if not len(probability):
        return Recalibration()
    design = np.stack([np.ones(len(probability)), logit(probability) - _CENTRE], axis=1)
    prior, precision = np.array([_CENTRE, 1.0]), np.diag([SHIFT_PRECISION, SLOPE_PRECISION])
    beta = prior.copy()
    for _ in range(_STEPS):
        p = sigmoid(design @ beta)
        gradient = design.T @ (is_misuse - p) - precision @ (beta - prior)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + precision
        step = np.clip(np.linalg.solve(curvature, gradient), -1.0, 1.0)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    slope = min(max(float(beta[1]), LEAST_SLOPE), MOST_SLOPE)
    shift = float(beta[0]) - _CENTRE
    return Recalibration(round(shift, 6), round(slope, 6), len(probability), int(is_misuse.sum()))
