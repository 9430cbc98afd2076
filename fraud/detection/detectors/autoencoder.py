"""Autoencoder: scikit-learn's MLPRegressor learns to repeat its input through a narrow layer; the error is the score."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.preparation import Preparation
from fraud.detection.detectors.tails import Floats

LAYERS = (24, 5, 24)
MAX_EPOCHS = 25


class AutoencoderDetector(Detector):
    """Mean squared reconstruction error over standardised columns, layers 24-5-24 unless told otherwise.

    Standardised, not squashed: squashing takes away the size of an outlier, which is what the error is to show.
    """

    name = "autoencoder"

    def __init__(self, *, random_state: int = 0, layers: tuple[int, ...] = LAYERS) -> None:
        super().__init__(random_state=random_state)
        self.layers = layers

    def _fit(self, X: Matrix) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        self.preparation_ = Preparation.standard(X)
        prepared = self.preparation_.standardise(X)
        network = MLPRegressor(
            hidden_layer_sizes=self.layers,
            activation="relu",
            batch_size=min(256, len(X)),
            max_iter=MAX_EPOCHS,
            tol=1e-5,
            random_state=self.random_state,
        )
        with warnings.catch_warnings():  # the number of epochs is a choice here, not a failure
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(prepared, prepared if prepared.shape[1] > 1 else prepared.ravel())
        self.weights_ = [np.asarray(w, dtype=np.float64) for w in network.coefs_]
        self.biases_ = [np.asarray(b, dtype=np.float64) for b in network.intercepts_]

    def _score(self, X: Matrix) -> Floats:
        error = self._rebuilt(X) - self._prepared(X)
        return np.einsum("ij,ij->i", error, error) / error.shape[1]

    def errors_by_column(self, X: Matrix) -> Floats:
        """Squared reconstruction error (n, d) of each standardised column; a row's mean is its score."""
        X = np.ascontiguousarray(X, dtype=np.float32)
        return np.square(self._rebuilt(X) - self._prepared(X))

    def rebuilt(self, X: Matrix) -> Floats:
        """What the narrow layer makes of each column (n, d), in the column's own unit."""
        X = np.ascontiguousarray(X, dtype=np.float32)
        return self._rebuilt(X) * self.preparation_.scale + self.preparation_.centre

    def _prepared(self, X: Matrix) -> Floats:
        return self.preparation_.standardise(X).astype(np.float64)

    def _rebuilt(self, X: Matrix) -> Floats:
        layer = self._prepared(X)
        for w, b in zip(self.weights_[:-1], self.biases_[:-1], strict=True):
            layer = np.maximum(layer @ w + b, 0.0)
        return np.asarray(layer @ self.weights_[-1] + self.biases_[-1], dtype=np.float64)

    def _state(self) -> dict[str, Any]:
        prepared = {"centre": self.preparation_.centre, "scale": self.preparation_.scale}
        return {"weights": self.weights_, "biases": self.biases_, **prepared}

    def _restore(self, state: dict[str, Any]) -> None:
        self.preparation_ = Preparation(state["centre"], state["scale"])
        self.weights_, self.biases_ = list(state["weights"]), list(state["biases"])
