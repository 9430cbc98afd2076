"""Every method ranks misuse first on claims where that is easy, and resampling does what it says."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.metrics import roc_auc
from fraud.learning.experiments import methods
from fraud.learning.experiments.methods import METHODS, MethodNotUsable, Settings, fit_smote, fit_under
from fraud.learning.experiments.split import Stretch
from tests.fraud.learning.experiments.made import rows


@pytest.mark.parametrize("name", list(METHODS))
def test_method_tells_misuse_it_has_not_seen_and_gives_the_same_twice(name):
    learn, later = rows(1500), rows(800, seed=7)
    score = METHODS[name](learn, Settings())(later.X)
    assert np.isfinite(score).all()
    assert roc_auc(later.y, score) > (0.7 if name == "clusters" else 0.85)
    assert np.array_equal(score, METHODS[name](learn, Settings())(later.X))


@pytest.mark.parametrize("name", ["under", "over", "smote"])
def test_resampling_reaches_the_ratio_that_was_asked_for(name, monkeypatch):
    seen = []
    monkeypatch.setattr(methods, "fit_trees", lambda stretch, settings: seen.append(stretch))
    learn = rows(1500)
    METHODS[name](learn, Settings(ratio=0.25))
    (made,) = seen
    assert made.y.sum() / (~made.y).sum() == pytest.approx(0.25, abs=0.01)
    if name == "under":
        assert made.y.sum() == learn.y.sum()
    else:
        assert (~made.y).sum() == (~learn.y).sum()


def test_weighted_classes_weigh_the_same(monkeypatch):
    seen = []
    monkeypatch.setattr(methods, "fit_trees", lambda stretch, settings: seen.append(stretch))
    METHODS["weights"](rows(1500), Settings())
    (made,) = seen
    assert made.weight[made.y].sum() == pytest.approx(made.weight[~made.y].sum())


def test_resampling_refuses_what_it_cannot_do_and_says_what_would_be_right():
    frequent = rows(400, share=0.4)
    with pytest.raises(MethodNotUsable, match="ratio_too_low"):
        fit_under(frequent, Settings(ratio=0.1))
    rare = rows(400, share=0.0)
    two = Stretch(rare.X, np.arange(400) < 2, rare.weight)
    with pytest.raises(MethodNotUsable, match="too_few_for_smote"):
        fit_smote(two, Settings())
