"""The supervised detector: settings that were measured, exact reasons, honest files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fraud.detection.detectors import ArtefactDamaged, DetectorNotFitted, TreeDetector, TreeSettings
from fraud.learning.evaluation.metrics import roc_auc


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 5)).astype(np.float32)
    X[rng.random(X.shape) < 0.05] = np.nan
    y = rng.random(3000) < 1 / (1 + np.exp(4 - 2 * np.nan_to_num(X[:, 0]) - np.nan_to_num(X[:, 1])))
    return X, y


@pytest.fixture(scope="module")
def tree(data):
    X, y = data
    return TreeDetector(TreeSettings(n_trees=30)).fit(X, list("abcde"), y, np.ones(len(y)))


def test_tree_keeps_the_settings_that_save_rare_positives(data, monkeypatch) -> None:
    import xgboost

    fitted, train_as_it_is = [], xgboost.train
    monkeypatch.setattr(
        xgboost, "train", lambda *args, **more: fitted.append(train_as_it_is(*args, **more)) or fitted[-1]
    )
    TreeDetector(TreeSettings(n_trees=2)).fit(data[0], list("abcde"), data[1], np.ones(len(data[1])))
    config = json.loads(fitted[0].save_config())["learner"]
    train = config["gradient_booster"]["tree_train_param"]
    assert TreeSettings() == TreeSettings(150, 4, 0.08, 4096, 0.5, 0.8, 0.7, None)
    assert int(train["max_bin"]) == 4096
    assert "5E-1" in config["learner_model_param"]["base_score"]
    assert TreeSettings().parameters(299, 0)["min_child_weight"] == 1.0
    assert TreeSettings().parameters(300, 0)["min_child_weight"] == 10.0


def test_tree_ranks_misuse_first(tree, data) -> None:
    assert roc_auc(data[1], tree.margin(data[0])) > 0.85


def test_tree_contributions_sum_to_the_margin(tree, data) -> None:
    X = data[0][:200]
    np.testing.assert_allclose(tree.contributions(X).sum(axis=1), tree.margin(X), atol=1e-5)


def test_tree_scores_the_same_alone_in_a_batch_and_after_loading(tree, data) -> None:
    X = data[0][:100]
    opened = TreeDetector.from_bytes(tree.to_bytes(), tree.names_)
    np.testing.assert_array_equal(tree.margin(X), opened.margin(X))
    np.testing.assert_array_equal(tree.margin(X), [tree.margin(X[i : i + 1])[0] for i in range(100)])


def test_tree_weights_stand_for_rows_left_out(data) -> None:
    """Half of the genuine claims with weight 2 give about the mean probability of all; without weights far too much."""
    X, y = data
    kept = y | (np.arange(len(y)) % 2 == 0)

    def mean(rows, weight):
        fitted = TreeDetector(TreeSettings(n_trees=60)).fit(X[rows], list("abcde"), y[rows], weight[rows])
        return float(np.mean(1 / (1 + np.exp(-fitted.margin(X)))))

    whole, one = mean(np.ones(len(y), dtype=bool), np.ones(len(y))), np.ones(len(y))
    assert mean(kept, np.where(y, 1.0, 2.0)) == pytest.approx(whole, rel=0.15)
    assert mean(kept, one) > 1.5 * whole


def test_tree_refuses_cut_files_and_another_number_of_features(tree) -> None:
    with pytest.raises(ArtefactDamaged):
        TreeDetector.from_bytes(tree.to_bytes()[:200], tree.names_)
    with pytest.raises(ArtefactDamaged, match="5 features, not 4"):
        TreeDetector.from_bytes(tree.to_bytes(), list("abcd"))
    with pytest.raises(DetectorNotFitted):
        TreeDetector().margin(np.zeros((1, 5), dtype=np.float32))
