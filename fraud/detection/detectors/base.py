"""What every anomaly detector promises: higher = more unusual, the same score alone and in a batch, no code in its file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from fraud.detection.detectors.errors import ArtefactDamaged, DetectorNotFitted
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.storage import arrays_from_bytes, arrays_to_bytes
from fraud.detection.detectors.tails import Floats, TailTable, require_finite


class Detector(ABC):
    """An unsupervised detector fitted once on unlabelled rows and frozen.

    Subclasses implement ``_fit``, ``_score``, ``_state`` (plain arrays, numbers and text) and ``_restore``.
    """

    name: ClassVar[str]

    def __init__(self, *, random_state: int = 0) -> None:
        self.random_state = random_state
        self.names_: tuple[str, ...] = ()
        self.table_: TailTable | None = None

    def fit(self, X: Matrix, names: Sequence[str]) -> Self:
        """Learn from unlabelled rows X (n, d) with column names (d); freezes the tail table of the training scores."""
        X = np.ascontiguousarray(X, dtype=np.float32)
        if X.ndim != 2 or X.shape[1] != len(names) or not len(X):
            raise ValueError(f"{self.name} needs rows (n, {len(names)}), got {X.shape}")
        self.names_ = tuple(names)
        self._fit(X)
        raw = self._checked(X)
        self.table_ = TailTable.from_scores(raw)
        return self

    def score(self, X: Matrix) -> Floats:
        """Raw score (n,) float64, higher = more unusual, scale of the detector's own. Raises DetectorFailed."""
        if self.table_ is None:
            raise DetectorNotFitted(f"{self.name} has not been fitted or loaded")
        return self._checked(X)

    def tail(self, X: Matrix) -> Floats:
        """``u = -log10`` of the tail probability against the frozen training scores (n,)."""
        return self._table().tail(self.score(X))

    def percentile(self, X: Matrix) -> Floats:
        """Share of training rows that were less unusual (n,), in [0, 1]."""
        return self._table().percentile(self.score(X))

    def to_bytes(self) -> bytes:
        """The frozen detector as plain arrays in skops form; contains no training row."""
        table = self._table()
        state = {"detector": self.name, "names": list(self.names_), "random_state": self.random_state}
        return arrays_to_bytes({**state, "scores": table.scores, "tails": table.tails, **self._state()})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The detector ``to_bytes`` wrote. Raises ArtefactDamaged when it is another one's or unreadable."""
        state = arrays_from_bytes(content)
        if state.get("detector") != cls.name:
            raise ArtefactDamaged(f"the file holds {state.get('detector')!r}, not {cls.name!r}")
        detector = cls(random_state=int(state["random_state"]))
        detector.names_ = tuple(state["names"])
        detector.table_ = TailTable(state["scores"], state["tails"])
        detector._restore(state)
        return detector

    def save(self, folder: Path) -> Path:
        """Write ``<name>.skops`` into ``folder`` and return its path."""
        path = folder / f"{self.name}.skops"
        path.write_bytes(self.to_bytes())
        return path

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote. The caller has compared the file's hash before (see fraud.detection.scoring.artefacts)."""
        return cls.from_bytes((folder / f"{cls.name}.skops").read_bytes())

    def _checked(self, X: Matrix) -> Floats:
        raw = np.asarray(self._score(np.ascontiguousarray(X, dtype=np.float32)), dtype=np.float64)
        require_finite(raw, self.name)
        return raw

    def _table(self) -> TailTable:
        if self.table_ is None:
            raise DetectorNotFitted(f"{self.name} has not been fitted or loaded")
        return self.table_

    @abstractmethod
    def _fit(self, X: Matrix) -> None: ...

    @abstractmethod
    def _score(self, X: Matrix) -> Floats | Matrix: ...

    @abstractmethod
    def _state(self) -> dict[str, Any]: ...

    @abstractmethod
    def _restore(self, state: dict[str, Any]) -> None: ...
