"""The rewritten isolation forest against the library that fitted it."""

from __future__ import annotations

import numpy as np

from fraud.detection.detectors import IsolationForestDetector
from fraud.detection.detectors.iforest import N_SAMPLES, N_TREES, _strict_threshold


def test_iforest_equals_pyod_up_to_its_constant_offset() -> None:
    from pyod.models.iforest import IForest

    X = np.random.default_rng(0).standard_normal((1500, 5)).astype(np.float32)
    ours = IsolationForestDetector().fit(X, list("abcde"))
    theirs = IForest(n_estimators=N_TREES, max_samples=N_SAMPLES, random_state=0).fit(X)
    new = np.random.default_rng(1).standard_normal((333, 5)).astype(np.float32)
    difference = theirs.decision_function(new) - ours.score(new)
    np.testing.assert_allclose(difference, difference[0], atol=1e-6)


def test_iforest_cuts_at_the_same_float_as_scikit_learn() -> None:
    thresholds = np.array([0.1, 1 / 3, 16777217.0, -2.5, 0.0])
    strict = _strict_threshold(thresholds)
    for threshold, cut in zip(thresholds, strict, strict=True):
        near = np.float32(threshold)
        for x in (np.nextafter(near, np.float32(-9e9)), near, np.nextafter(near, np.float32(9e9))):
            assert (x < np.float32(cut)) == (np.float64(x) <= threshold)
