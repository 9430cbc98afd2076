"""The methods an experiment compares: each fits on a stretch and gives a score; higher = more like misuse.

Libraries are imported where they are used: only the process that fits ever loads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.preparation import Preparation
from fraud.detection.detectors.tree import TreeDetector
from fraud.learning.experiments.split import NotPossible, Stretch

Floats = NDArray[np.float64]
Score = Callable[[Matrix], Floats]
#: Misuse per genuine claim that resampling aims at.
RATIO = 0.10
SVM_ROWS = 3000
CLUSTERS = 24
#: Fewer misuses than this give SMOTE no neighbours to lie between.
_SMOTE_LEAST = 3


class MethodNotUsable(NotPossible):
    """The method cannot work on these rows; code and values say what it would need."""


@dataclass(frozen=True)
class Settings:
    """The seed, and the share of misuse per genuine claim that resampling aims at."""

    seed: int = 0
    ratio: float = RATIO


def fit_trees(rows: Stretch, settings: Settings) -> Score:
    """The product's trees on the rows as they are."""
    names = [f"c{j}" for j in range(rows.X.shape[1])]
    trees = TreeDetector(random_state=settings.seed).fit(rows.X, names, rows.y, rows.weight)
    return trees.margin


def fit_weighted(rows: Stretch, settings: Settings) -> Score:
    """Trees where misuse weighs as much as everything else together."""
    positive, negative = float(rows.weight[rows.y].sum()), float(rows.weight[~rows.y].sum())
    weight = np.where(rows.y, rows.weight * negative / positive, rows.weight)
    return fit_trees(Stretch(rows.X, rows.y, weight), settings)


def fit_under(rows: Stretch, settings: Settings) -> Score:
    """Trees after leaving out genuine claims at random."""
    from imblearn.under_sampling import RandomUnderSampler

    _require_rarer(rows, settings)
    sampler = RandomUnderSampler(sampling_strategy=settings.ratio, random_state=settings.seed)
    return fit_trees(_picked(rows, _indices(sampler, rows)), settings)


def fit_over(rows: Stretch, settings: Settings) -> Score:
    """Trees after repeating misuse at random."""
    from imblearn.over_sampling import RandomOverSampler

    _require_rarer(rows, settings)
    sampler = RandomOverSampler(sampling_strategy=settings.ratio, random_state=settings.seed)
    return fit_trees(_picked(rows, _indices(sampler, rows)), settings)


def fit_smote(rows: Stretch, settings: Settings) -> Score:
    """Trees after adding made-up misuse between neighbouring cases; missing values are filled, as SMOTE knows none."""
    from imblearn.over_sampling import SMOTE

    _require_rarer(rows, settings)
    n = int(rows.y.sum())
    if n < _SMOTE_LEAST:
        raise MethodNotUsable("too_few_for_smote", least=_SMOTE_LEAST, found=n)
    preparation = Preparation.standard(rows.X)
    sampler = SMOTE(sampling_strategy=settings.ratio, random_state=settings.seed, k_neighbors=min(5, n - 1))
    X, y = sampler.fit_resample(preparation.standardise(rows.X), rows.y.astype(np.int8))
    weight = np.concatenate([rows.weight, np.full(len(y) - len(rows), rows.weight[rows.y].mean())])
    score = fit_trees(Stretch(np.asarray(X, dtype=np.float32), np.asarray(y, dtype=bool), weight), settings)
    return lambda Z: score(preparation.standardise(Z))


def fit_lightgbm(rows: Stretch, settings: Settings) -> Score:
    """LightGBM with as many trees of the same size as the product's."""
    from lightgbm import Dataset, train

    parameters = {
        "objective": "binary",
        "num_leaves": 15,
        "max_depth": 4,
        "learning_rate": 0.08,
        "max_bin": 1023,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.7,
        "min_data_in_leaf": 20,
        "seed": settings.seed,
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
    }
    booster = train(
        parameters, Dataset(rows.X, label=rows.y.astype(np.int8), weight=rows.weight), num_boost_round=150
    )
    return lambda Z: np.asarray(booster.predict(Z, raw_score=True), dtype=np.float64)


