"""Is the difference between two scores more than luck? Paired draws of whole cardholders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
#: A figure of row weights: how often each row was drawn (times its own weight).
Figure = Callable[[Floats], float]


@dataclass(frozen=True)
class Difference:
    """Second minus first: on all rows, and the 95 % interval over draws."""

    value: float
    low: float
    high: float


def paired_difference(
    first: Figure,
    second: Figure,
    cluster: ArrayLike,
    *,
    draws: int = 200,
    seed: int = 0,
    weight: ArrayLike | None = None,
) -> Difference:
    """Bootstrap of ``second(w) - first(w)`` where each draw takes cardholders with replacement.

    ``cluster`` (n,) cardholder per row; both figures see the same draw, so shared luck cancels. Draws without a defined figure
    (no misuse drawn) are left out.
    """
    _, group = np.unique(np.asarray(cluster), return_inverse=True)
    own = np.ones(len(group)) if weight is None else np.asarray(weight, dtype=np.float64)
    n, rng = int(group.max()) + 1 if len(group) else 0, np.random.default_rng(seed)
    values = []
    for _ in range(draws if n else 0):
        drawn = np.bincount(rng.integers(0, n, n), minlength=n)[group] * own
        values.append(second(drawn) - first(drawn))
    known = np.asarray([v for v in values if np.isfinite(v)])
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return Difference(float(second(own) - first(own)), float(low), float(high))
