"""Probabilities set right by outcomes: against a plain minimisation, invertible, cautious with few outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from fraud.detection.scoring.recalibration import Recalibration, learnt_from


def logit(p):
    return np.log(p) - np.log1p(-p)


def drawn(n: int, promised_times: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of n claims and outcomes that come true `1 / promised_times` as often."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.6, 8.0, n).clip(1e-4, 0.9)
    return p, (rng.random(n) < p / promised_times).astype(float)


def test_without_outcomes_probabilities_stay_as_they_are() -> None:
    p = np.array([1e-9, 0.01, 0.3, 1 - 1e-6])
    assert learnt_from(np.zeros(0), np.zeros(0)) == Recalibration()
    assert (Recalibration().apply(p) == p).all()


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0, 4.0])
def test_what_is_learnt_is_the_most_likely_given_the_prior(times: float) -> None:
    p, y = drawn(400, times)
    found = learnt_from(p, y)

    def minus_log_posterior(beta) -> float:
        z = logit(0.05) + beta[0] + beta[1] * (logit(p) - logit(0.05))
        likelihood = (y * -np.log1p(np.exp(-z)) - (1 - y) * np.log1p(np.exp(z))).sum()
        return -likelihood + 10 * beta[0] ** 2 / 2 + 20 * (beta[1] - 1) ** 2 / 2

    best = minimize(
        minus_log_posterior, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}
    )
    assert (found.shift, found.slope) == (
        pytest.approx(best.x[0], abs=1e-4),
        pytest.approx(best.x[1], abs=1e-4),
    )
    assert (found.reviewed, found.confirmed) == (400, int(y.sum()))


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_nights_that_promised_wrongly_promise_right_after_their_outcomes(times: float) -> None:
    p, y = drawn(20_000, times)
    found = learnt_from(p[:10_000], y[:10_000])
    before, after = p[10_000:].sum() / y[10_000:].sum(), found.apply(p[10_000:]).sum() / y[10_000:].sum()
    assert abs(np.log(after)) < 0.1 < abs(np.log(before))


def test_ten_outcomes_move_a_probability_at_the_threshold_little() -> None:
    found = learnt_from(np.full(10, 0.05), np.zeros(10))
    assert 0.045 < found.apply(np.array([0.05]))[0] < 0.05


@example(-1.0, 2.0, [0.5, 1e-05])
@given(st.floats(-1.5, 1.5), st.floats(0.5, 2.0), st.lists(st.floats(1e-5, 0.999), min_size=2, max_size=20))
def test_it_is_undone_exactly_and_never_changes_the_order(
    shift: float, slope: float, values: list[float]
) -> None:
    recalibration, p = Recalibration(shift, slope), np.sort(np.array(values))
    applied = recalibration.apply(p)
    told = (applied > 1e-7) & (applied < 1 - 1e-7)  # log-odds are cut off beyond that
    assert recalibration.undo(applied)[told] == pytest.approx(p[told], rel=1e-4)
    assert (np.diff(applied) >= 0).all()


def test_it_comes_back_from_its_plain_values() -> None:
    known = Recalibration(0.25, 1.5, 90, 12)
    assert Recalibration.from_json(known.to_json()) == known
    assert Recalibration.from_json({}) == Recalibration()
