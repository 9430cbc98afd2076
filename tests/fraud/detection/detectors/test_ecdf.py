"""Two-sided tails against counting."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.detection.detectors import TailDetector


def test_ecdf_tail_of_a_value_is_its_two_sided_share_of_the_training_rows() -> None:
    rng = np.random.default_rng(0)
    X = np.stack([rng.integers(0, 50, 999), rng.poisson(0.2, 999)], axis=1).astype(np.float32)
    detector = TailDetector().fit(X, ["spread", "rare"])
    new = np.array([[0, 0], [49, 1], [25, 3]], dtype=np.float32)
    plain = np.zeros(new.shape)
    for i, j in np.ndindex(*new.shape):
        below, above = (X[:, j] <= new[i, j]).sum() + 1, (X[:, j] >= new[i, j]).sum() + 1
        plain[i, j] = -np.log10(min(1.0, 2 * min(below, above) / 1000))
    np.testing.assert_allclose(detector.feature_tails(new), plain, atol=1e-9)
    np.testing.assert_allclose(detector.score(new), plain.sum(axis=1), atol=1e-9)


def test_ecdf_finds_nothing_unusual_in_a_missing_value_or_a_constant() -> None:
    X = np.full((100, 2), 7, dtype=np.float32)
    detector = TailDetector().fit(X, ["a", "b"])
    tails = detector.feature_tails(np.array([[7, np.nan]], dtype=np.float32))
    assert tails.tolist() == [[0.0, 0.0]]


def test_ecdf_sees_both_ends() -> None:
    X = np.random.default_rng(0).standard_normal((5000, 1)).astype(np.float32)
    tails = TailDetector().fit(X, ["a"]).feature_tails(np.array([[-9], [0], [9]], dtype=np.float32))
    assert tails[0, 0] > 3
    assert tails[1, 0] < 0.1
    assert tails[2, 0] > 3


def test_ecdf_finds_a_value_that_never_occurred_rarer_than_every_one_that_did() -> None:
    X = np.tile(np.arange(8, 22, dtype=np.float32), 100)[:, None]
    tails = (
        TailDetector()
        .fit(X, ["hour"])
        .feature_tails(np.array([[3], [8], [15], [22]], dtype=np.float32))[:, 0]
    )
    assert tails[[0, 3]] == pytest.approx(np.log10(1401 / 2))
    assert tails[1] == pytest.approx(-np.log10(2 * 101 / 1401))
