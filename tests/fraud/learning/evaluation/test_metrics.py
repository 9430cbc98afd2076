"""Metrics against scikit-learn and against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.learning.evaluation.metrics import (
    average_precision,
    brier,
    calibration_error,
    calibration_ratio,
    lift_at,
    precision_recall,
    roc_auc,
)

outcomes = st.lists(
    st.tuples(st.booleans(), st.integers(0, 8), st.sampled_from([0.5, 1.0, 3.0])), min_size=2, max_size=60
)


@given(outcomes)
def test_ranking_metrics_equal_scikit_learn_also_with_ties_and_weights(rows) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    y, score, w = (np.array(c) for c in zip(*rows, strict=True))
    if 0 < y.sum() < len(y):
        assert average_precision(y, score, w) == pytest.approx(
            average_precision_score(y, score, sample_weight=w)
        )
        assert roc_auc(y, score, w) == pytest.approx(roc_auc_score(y, score, sample_weight=w))
    elif not y.any():
        assert np.isnan(average_precision(y, score, w))
        assert np.isnan(roc_auc(y, score, w))


def test_lift_is_the_hit_rate_of_the_top_fifth_over_the_base_rate() -> None:
    y = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 1], dtype=bool)
    score = np.arange(10, 0, -1)
    assert lift_at(y, score) == pytest.approx((2 / 2) / (3 / 10))
    assert lift_at(y, score, 0.5) == pytest.approx((2 / 5) / (3 / 10))
    assert lift_at(y, score, 1.0) == pytest.approx(1)


def test_lift_does_not_depend_on_the_order_of_equal_scores() -> None:
    y = np.array([1, 0, 0, 0, 0], dtype=bool)
    assert lift_at(y, np.zeros(5)) == pytest.approx(1)
    assert lift_at(y[::-1], np.zeros(5)) == pytest.approx(1)


def test_lift_without_misuse_is_not_a_number() -> None:
    assert np.isnan(lift_at([0, 0], [1, 2]))


def test_brier_and_calibration_error_by_hand() -> None:
    y, p = np.array([1, 0, 0, 1]), np.array([0.95, 0.05, 0.15, 0.15])
    assert brier(y, p) == pytest.approx((0.05**2 + 0.05**2 + 0.15**2 + 0.85**2) / 4)
    assert calibration_error(y, p) == pytest.approx(0.25 * 0.05 + 0.25 * 0.05 + 0.5 * 0.35)
    assert calibration_ratio(y, p) == pytest.approx(1.3 / 2)


def test_probability_of_one_falls_into_the_last_bin() -> None:
    assert calibration_error([1, 1], [1.0, 1.0]) == 0


def test_precision_recall_has_one_point_per_distinct_score() -> None:
    curve = precision_recall([1, 0, 1, 0], [0.9, 0.9, 0.5, 0.1])
    assert curve.threshold.tolist() == [0.9, 0.5, 0.1]
    assert curve.precision == pytest.approx([1 / 2, 2 / 3, 2 / 4])
    assert curve.recall == pytest.approx([0.5, 1, 1])
    assert len(precision_recall(np.arange(1000) % 2, np.arange(1000)).points(50)) <= 50


def test_metrics_refuse_lengths_that_differ() -> None:
    with pytest.raises(ValueError, match="differ"):
        roc_auc([1, 0], [1])
