"""The table look-up against PyOD's own scores."""

from __future__ import annotations

import numpy as np

from fraud.detection.detectors import HistogramDetector
from fraud.detection.detectors.hbos import N_BINS


def test_hbos_equals_pyod_inside_and_outside_the_histograms() -> None:
    from pyod.models.hbos import HBOS

    X = np.random.default_rng(0).standard_normal((2000, 4)).astype(np.float32)
    ours = HistogramDetector().fit(X, list("abcd"))
    squashed = ours.preparation_.squash(X)
    theirs = HBOS(n_bins=N_BINS).fit(squashed)
    new = (np.random.default_rng(1).standard_normal((500, 4)) * 3).astype(np.float32)
    np.testing.assert_allclose(
        ours.score(new), theirs.decision_function(ours.preparation_.squash(new)), rtol=1e-6
    )
