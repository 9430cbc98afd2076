"""Figures of one company: each way of choosing claims against the truth, with intervals by drawing employees again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from fraud.learning.evaluation.metrics import average_precision

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
FALSE_ALARM, MISSED, FOUND = 5.0, 100.0, 5.0
_DRAWS, _LEVEL = 200, (0.025, 0.975)


@dataclass(frozen=True)
class Ground:
    """The tested claims: truth, whether of a scheme that began after training, person, night; and the seats a night."""

    truth: Mask
    is_new: Mask
    person: NDArray[np.int64]
    night: NDArray[np.int64]
    seats: int
    nights: int

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True)
class Way:
    """One way of choosing: a score that orders claims, and the claims it decides to open."""

    name: str
    score: Floats
    opened: Mask


def best_of_nights(ground: Ground, score: Floats, rng: Generator) -> Mask:
    """The `seats` claims of the highest score of every night; equal scores in no order."""
    order = np.lexsort((rng.random(len(score)), -score, ground.night))
    night = ground.night[order]
    begins = np.flatnonzero(np.r_[True, night[1:] != night[:-1]])
    place = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    found = np.zeros(len(score), dtype=bool)
    found[order[place < ground.seats]] = True
    return found


def figures_of(ground: Ground, way: Way, weight: Floats, at_seats: Mask) -> dict[str, float]:
    """All figures of a way under weights of claims (1 each, or how often a claim's person was drawn)."""
    misuse, new = weight * ground.truth, weight * (ground.truth & ground.is_new)
    opened = weight * way.opened
    found = misuse @ way.opened
    false, missed = opened.sum() - found, misuse.sum() - found
    return {
        "ap": average_precision(ground.truth, way.score, weight),
        "recall_at_seats": _share(misuse @ at_seats, misuse.sum()),
        "recall": _share(found, misuse.sum()),
        "precision": _share(found, opened.sum()),
        "alerts_a_night": float(opened.sum() / ground.nights),
        "cost": float(1_000 * (FALSE_ALARM * false + MISSED * missed + FOUND * found) / weight.sum()),
        "recall_new": _share(new @ way.opened, new.sum()),
        "recall_new_at_seats": _share(new @ at_seats, new.sum()),
    }


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def with_intervals(
    ground: Ground, ways: Sequence[Way], rng: Generator, draws: int = _DRAWS
) -> dict[str, Any]:
    """Way → figure → [value, low, high]; people are drawn with replacement, the same draws for every way."""
    at_seats = {way.name: best_of_nights(ground, way.score, rng) for way in ways}
    people, place = np.unique(ground.person, return_inverse=True)
    ones = np.ones(len(ground))
    values = {way.name: figures_of(ground, way, ones, at_seats[way.name]) for way in ways}
    drawn: dict[str, list[dict[str, float]]] = {way.name: [] for way in ways}
    for _ in range(draws):
        times = rng.multinomial(len(people), np.full(len(people), 1 / len(people))).astype(np.float64)[place]
        for way in ways:
            drawn[way.name].append(figures_of(ground, way, times, at_seats[way.name]))
    return {
        name: {key: _interval(value, [d[key] for d in drawn[name]]) for key, value in own.items()}
        for name, own in values.items()
    }


def _interval(value: float, drawn: list[float]) -> list[float | None]:
    known = np.array([x for x in drawn if np.isfinite(x)])
    low, high = np.quantile(known, _LEVEL) if len(known) else (np.nan, np.nan)
    return [rounded(value), rounded(low), rounded(high)]


def rounded(value: float) -> float | None:
    """Four digits behind the point; None for what there is no figure of."""
    return round(float(value), 4) if np.isfinite(value) else None


def calibration(
    probability: Floats, truth: Mask, reviewed: Mask, control: Mask, inclusion: Floats
) -> dict[str, float | None]:
    """What the probabilities sum to against the truth, among reviewed claims, and against what the control sample estimates."""
    estimate = float(truth[reviewed & ~control].sum() + (truth[control] / inclusion[control]).sum())
    among = float(truth[reviewed].sum())
    return {
        "sum": rounded(probability.sum()),
        "misuse": float(truth.sum()),
        "ratio": rounded(_share(probability.sum(), truth.sum())),
        "ratio_reviewed": rounded(_share(probability[reviewed].sum(), among)),
        "control_estimate": rounded(estimate) if control.any() else None,
        "ratio_control": rounded(_share(probability.sum(), estimate)) if control.any() else None,
    }


def middle(values: Sequence[float | None]) -> float | None:
    """The median of what there is."""
    known = [value for value in values if value is not None]
    return rounded(float(np.median(known))) if known else None


def worst(values: Sequence[float | None], pick: Callable[[Sequence[float]], float]) -> float | None:
    """The least or greatest of what there is."""
    known = [value for value in values if value is not None]
    return pick(known) if known else None
