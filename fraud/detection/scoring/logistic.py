"""Small weighted logistic regression by Newton steps: the stack and the Platt calibration need nothing heavier."""

from __future__ import annotations

import numpy as np

from fraud.detection.scoring.formula import Floats, sigmoid

_STEPS = 100


def fit_logistic(X: Floats, target: Floats, weight: Floats, *, penalty: float) -> Floats:
    """Coefficients (d + 1,), intercept first, minimising weighted log loss + penalty / 2 * |coefficients|^2 (intercept free).

    ``target`` may be fractional (Platt's smoothed targets). Newton with step halving: the loss falls at every step.
    """
    design = np.concatenate([np.ones((len(X), 1)), X], axis=1)
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-9
    share = np.clip(np.average(target, weights=weight), 1e-9, 1 - 1e-9)
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(share / (1 - share))
    loss = _loss(design, target, weight, ridge, beta)
    for _ in range(_STEPS):
        p = sigmoid(design @ beta)
        gradient = design.T @ (weight * (p - target)) + ridge * beta
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-6 and (tried := _loss(design, target, weight, ridge, beta - size * step)) > loss:
            size /= 2
        if size <= 1e-6:
            break
        beta, gained, loss = beta - size * step, loss - tried, tried
        if gained <= 1e-10 * (abs(loss) + 1):
            break
    return beta


def _loss(design: Floats, target: Floats, weight: Floats, ridge: Floats, beta: Floats) -> float:
    z = design @ beta
    return float(weight @ (np.logaddexp(0.0, z) - target * z) + 0.5 * ridge @ (beta * beta))
