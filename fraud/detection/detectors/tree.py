"""The supervised detector: gradient-boosted trees with the settings that keep rare positives visible.

xgboost 3's defaults (256 bins, estimated base score) lose several points of average precision on rare positives: quantile bins are
too coarse in the tail of the amount. Hence ``max_bin=4096`` and ``base_score=0.5``, pinned by a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.errors import ArtefactDamaged, DetectorNotFitted
from fraud.detection.detectors.forest import Forest
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.tails import Floats, require_finite

#: Below this many positives a leaf may rest on a single one (min_child_weight 1 instead of 10).
FEW_POSITIVES = 300


@dataclass(frozen=True)
class TreeSettings:
    """Boosting settings; ``min_child_weight`` None = 10, or 1 below FEW_POSITIVES positives."""

    n_trees: int = 150
    max_depth: int = 4
    eta: float = 0.08
    max_bin: int = 4096
    base_score: float = 0.5
    subsample: float = 0.8
    colsample_bytree: float = 0.7
    min_child_weight: float | None = None

    def parameters(self, n_positive: int, random_state: int) -> dict[str, Any]:
        """What xgboost.train takes, without the number of trees."""
        own = asdict(self)
        own.pop("n_trees")
        if self.min_child_weight is None:
            own["min_child_weight"] = 1.0 if n_positive < FEW_POSITIVES else 10.0
        return {**own, "objective": "binary:logistic", "tree_method": "hist", "seed": random_state}


class TreeDetector:
    """Trees on behaviour, delayed label history and (for the main one) rule hits and anomaly tails."""

    name = "tree"

    def __init__(self, settings: TreeSettings | None = None, *, random_state: int = 0) -> None:
        self.settings = settings or TreeSettings()
        self.random_state = random_state
        self.names_: tuple[str, ...] = ()
        self._forest: Forest | None = None

    def fit(
        self, X: Matrix, names: Sequence[str], y: NDArray[np.bool_], weight: NDArray[np.floating]
    ) -> Self:
        """Learn from rows X (n, d; nan = missing), outcome y (n,) and row weights (n,) such as 1 / sampling share."""
        from xgboost import QuantileDMatrix, train

        self.names_ = tuple(names)
        parameters = self.settings.parameters(int(y.sum()), self.random_state)
        rows = QuantileDMatrix(
            X, label=y.astype(np.float32), weight=weight.astype(np.float32), max_bin=self.settings.max_bin
        )
        booster = train(parameters, rows, num_boost_round=self.settings.n_trees)
        self._forest = Forest(bytes(booster.save_raw("ubj")))
        return self

    def margin(self, X: Matrix) -> Floats:
        """Log-odds (n,) of misuse. Raises DetectorFailed on a non-finite value."""
        out = np.asarray(self._fitted().margin(X), dtype=np.float64)
        require_finite(out, self.name)
        return out

    def contributions(self, X: Matrix) -> Floats:
        """Exact TreeSHAP in log-odds (n, d + 1), last column the intercept; rows sum to ``margin``. Slow: flagged claims only."""
        return np.asarray(self._fitted().contributions(X), dtype=np.float64)

    def to_bytes(self) -> bytes:
        """UBJSON of the trees; feature names are stored with the model, not in here."""
        return self._fitted().to_bytes()

    @classmethod
    def from_bytes(cls, content: bytes, names: Sequence[str]) -> Self:
        """Trees from UBJSON whose hash the caller has compared (one flipped byte can hang the reader). Raises ArtefactDamaged."""
        detector = cls()
        detector._forest = forest = Forest(content)
        detector.names_ = tuple(names)
        if forest.n_features != len(detector.names_):
            raise ArtefactDamaged(f"the trees read {forest.n_features} features, not {len(detector.names_)}")
        return detector

    def _fitted(self) -> Forest:
        if self._forest is None:
            raise DetectorNotFitted("the tree detector has not been fitted or loaded")
        return self._forest
