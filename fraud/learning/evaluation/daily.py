"""What reviewers with a fixed number of seats a day would have found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


def card_precision_at(
    y: ArrayLike, score: ArrayLike, cardholder: ArrayLike, day: ArrayLike, k: int = 100
) -> float:
    """CP@k as the Fraud Detection Handbook defines it: mean over days of (misused cards among the top k cards) / k.

    A card's score of a day is its highest; a misused card that was found leaves the following days. nan without a day.
    """
    truth, value = np.asarray(y, dtype=bool), np.asarray(score, dtype=np.float64)
    cards, days = np.asarray(cardholder), np.asarray(day)
    found: set[int] = set()
    precisions = []
    for one in np.unique(days):
        rows = np.flatnonzero(days == one)
        rows = rows[~np.isin(cards[rows], list(found))] if found else rows
        names, group = np.unique(cards[rows], return_inverse=True)
        best = np.full(len(names), -np.inf)
        np.maximum.at(best, group, value[rows])
        misused = np.zeros(len(names), dtype=bool)
        np.logical_or.at(misused, group, truth[rows])
        top = np.argsort(-best, kind="stable")[:k]
        hit = names[top[misused[top]]]
        precisions.append(len(hit) / k)
        found.update(hit.tolist())
    return float(np.mean(precisions)) if precisions else float("nan")


@dataclass(frozen=True)
class Seats:
    """Recall and precision of the ``k`` best claims of each day, over all days together."""

    k: int
    recall: float
    precision: float
    n_found: float
    n_alerts: int


def at_seats(
    y: ArrayLike, score: ArrayLike, day: ArrayLike, k: int, weight: ArrayLike | None = None
) -> Seats:
    """Alert the top ``k`` claims of every day; ties go to the earlier row. Weighted positives count by weight."""
    truth, w = (
        np.asarray(y, dtype=bool),
        np.ones(len(np.asarray(y))) if weight is None else np.asarray(weight),
    )
    chosen = top_per_day(score, day, k)
    found, all_found = float(w @ (truth & chosen)), float(w @ truth)
    alerted = float(w @ chosen)
    nan = float("nan")
    return Seats(
        k,
        found / all_found if all_found else nan,
        found / alerted if alerted else nan,
        found,
        int(chosen.sum()),
    )


def top_per_day(score: ArrayLike, day: ArrayLike, k: int) -> NDArray[np.bool_]:
    """Mask (n,) of the ``k`` highest scores of each day."""
    value, days = np.asarray(score, dtype=np.float64), np.asarray(day)
    order = np.lexsort((np.arange(len(value)), -value, days))
    starts = (
        np.flatnonzero(np.append(True, days[order][1:] != days[order][:-1]))
        if len(order)
        else np.zeros(0, dtype=np.int64)
    )
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    out = np.zeros(len(value), dtype=bool)
    out[order[rank < k]] = True
    return out
