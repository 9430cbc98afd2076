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


def test_without_outcomes_it_is_the_prior_which_takes_most_from_what_is_low() -> None:
    p = np.array([1e-9, 0.01, 0.3, 1 - 1e-6])
    assert (Recalibration().apply(p) == p).all()
    prior = learnt_from(np.zeros(0), np.zeros(0))
    assert prior == Recalibration(-0.2, 1.0, 1.4, 0, 0)
    share = prior.apply(p) / p
    assert (np.diff(share) > 0).all()
    assert prior.apply(np.array([0.3]))[0] == pytest.approx(0.3 / (0.3 + 0.7 * np.exp(0.2)))


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0, 4.0])
def test_what_is_learnt_is_the_most_likely_given_the_prior(times: float) -> None:
    p, y = drawn(400, times)
    found = learnt_from(p, y)

    def minus_log_posterior(beta) -> float:
        shift, high, low = beta
        x = logit(p) - logit(0.05)
        z = logit(0.05) + shift + high * x.clip(0, None) + low * x.clip(None, 0)
        likelihood = (y * -np.log1p(np.exp(-z)) - (1 - y) * np.log1p(np.exp(z))).sum()
        prior = 20 * (shift + 0.2) ** 2 + 20 * (high - 1) ** 2 + 40 * (low - 1.4) ** 2
        return -likelihood + prior / 2

    best = minimize(
        minus_log_posterior, [0.0, 1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}
    )
    assert [found.shift, found.slope, found.low_slope] == pytest.approx(best.x.tolist(), abs=1e-4)
    assert (found.reviewed, found.confirmed) == (400, int(y.sum()))


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_nights_that_promised_wrongly_promise_right_after_their_outcomes(times: float) -> None:
    p, y = drawn(20_000, times)
    found = learnt_from(p[:10_000], y[:10_000])
    before, after = p[10_000:].sum() / y[10_000:].sum(), found.apply(p[10_000:]).sum() / y[10_000:].sum()
    assert abs(np.log(after)) < 0.1 < abs(np.log(before))


def test_ten_outcomes_move_a_probability_at_the_threshold_little() -> None:
    before, found = learnt_from(np.zeros(0), np.zeros(0)), learnt_from(np.full(10, 0.05), np.zeros(10))
    at = np.array([0.05])
    assert 0.95 * before.apply(at)[0] < found.apply(at)[0] < before.apply(at)[0]


@example(-1.0, 2.0, 2.0, [0.5, 1e-05])
@given(
    st.floats(-1.5, 1.5),
    st.floats(0.5, 2.5),
    st.floats(0.5, 2.5),
    st.lists(st.floats(1e-5, 0.999), min_size=2, max_size=20),
)
def test_it_is_undone_exactly_and_never_changes_the_order(
    shift: float, slope: float, low_slope: float, values: list[float]
) -> None:
    recalibration, p = Recalibration(shift, slope, low_slope), np.sort(np.array(values))
    applied = recalibration.apply(p)
    told = (applied > 1e-7) & (applied < 1 - 1e-7)  # log-odds are cut off beyond that
    assert recalibration.undo(applied)[told] == pytest.approx(p[told], rel=1e-4)
    assert (np.diff(applied) >= 0).all()


def test_it_comes_back_from_its_plain_values() -> None:
    known = Recalibration(0.25, 1.5, 1.2, 90, 12)
    assert Recalibration.from_json(known.to_json()) == known
    # a night from before there were two slopes is undone as it was done
    earlier = {"shift": 0.25, "slope": 1.5, "reviewed": 90, "confirmed": 12}
    assert Recalibration.from_json(earlier) == Recalibration(0.25, 1.5, 1.5, 90, 12)
    assert Recalibration.from_json({}) == Recalibration()
