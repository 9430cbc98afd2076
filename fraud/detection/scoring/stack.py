"""The stack ``c``: a penalised logistic regression over time-ordered out-of-fold scores.

    logit c = a0 + a1 * logit x + sum_j a_j h_j + sum_m g_m u_m + g * A

``x`` is the tree that sees neither rules nor anomalies, so their coefficients say what they add to it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from fraud.detection.scoring.formula import Floats
from fraud.detection.scoring.logistic import fit_logistic


@dataclass(frozen=True)
class Stack:
    """Fitted coefficients: intercept, of logit x, per rule (r), per detector (m), of the mean tail A."""

    intercept: float
    tree: float
    rules: Floats
    detectors: Floats
    mean_tail: float

    @classmethod
    def fit(
        cls, x: Floats, hits: Floats, tails: Floats, y: Floats, weight: Floats, *, strength: float
    ) -> Self:
        """Fit on out-of-fold rows: x (n,) log-odds, hits (n, r), tails (n, m), y (n,) 0/1, weight (n,); strength = C of the L2."""
        design = np.concatenate([x[:, None], hits, tails, tails.mean(axis=1, keepdims=True)], axis=1)
        beta = fit_logistic(design, y, weight, penalty=1.0 / strength)
        r, m = hits.shape[1], tails.shape[1]
        return cls(float(beta[0]), float(beta[1]), beta[2 : 2 + r], beta[2 + r : 2 + r + m], float(beta[-1]))

    def logit(self, x: Floats, hits: Floats, tails: Floats) -> Floats:
        """logit c (n,)."""
        return self.intercept + self.tree * x + hits @ self.rules + tails @ self.detector_terms()

    def detector_terms(self) -> Floats:
        """Coefficient of each u_m including its part of A (m,)."""
        return self.detectors + self.mean_tail / len(self.detectors)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists."""
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """What ``to_json`` gave."""
        arrays = {k: np.asarray(state[k], dtype=np.float64) for k in ("rules", "detectors")}
        return cls(
            intercept=float(state["intercept"]),
            tree=float(state["tree"]),
            mean_tail=float(state["mean_tail"]),
            **arrays,
        )
