"""What outcomes say of the probabilities that nights gave: too high, too low, too sure or not sure enough.

    logit p' = logit 0.05 + shift + slope max(x, 0) + low_slope min(x, 0)          x = logit p - logit 0.05

A version's calibration comes from the outcomes it was trained on, and beliefs in rules lie over it. Whether both together promise
what is found shows in outcomes of claims that nights have scored, those of the control sample among them. Shift and slopes maximise
the likelihood of these outcomes given the p of their night, with a prior whose shift is worth eighty outcomes at even odds and
four hundred at the threshold.
The prior is what strange companies had in common (docs/detection.md): under the threshold, where hardly anybody looks, nights promised
too much, because a rule that finds little hits much. It holds from a version's first night on: what it corrects is no fault of one version,
and the next version's outcomes come a fortnight after its nights.
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
#: What is expected of shift, slope and low slope before any outcome, and the precision of each.
PRIOR, PRECISION = (-0.2, 1.0, 1.4), (20.0, 20.0, 40.0)
LEAST_SLOPE, MOST_SLOPE = 0.5, 2.5
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Shift and slopes (over and under the threshold) in log-odds, and the outcomes they were learnt from: how many, and how many of
    them misuse. Without arguments it changes nothing."""

    shift: float = 0.0
    slope: float = 1.0
    low_slope: float = 1.0
    reviewed: int = 0
    confirmed: int = 0

    def apply(self, probability: Floats) -> Floats:
        """p' (n,) of p (n,), never falling as p rises."""
        if (self.shift, self.slope, self.low_slope) == (0.0, 1.0, 1.0):
            return probability
        x = logit(probability) - _CENTRE
        return sigmoid(_CENTRE + self.shift + np.where(x > 0, self.slope, self.low_slope) * x)

    def undo(self, probability: Floats) -> Floats:
        """The p (n,) that `apply` was given, as far as floats reach."""
        x = logit(probability) - _CENTRE - self.shift
        return sigmoid(_CENTRE + x / np.where(x > 0, self.slope, self.low_slope))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Recalibration:
        """What `to_json` gave; of an empty mapping the one that changes nothing. Earlier nights had one slope for all."""
        known = {each.name: state[each.name] for each in fields(cls) if each.name in state}
        return cls(**({"low_slope": known["slope"]} if "slope" in known else {}) | known)


def learnt_from(probability: Floats, is_misuse: Floats) -> Recalibration:
    """The recalibration that outcomes ask for: probability (n,) as nights gave it before any, is_misuse (n,) 0 or 1; without any the
    prior."""
    x = logit(probability) - _CENTRE
    design = np.stack([np.ones(len(x)), np.maximum(x, 0.0), np.minimum(x, 0.0)], axis=1)
    prior, precision = np.add(PRIOR, (_CENTRE, 0.0, 0.0)), np.diag(PRECISION)
    beta = prior.copy()
    for _ in range(_STEPS):
        p = sigmoid(design @ beta)
        gradient = design.T @ (is_misuse - p) - precision @ (beta - prior)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + precision
        step = np.clip(np.linalg.solve(curvature, gradient), -1.0, 1.0)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    slope, low_slope = np.clip(beta[1:], LEAST_SLOPE, MOST_SLOPE).round(6).tolist()
    shift = round(float(beta[0]) - _CENTRE, 6)
    return Recalibration(shift, slope, low_slope, len(probability), int(is_misuse.sum()))
