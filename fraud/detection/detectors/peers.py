"""How many claims of one kind of spend a person files, against colleagues and the own past: the one detector that counts people.

The feature `category_surprise_28d` is a tail probability by its own model already; here it is ranked against the training rows, so
that one scale holds for all detectors. A claim without a comparison is never unusual.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.tails import Floats

FEATURE = "category_surprise_28d"


class PeerDetector(Detector):
    """The surprise at a person's number of claims of one kind of spend; 0 where the feature is not among the columns."""

    name = "peers"

    def _fit(self, X: Matrix) -> None:
        self.column_ = self.names_.index(FEATURE) if FEATURE in self.names_ else -1

    def _score(self, X: Matrix) -> Floats:
        if self.column_ < 0:
            return np.zeros(len(X))
        return np.nan_to_num(X[:, self.column_].astype(np.float64))

    def _state(self) -> dict[str, Any]:
        return {"column": self.column_}

    def _restore(self, state: dict[str, Any]) -> None:
        self.column_ = int(state["column"])
