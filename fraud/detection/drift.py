"""Population shift since training: PSI over deciles, held against what pure sampling noise would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
WARN_FROM = 0.10
ACT_FROM = 0.25
_BINS = 10


@dataclass(frozen=True)
class Reference:
    """The training population of one feature: inner decile edges, share per bin (missing values are the last bin), rows."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    n: int

    @classmethod
    def of(cls, values: ArrayLike) -> Reference:
        """From training values (n,); equal deciles (a feature with few values) merge."""
        x = np.asarray(values, dtype=np.float64)
        known = x[np.isfinite(x)]
        edges = (
            np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.zeros(0)
        )
        return cls(tuple(edges.tolist()), tuple(_shares(x, edges).tolist()), len(x))

    def to_json(self) -> dict[str, Any]:
        """Plain values, stored in the model card."""
        return asdict(self)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Reference:
        """What ``to_json`` gave."""
        return cls(tuple(state["edges"]), tuple(state["shares"]), int(state["n"]))


@dataclass(frozen=True)
class Shift:
    """PSI of one feature, the 99 % noise floor for these sample sizes, and calm, warn or act."""

    psi: float
    floor: float
    level: str


def counts(reference: Reference, values: ArrayLike) -> list[int]:
    """How many values fall into each of the reference's bins (missing values last); counts of several nights add up."""
    x = np.asarray(values, dtype=np.float64)
    return np.rint(_shares(x, np.asarray(reference.edges)) * len(x)).astype(int).tolist()


def psi_of_counts(reference: Reference, now: Sequence[int]) -> float:
    """sum (q - p) ln(q / p) over bins, with half a row added to each bin so that an empty one stays finite."""
    bins = len(reference.shares)
    p = _smoothed(np.asarray(reference.shares) * reference.n, bins)
    q = _smoothed(np.asarray(now, dtype=np.float64), bins)
    return float(np.sum((q - p) * np.log(q / p)))


def psi(reference: Reference, values: ArrayLike) -> float:
    """PSI of values (n,) against the training population."""
    return psi_of_counts(reference, counts(reference, values))


def noise_floor(n_reference: int, n_now: int, bins: int = _BINS, level: float = 0.99) -> float:
    """PSI that equal populations exceed once in 100: (1/n + 1/m) times the chi-square quantile with bins - 1 degrees."""
    from scipy.special import chdtri

    if n_reference <= 0 or n_now <= 0 or bins < 2:
        return float("inf")
    return float((1 / n_reference + 1 / n_now) * chdtri(bins - 1, 1 - level))


def shift_of_counts(reference: Reference, now: Sequence[int]) -> Shift:
    """PSI and its level: warn from max(.10, noise floor), act from max(.25, noise floor)."""
    n = sum(now)
    value = psi_of_counts(reference, now) if n else 0.0
    filled = sum(share > 0 for share in reference.shares)
    floor = noise_floor(reference.n, n, max(filled, 2))
    if value >= max(ACT_FROM, floor):
        return Shift(value, floor, "act")
    return Shift(value, floor, "warn" if value >= max(WARN_FROM, floor) else "calm")


def shift(reference: Reference, values: ArrayLike) -> Shift:
    """PSI and its level of values (n,)."""
    return shift_of_counts(reference, counts(reference, values))


def overall(now: Mapping[str, Shift], before: Mapping[str, str] | None = None) -> str:
    """The report's level: the worst level any feature held two weeks running; a strong shift (act) warns in its first week.

    ``before``: feature -> level of the report a week earlier.
    """
    order = ("calm", "warn", "act")
    worst = 0
    for name, found in now.items():
        this, last = order.index(found.level), order.index((before or {}).get(name, "calm"))
        worst = max(worst, min(this, last), 1 if found.level == "act" else 0)
    return order[worst]


def _shares(x: Floats, edges: Floats) -> Floats:
    known = np.isfinite(x)
    counts = np.bincount(np.searchsorted(edges, x[known], side="left"), minlength=len(edges) + 1).astype(
        np.float64
    )
    return np.append(counts, float((~known).sum())) / max(len(x), 1)


def _smoothed(counts: Floats, bins: int) -> Floats:
    return (counts + 0.5) / (counts.sum() + 0.5 * bins)
