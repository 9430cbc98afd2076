"""The promises every anomaly detector keeps, each tested on all of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from fraud.detection.detectors import DETECTORS, ArtefactDamaged, Detector, DetectorFailed, DetectorNotFitted
from fraud.learning.evaluation.metrics import roc_auc

NAMES = [f"f{j}" for j in range(6)]
every_detector = pytest.mark.parametrize("name", list(DETECTORS))


def rows(n: int, seed: int, odd_share: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Correlated, skewed columns; odd rows are far out in two columns; one value in fifty is missing."""
    rng = np.random.default_rng(seed)
    base = rng.standard_normal((n, 1))
    X = (0.7 * base + 0.7 * rng.standard_normal((n, 6))).astype(np.float32)
    odd = rng.random(n) < odd_share
    X[odd, :2] += np.where(rng.random((int(odd.sum()), 2)) < 0.5, -4, 4)
    X[:, 2] = np.exp(X[:, 2])
    X[rng.random(X.shape) < 0.02] = np.nan
    return X, odd


@lru_cache
def fitted(name: str) -> Detector:
    return DETECTORS[name]().fit(rows(3000, seed=1)[0], NAMES)


@pytest.mark.parametrize("name", [name for name in DETECTORS if name != "peers"])
def test_detector_ranks_planted_oddities_above_the_floor(name: str) -> None:
    X, odd = rows(4000, seed=2, odd_share=0.02)
    assert roc_auc(odd, fitted(name).score(X)) >= 0.9


def test_comparison_with_colleagues_ranks_by_its_feature_and_is_silent_without_one() -> None:
    X = np.abs(rows(400, seed=2)[0])
    names = [*NAMES[:5], "category_surprise_28d"]
    tails = DETECTORS["peers"]().fit(X, names).tail(X)
    known = ~np.isnan(X[:, 5])
    np.testing.assert_array_equal(np.argsort(tails[known]), np.argsort(X[known, 5]))
    assert not tails[~known].any()  # what cannot be compared is not unusual
    assert not DETECTORS["peers"]().fit(X, NAMES).score(X).any()


@every_detector
def test_detector_scores_a_row_alone_as_in_a_batch_and_after_loading(name: str, tmp_path) -> None:
    X, _ = rows(300, seed=3, odd_share=0.1)
    detector = fitted(name)
    detector.save(tmp_path)
    opened = DETECTORS[name].load(tmp_path)
    alone = np.array([detector.tail(X[i : i + 1])[0] for i in range(len(X))])
    np.testing.assert_array_equal(detector.tail(X), alone)
    np.testing.assert_array_equal(detector.tail(X), opened.tail(X))
    np.testing.assert_array_equal(detector.score(X), opened.score(X))


@every_detector
def test_detector_trained_twice_is_the_same(name: str) -> None:
    X, _ = rows(500, seed=4)
    again = DETECTORS[name]().fit(rows(3000, seed=1)[0], NAMES)
    np.testing.assert_array_equal(fitted(name).score(X), again.score(X))


@every_detector
def test_detector_tail_and_percentile_follow_the_training_scores(name: str) -> None:
    train, _ = rows(3000, seed=1)
    detector, sample = fitted(name), rows(40, seed=5, odd_share=0.3)[0]
    known = detector.score(train)
    raw = detector.score(sample)
    share = np.array([(known >= s).sum() for s in raw])
    # A new score lies between two training scores, so its tail lies between theirs.
    low, high = (-np.log10((share + k) / (len(known) + 1)) for k in (2, 1))
    tail = detector.tail(sample)
    assert ((tail >= low - 0.02) & (tail <= high + 0.02)).all()
    np.testing.assert_allclose(detector.percentile(sample), 1 - share / len(known), atol=0.01)
    assert detector.tail(sample).max() <= np.log10(len(known) + 1) + 1e-3


@every_detector
def test_detector_survives_missing_infinite_and_constant_columns(name: str) -> None:
    X, _ = rows(400, seed=6)
    X[:, 4], X[:, 5] = 3.0, np.nan
    X[0, 0], X[1, 0] = np.inf, -np.inf
    detector = DETECTORS[name]().fit(X, NAMES)
    assert np.isfinite(detector.score(X)).all()


@every_detector
@pytest.mark.parametrize("n", [1, 2, 3])
def test_detector_of_very_few_rows_still_gives_numbers(name: str, n: int) -> None:
    X = np.random.default_rng(0).integers(0, 3, (n, 6)).astype(np.float32)
    detector = DETECTORS[name]().fit(X, NAMES)
    assert np.isfinite(detector.tail(X + 5)).all()
    assert (detector.tail(X) >= 0).all()


@every_detector
def test_detector_refuses_rows_of_another_width(name: str) -> None:
    with pytest.raises(ValueError, match=r"\(n, 6\)"):
        DETECTORS[name]().fit(np.zeros((5, 3), dtype=np.float32), NAMES)


@every_detector
def test_detector_that_was_not_fitted_says_so(name: str) -> None:
    with pytest.raises(DetectorNotFitted):
        DETECTORS[name]().score(np.zeros((1, 6), dtype=np.float32))


@every_detector
def test_detector_file_of_another_detector_is_refused(name: str) -> None:
    other = next(n for n in DETECTORS if n != name)
    with pytest.raises(ArtefactDamaged, match=other):
        DETECTORS[name].from_bytes(fitted(other).to_bytes())


@every_detector
def test_detector_file_holds_no_training_row(name: str) -> None:
    assert len(fitted(name).to_bytes()) < 2_000_000
    state = fitted(name)._state()
    assert not any(isinstance(v, np.ndarray) and v.shape[:1] == (3000,) for v in state.values())


def test_detector_with_a_non_finite_score_fails_by_name() -> None:
    class Broken(DETECTORS["hbos"]):  # type: ignore[misc,name-defined]
        name = "broken"

        def _score(self, X):
            return np.where(np.arange(len(X)) == 1, np.inf, 0.0)

    with pytest.raises(DetectorFailed) as failure:
        Broken().fit(rows(50, seed=7)[0], NAMES)
    assert (failure.value.detector, failure.value.n_bad, failure.value.n_rows) == ("broken", 1, 50)