def fit_forest(rows: Stretch, settings: Settings) -> Score:
    """A random forest of 200 trees; its share of votes is the score."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        200, min_samples_leaf=3, max_features="sqrt", random_state=settings.seed, n_jobs=1
    )
    prepared = Preparation.standard(rows.X)
    forest.fit(prepared.standardise(rows.X), rows.y, sample_weight=rows.weight)
    return lambda Z: _logit(forest.predict_proba(prepared.standardise(Z))[:, 1])


def fit_logistic_regression(rows: Stretch, settings: Settings) -> Score:
    """Logistic regression on standardised columns."""
    from sklearn.linear_model import LogisticRegression

    prepared = Preparation.standard(rows.X)
    model = LogisticRegression(C=0.1, max_iter=500)
    model.fit(prepared.standardise(rows.X), rows.y, sample_weight=rows.weight)
    return lambda Z: np.asarray(model.decision_function(prepared.standardise(Z)), dtype=np.float64)


def fit_svm(rows: Stretch, settings: Settings) -> Score:
    """A support vector machine (RBF) on all misuse and a sample of the rest: its time grows with the square of the rows."""
    from sklearn.svm import SVC

    rng = np.random.default_rng(settings.seed)
    genuine = np.flatnonzero(~rows.y)
    misuse = np.flatnonzero(rows.y)[:SVM_ROWS]
    chosen = rng.choice(genuine, min(len(genuine), SVM_ROWS), replace=False)
    index = np.sort(np.concatenate([misuse, chosen]))
    prepared = Preparation.standard(rows.X)
    model = SVC(class_weight="balanced", random_state=settings.seed)
    model.fit(prepared.standardise(rows.X[index]), rows.y[index])
    return lambda Z: np.asarray(model.decision_function(prepared.standardise(Z)), dtype=np.float64)


def fit_clusters(rows: Stretch, settings: Settings) -> Score:
    """Clusters of claims that are not known as misuse; the distance from the nearest centre is the score, outcomes unseen."""
    from sklearn.cluster import MiniBatchKMeans

    usual = rows.X[~rows.y]
    prepared = Preparation.standard(usual)
    n = min(CLUSTERS, max(2, len(usual) // 20))
    model = MiniBatchKMeans(n, random_state=settings.seed, n_init=3).fit(prepared.standardise(usual))
    return lambda Z: np.asarray(model.transform(prepared.standardise(Z)).min(axis=1), dtype=np.float64)


METHODS: Mapping[str, Callable[[Stretch, Settings], Score]] = {
    "none": fit_trees,
    "weights": fit_weighted,
    "under": fit_under,
    "over": fit_over,
    "smote": fit_smote,
    "lightgbm": fit_lightgbm,
    "forest": fit_forest,
    "logistic": fit_logistic_regression,
    "svm": fit_svm,
    "clusters": fit_clusters,
}


def _require_rarer(rows: Stretch, settings: Settings) -> None:
    """Resampling only adds misuse or leaves out others; where misuse is that frequent already it has nothing to do."""
    ratio = float(rows.y.sum()) / max(int((~rows.y).sum()), 1)
    if ratio >= settings.ratio:
        raise MethodNotUsable("ratio_too_low", ratio=round(ratio, 4), asked=settings.ratio)


def _indices(sampler: Any, rows: Stretch) -> NDArray[np.int64]:
    """Positions of the rows a sampler of imbalanced-learn keeps or repeats."""
    sampler.fit_resample(np.arange(len(rows))[:, None], rows.y.astype(np.int8))
    return np.asarray(sampler.sample_indices_, dtype=np.int64)


def _picked(rows: Stretch, index: NDArray[np.int64]) -> Stretch:
    return Stretch(rows.X[index], rows.y[index], rows.weight[index])


def _logit(p: Floats) -> Floats:
    inside = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)
