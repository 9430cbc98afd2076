"""Train the hybrid model on what was known at a moment; deterministic for a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from fraud.detection.detectors import DETECTORS, Detector, TreeDetector
from fraud.detection.detectors.frames import Matrix, matrix
from fraud.detection.detectors.tails import Floats
from fraud.detection.scoring.calibration import Calibrator, expected_outcomes
from fraud.detection.scoring.hits import Hits, Rules
from fraud.detection.scoring.hybrid import HybridModel
from fraud.detection.scoring.model import main_columns, tails_of
from fraud.detection.scoring.stack import Stack
from fraud.learning.training.catalogue import feature_choice
from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.folds import Fold, folds
from fraud.learning.training.report import OutOfFold, TrainingReport, report_of
from fraud.learning.training.rows import TrainingRows, microseconds, training_rows
from fraud.learning.training.stages import Watch, nobody

_DAY = 86_400_000_000


@dataclass(frozen=True)
class TrainedModel:
    """What a training gives: the frozen model and how it came about."""

    model: HybridModel
    report: TrainingReport


@dataclass(frozen=True)
class _Inputs:
    """Matrices of the training rows: tree features (n, d), hits (n, r), detector tails (n, m)."""

    features: Matrix
    hits: Hits
    tails: Floats

    def main(self) -> Matrix:
        return np.concatenate([self.features, self.hits, self.tails], axis=1, dtype=np.float32)


def train_hybrid(
    features: pl.DataFrame,
    hits: Hits,
    rule_codes: Sequence[str],
    rule_weights: Sequence[float],
    labels: pl.DataFrame,
    *,
    cut_off: datetime,
    config: TrainingConfig | None = None,
    tell: Watch = nobody,
) -> TrainedModel:
    """Fit detectors, trees, stack and calibration.

    ``features``: the feature frame (claim_id, transacted_at and the feature columns), any number of claims; only those before
    ``cut_off`` are used. ``hits`` (n, r) rule hits of the same rows. ``labels``: claim_id, is_misuse, known_at, weight; what became
    known after ``cut_off`` changes nothing. ``tell`` hears each step as it begins. Works without a single label: then detectors and rules alone score.
    Raises NothingToTrainOn, FeaturesMissing, HitsNotMatching, DetectorFailed.
    """
    config = feature_choice(features, config or TrainingConfig())
    rules = Rules(tuple(rule_codes), tuple(float(w) for w in rule_weights))
    rules.require_shape(hits, features.height)
    rows = training_rows(features, labels, cut_off=cut_off, config=config)
    tell("usual")
    detectors, knots = fit_detectors(features, microseconds(cut_off), config)
    picked = features[rows.positions]
    tails = tails_of(detectors, matrix(picked, config.detector_features or ()))
    inputs = _Inputs(matrix(picked, config.tree_features or ()), hits[rows.positions], tails)
    model = HybridModel(
        detectors=detectors,
        detector_features=config.detector_features or (),
        tree_features=config.tree_features or (),
        rules=rules,
        n_confirmed=rows.n_confirmed,
        anomaly_knots=knots,
        constants=config.constants,
        concepts=dict(config.concepts or {}),
    )
    out = None
    if _can_learn(rows, np.ones(len(rows), dtype=bool), config):
        model, out = _learn(model, inputs, rows, microseconds(cut_off), config, tell)
    return TrainedModel(model, report_of(model, features, rows, out, cut_off, config))


def fit_detectors(
    features: pl.DataFrame, end_us: int, config: TrainingConfig
) -> tuple[Mapping[str, Detector], tuple[Floats, Floats]]:
    """Detectors on a seeded sample of the window's claims, labels unseen, and the table from mean tail to anomaly score."""
    at = features.get_column("transacted_at").dt.epoch("us").to_numpy()
    inside = np.flatnonzero((at < end_us) & (at >= end_us - (config.window_days + config.delay_days) * _DAY))
    pool = inside if len(inside) >= min(config.detector_rows, 1000) else np.flatnonzero(at < end_us)
    rng = np.random.default_rng(config.seed)
    chosen = (
        np.sort(rng.choice(pool, config.detector_rows, replace=False))
        if len(pool) > config.detector_rows
        else pool
    )
    names = config.detector_features or ()
    X = matrix(features[chosen], names)
    detectors = {name: DETECTORS[name](random_state=config.seed).fit(X, names) for name in config.detectors}
    anomaly = np.sort(tails_of(detectors, X).mean(axis=1))
    values, first = np.unique(anomaly, return_index=True)
    keep = np.unique(np.linspace(0, len(values) - 1, 1000).round().astype(np.int64))
    return detectors, (values[keep], (first / len(anomaly))[keep])


