"""Calibration: the right kind for the number of outcomes, never reversing the ranking."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.detection.scoring.calibration import RATIO, STRENGTH, Calibrator, expected_outcomes
from fraud.detection.scoring.formula import sigmoid
from fraud.detection.scoring.logistic import fit_logistic
from fraud.learning.evaluation.metrics import calibration_error


def drawn(n: int, seed: int = 0):
    """z whose true log-odds are 2 z - 3."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1, n)
    return z, (rng.random(n) < sigmoid(2 * z - 3)).astype(float)


@pytest.mark.parametrize(("n", "kind"), [(100, "none"), (1000, "platt"), (20_000, "isotonic")])
def test_calibrator_kind_follows_the_number_of_outcomes(n: int, kind: str) -> None:
    z, y = drawn(n)
    fitted = Calibrator.fit(z, y, np.ones(n))
    assert fitted.kind == kind
    assert fitted.is_calibrated == (kind != "none")


@pytest.mark.parametrize("n", [1000, 20_000])
def test_calibrator_recovers_the_true_probabilities_on_later_claims(n: int) -> None:
    fitted = Calibrator.fit(*drawn(n), np.ones(n))
    z, y = drawn(50_000, seed=1)
    p = fitted.probability(z)
    assert np.mean(np.abs(p - sigmoid(2 * z - 3))) < 0.02
    assert calibration_error(y, p) < 0.03


@pytest.mark.parametrize("n", [100, 1000, 20_000])
def test_calibrator_never_reverses_the_ranking_and_survives_storage(n: int) -> None:
    fitted = Calibrator.fit(*drawn(n), np.ones(n))
    z = np.linspace(-30, 30, 2001)
    p = fitted.probability(z)
    assert (np.diff(p) >= 0).all()
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_array_equal(Calibrator.from_json(fitted.to_json()).probability(z), p)


def test_calibrator_counts_a_weighted_row_as_that_many_rows() -> None:
    z, y = drawn(3000)
    once = Calibrator.fit(
        np.append(z, z[y == 0]), np.append(y, y[y == 0]), np.ones(len(z) + int((y == 0).sum()))
    )
    weighted = Calibrator.fit(z, y, np.where(y == 0, 2.0, 1.0))
    grid = np.linspace(-3, 3, 50)
    np.testing.assert_allclose(once.probability(grid), weighted.probability(grid), atol=1e-6)


def test_platt_never_turns_a_useless_score_upside_down() -> None:
    rng = np.random.default_rng(0)
    y = (np.arange(1000) % 10 == 0).astype(float)
    z = rng.normal(0, 1, 1000) - y
    fitted = Calibrator.fit(z, y, np.ones(1000))
    assert (np.diff(fitted.probability(np.linspace(-3, 3, 20))) > 0).all()


def test_logistic_equals_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    X = rng.normal(0, 1, (800, 3))
    y = (rng.random(800) < sigmoid(X @ [1.0, -2.0, 0.0] - 1)).astype(float)
    w = rng.uniform(0.5, 2, 800)
    ours = fit_logistic(X, y, w, penalty=1 / 0.2)
    theirs = LogisticRegression(C=0.2, tol=1e-10, max_iter=1000).fit(X, y, sample_weight=w)
    np.testing.assert_allclose(ours, [theirs.intercept_[0], *theirs.coef_[0]], atol=1e-4)


def looked_at(n: int, share_of_rest: float, seed: int = 0):
    """Claims of which the suspicious half was reviewed, and of the rest some by lot; the rest is misuse as often as its z says."""
    z, y = drawn(n, seed)
    rng = np.random.default_rng(seed + 100)
    reviewed = rng.random(n) < np.where(z > 0, 0.5, 0.1)
    by_lot = ~reviewed & (rng.random(n) < share_of_rest)
    return z, y, reviewed | by_lot, by_lot


def test_misuse_that_nobody_looked_for_is_expected_where_lots_find_it() -> None:
    z, truth, reviewed, by_lot = looked_at(40_000, 0.05)
    known = np.where(reviewed, truth, 0.0)
    expected, ratio = expected_outcomes(z, known, reviewed, by_lot, np.ones(len(z)))
    p = Calibrator.fit(z, expected, np.ones(len(z)), int(known.sum())).probability(z)
    naive = Calibrator.fit(z, known, np.ones(len(z))).probability(z)
    assert p.sum() == pytest.approx(truth.sum(), rel=0.2)
    assert naive.sum() < 0.6 * truth.sum()
    np.testing.assert_array_equal(expected[reviewed], known[reviewed])
    assert ratio > 1


def test_the_ratio_is_a_count_of_what_lots_found_against_what_was_known() -> None:
    z, truth, reviewed, by_lot = looked_at(20_000, 0.05, seed=3)
    known = np.where(reviewed, truth, 0.0)
    _, ratio = expected_outcomes(z, known, reviewed, by_lot, np.ones(len(z)))
    others = ~by_lot
    fitted = Calibrator.fit(z[others], known[others], np.ones(int(others.sum())), 500).probability(z)
    assert ratio == pytest.approx(
        (STRENGTH * RATIO + known[by_lot].sum()) / (STRENGTH + fitted[by_lot].sum()), rel=1e-9
    )


def test_with_every_outcome_known_or_too_few_of_them_nothing_is_expected_beyond() -> None:
    z, y = drawn(2000)
    everything, few = np.ones(2000, dtype=bool), np.zeros(2000, dtype=bool)
    np.testing.assert_array_equal(expected_outcomes(z, y, everything, few, np.ones(2000))[0], y)
    some = np.where(np.cumsum(y) <= 20, y, 0.0)
    np.testing.assert_array_equal(expected_outcomes(z, some, some > 0, few, np.ones(2000))[0], some)


@pytest.mark.parametrize(("least", "kind"), [(31, "none"), (30, "platt"), (10, "platt")])
def test_how_many_confirmed_make_a_percentage_is_the_companys_choice(least, kind):
    rng = np.random.default_rng(3)
    y = np.zeros(1000)
    y[:30] = 1
    assert Calibrator.fit(rng.normal(size=1000) + y, y, np.ones(1000), least=least).kind == kind
