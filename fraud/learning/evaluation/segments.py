"""The same figures per department, category or amount band: an average must not hide a part that got worse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fraud.detection.intervals import Interval, wilson


@dataclass(frozen=True)
class Segment:
    """One part of the claims: size, misuse, alerts per 1,000 claims, recall with its interval, precision."""

    name: str
    n_claims: int
    n_misuse: int
    alerts_per_1000: float
    recall: float
    recall_interval: Interval
    precision: float


def segment_table(y: ArrayLike, alerted: ArrayLike, segment: ArrayLike) -> list[Segment]:
    """One row per value of ``segment`` (n,), largest first."""
    truth, on = np.asarray(y, dtype=bool), np.asarray(alerted, dtype=bool)
    names, group = np.unique(np.asarray(segment).astype(str), return_inverse=True)
    out = [_segment(str(name), truth[group == k], on[group == k]) for k, name in enumerate(names)]
    return sorted(out, key=lambda s: -s.n_claims)


def _segment(name: str, y: NDArray[np.bool_], on: NDArray[np.bool_]) -> Segment:
    n, misuse, alerts, found = len(y), int(y.sum()), int(on.sum()), int((y & on).sum())
    nan = float("nan")
    return Segment(
        name,
        n,
        misuse,
        1000 * alerts / n,
        found / misuse if misuse else nan,
        wilson(found, misuse),
        found / alerts if alerts else nan,
    )


def amount_bands(amount_minor: ArrayLike, n_bands: int = 5) -> NDArray[np.str_]:
    """Band of each amount by quantiles of these claims: ``1`` smallest to ``n_bands`` largest."""
    amount = np.asarray(amount_minor, dtype=np.float64)
    edges = np.quantile(amount, np.linspace(0, 1, n_bands + 1)[1:-1]) if len(amount) else np.zeros(0)
    return (np.searchsorted(edges, amount, side="right") + 1).astype(str)