def _can_learn(rows: TrainingRows, mask: np.ndarray, config: TrainingConfig) -> bool:
    """Trees need one confirmed misuse and something genuine that counts."""
    return bool((rows.y & mask).any() and ((rows.fit_weight > 0) & ~rows.y & mask).any())


def _learn(
    model: HybridModel, inputs: _Inputs, rows: TrainingRows, end_us: int, config: TrainingConfig, tell: Watch
) -> tuple[HybridModel, OutOfFold | None]:
    """Trees on all rows; stack and calibration on out-of-fold rows where there are enough."""
    tell("outcomes")
    everything = np.ones(len(rows), dtype=bool)
    main, base = _fit_trees(inputs, rows, everything, model, config)
    model = replace(model, trees=main, base_trees=base)
    chosen = [
        f for f in folds(rows, end_us - config.delay_days * _DAY, config) if _can_learn(rows, f.train, config)
    ]
    if not chosen:
        return model, None
    tell("check")
    out = _out_of_fold(inputs, rows, chosen, model, config)
    at, y = out.rows, rows.y[out.rows].astype(np.float64)
    if y.sum() >= config.min_fold_confirmed:
        stack = Stack.fit(
            out.base,
            inputs.hits[at].astype(np.float64),
            inputs.tails[at],
            y,
            rows.share[at],
            strength=config.stack_strength,
        )
        model = replace(model, stack=stack)
    z = _cross_fitted_z(model, inputs, rows, out, config)
    least = config.percent_from
    expected, ratio = expected_outcomes(z, y, rows.reviewed[at], rows.by_lot[at], rows.share[at], least=least)
    model = replace(model, calibrator=Calibrator.fit(z, expected, rows.share[at], int(y.sum()), least=least))
    return model, replace(out, z=z, y=rows.y[at], weight=rows.share[at], ratio=ratio)


def _fit_trees(
    inputs: _Inputs, rows: TrainingRows, mask: np.ndarray, model: HybridModel, config: TrainingConfig
) -> tuple[TreeDetector, TreeDetector]:
    """The main trees (features, rules, anomalies) and the base trees (features alone) on the masked rows that count."""
    used = mask & ((rows.fit_weight > 0) | rows.y)
    y, weight = rows.y[used], rows.fit_weight[used]
    names = main_columns(model.tree_features, model.rules, model.detectors)
    main = TreeDetector(config.trees, random_state=config.seed).fit(inputs.main()[used], names, y, weight)
    base = TreeDetector(config.trees, random_state=config.seed).fit(
        inputs.features[used], model.tree_features, y, weight
    )
    return main, base


def _out_of_fold(
    inputs: _Inputs, rows: TrainingRows, chosen: list[Fold], model: HybridModel, config: TrainingConfig
) -> OutOfFold:
    """Scores of each block by trees trained before it."""
    parts = []
    for k, fold in enumerate(chosen):
        main, base = _fit_trees(inputs, rows, fold.train, model, config)
        at = np.flatnonzero(fold.block)
        parts.append(
            (at, np.full(len(at), k), main.margin(inputs.main()[at]), base.margin(inputs.features[at]))
        )
    at, block, main_margin, base_margin = (np.concatenate(column) for column in zip(*parts, strict=True))
    return OutOfFold(at, block, main_margin, base_margin, as_known=all(f.as_known for f in chosen))


def _cross_fitted_z(
    model: HybridModel, inputs: _Inputs, rows: TrainingRows, out: OutOfFold, config: TrainingConfig
) -> Floats:
    """z of the out-of-fold rows; each block's stack is fitted on the other blocks, so calibration sees no fitted outcome."""
    at = out.rows
    hits, tails = inputs.hits[at].astype(np.float64), inputs.tails[at]
    weighted = model.rules.weighted(inputs.hits[at])
    y, weight = rows.y[at].astype(np.float64), rows.share[at]
    z = model.combine(out.main, out.base, hits, tails, weighted)
    if model.stack is None:
        return z
    for k in np.unique(out.block):
        inside, others = out.block == k, out.block != k
        if y[others].sum() >= config.min_fold_confirmed:
            stack = Stack.fit(
                out.base[others],
                hits[others],
                tails[others],
                y[others],
                weight[others],
                strength=config.stack_strength,
            )
            part = replace(model, stack=stack)
            z[inside] = part.combine(
                out.main[inside], out.base[inside], hits[inside], tails[inside], weighted[inside]
            )
    return z
