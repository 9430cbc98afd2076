"""A fitted model: its parts, and how they combine into one calibrated score.

Formula: see ``fraud.detection.scoring.formula``. A model is frozen at training: same claim, same hits, same score, alone or among a million.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.frames import Matrix, fill_matrix, matrix
from fraud.detection.detectors.peers import PeerDetector
from fraud.detection.detectors.tree import TreeDetector
from fraud.detection.scoring import formula
from fraud.detection.scoring.calibration import Calibrator
from fraud.detection.scoring.formula import Constants, Floats
from fraud.detection.scoring.hits import Hits, Rules, align_hits
from fraud.detection.scoring.recalibration import Recalibration
from fraud.detection.scoring.stack import Stack
from fraud.detection.scoring.threads import over_chunks


@dataclass(frozen=True)
class Parts:
    """Everything z is made of for a block of n claims."""

    features: Matrix  # (n, tree features)
    hits: Floats  # (n, rules of the model), 0/1
    tails: Floats  # (n, detectors)
    weighted_hits: Floats  # (n,) sum of expert weights of the rules hit, tonight's weights
    main: Floats | None  # (n,) logit b
    base: Floats | None  # (n,) logit x
    z: Floats  # (n,) with the lift
    lift: Floats  # (n,) what the belief in a rule adds to the model's own z
    lifted_by: NDArray[np.int64]  # (n,) the rule's column among tonight's rules


@dataclass(frozen=True)
class FittedModel:
    """Fitted parts and how to combine them. ``trees`` and ``base_trees`` are None before the first confirmed misuse."""

    detectors: Mapping[str, Detector]
    detector_features: tuple[str, ...]
    tree_features: tuple[str, ...]
    rules: Rules
    n_confirmed: int
    anomaly_knots: tuple[Floats, Floats]
    trees: TreeDetector | None = None
    base_trees: TreeDetector | None = None
    stack: Stack | None = None
    calibrator: Calibrator = field(default_factory=Calibrator)
    constants: Constants = field(default_factory=Constants)
    concepts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_calibrated(self) -> bool:
        """False below about 30 confirmed out-of-fold: then hybrid_probability ranks, it is no percentage."""
        return self.calibrator.is_calibrated

    @property
    def has_learnt(self) -> bool:
        """False before the first confirmed misuse: then the expert formula orders claims, and outcomes cannot set it right."""
        return self.trees is not None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Every column the feature frame must have."""
        return tuple(dict.fromkeys(self.tree_features + self.detector_features))

    @property
    def main_names(self) -> tuple[str, ...]:
        """Columns of the main trees: features, then rule hits, then detector tails."""
        return main_columns(self.tree_features, self.rules, self.detectors)

    def score(
        self,
        features: pl.DataFrame,
        hits: Hits,
        rules: Rules | None = None,
        recalibration: Recalibration | None = None,
    ) -> pl.DataFrame:
        """Scores of all claims, rows as given.

        ``hits`` (n, r) belongs to ``rules`` (default: the rules of training). A rule the model has never seen counts by its expert
        weight, and by what is believed of it by itself (``rules.beliefs``), until the next training; a retired one counts as not hit.
        ``recalibration``: what outcomes say of a version that has learnt, also where it shows no percentages, for its threshold is a
        probability all the same; z and model_probability stay as they are.
        Columns: rule_score, tree_probability (null without trees), anomaly_score, novelty, z, model_probability (before beliefs),
        hybrid_probability, queue_probability, band. Raises FeaturesMissing, HitsNotMatching, DetectorFailed.
        """
        rules = self._check(features, hits, rules)
        blocks = over_chunks(
            lambda part: self._score_block(features[part], hits[part], rules, recalibration), features.height
        )
        return pl.concat(blocks) if blocks else self._score_block(features, hits, rules, recalibration)

    def parts(self, features: pl.DataFrame, hits: Hits, rules: Rules | None = None) -> Parts:
        """The ingredients of z for one block of claims (all in memory at once)."""
        return self._parts(features, hits, self._check(features, hits, rules))

    def _check(self, features: pl.DataFrame, hits: Hits, rules: Rules | None) -> Rules:
        rules = rules or self.rules
        rules.require_shape(hits, features.height)
        return rules

    def _score_block(
        self, features: pl.DataFrame, hits: Hits, rules: Rules, recalibration: Recalibration | None
    ) -> pl.DataFrame:
        parts, c = self._parts(features, hits, rules), self.constants
        anomaly = parts.tails.mean(axis=1)
        alone = self.calibrator.probability(parts.z - parts.lift)
        believed, _ = rules.best_belief(hits, alone)
        # beyond the last knot of the calibration z says less than the belief: the probability is the belief itself
        probability = np.where(parts.lift > 0, np.maximum(alone, believed), alone)
        if recalibration is not None and self.has_learnt:
            probability = recalibration.apply(probability)
        novel = formula.novelty(anomaly, c)
        queue = formula.queue_probability(probability, novel, c)
        tree = (
            pl.Series("tree_probability", [None] * features.height, dtype=pl.Float64)
            if parts.main is None
            else formula.sigmoid(parts.main)
        )
        return pl.DataFrame(
            {
                "rule_score": formula.rule_score(parts.weighted_hits, c),
                "tree_probability": tree,
                "anomaly_score": np.interp(anomaly, *self.anomaly_knots),
                "novelty": novel,
                "z": parts.z,
                "model_probability": alone,
                "hybrid_probability": probability,
                "queue_probability": queue,
                "band": formula.band(probability, c),
            }
        )

    def _parts(self, features: pl.DataFrame, hits: Hits, rules: Rules) -> Parts:
        tails = tails_of(self.detectors, matrix(features, self.detector_features))
        own = align_hits(hits, rules.codes, self.rules.codes)
        weighted = rules.weighted(hits)
        d, r = len(self.tree_features), own.shape[1]
        block = np.empty((features.height, d + r + tails.shape[1]), dtype=np.float32)
        fill_matrix(features, self.tree_features, block)
        block[:, d : d + r], block[:, d + r :] = own, tails
        main = self.trees.margin(block) if self.trees else None
        base = (
            self.base_trees.margin(np.ascontiguousarray(block[:, :d]))
            if self.base_trees and self.stack
            else None
        )
        z = self.combine(main, base, own, tails, weighted)
        believed, lifted_by = rules.best_belief(hits, self.calibrator.probability(z))
        lift = np.where(believed > 0, np.maximum(self.calibrator.z_of(believed) - z, 0.0), 0.0)
        return Parts(block[:, :d], own, tails, weighted, main, base, z + lift, lift, lifted_by)

    def combine(
        self, main: Floats | None, base: Floats | None, hits: Floats, tails: Floats, weighted: Floats
    ) -> Floats:
        """z from its parts; with no trees it is the expert formula alone."""
        expert = formula.expert_logit(weighted, tails.mean(axis=1), self.constants)
        of_trees, of_stack, of_expert = self.shares()
        z = of_expert * expert
        if main is not None:
            z = z + of_trees * main
        if self.stack is not None and base is not None:
            z = z + of_stack * self.stack.logit(base, hits, tails)
        return z + tails @ self.own_terms()

    def own_terms(self) -> Floats:
        """What a unit of each detector adds to z by itself (m,): only the comparison with colleagues has such a term."""
        share = formula.peer_share(self.n_confirmed, self.constants)
        return np.array([share if name == PeerDetector.name else 0.0 for name in self.detectors])

    def shares(self) -> tuple[float, float, float]:
        """Shares of trees, stack and expert formula in z."""
        n = self.n_confirmed if self.trees else 0
        return formula.shares(n, self.stack is not None and self.base_trees is not None, self.constants)


def tails_of(detectors: Mapping[str, Detector], X: Matrix) -> Floats:
    """Tail values u (n, detectors) in the detectors' order."""
    return np.stack([detector.tail(X) for detector in detectors.values()], axis=1)


def main_columns(
    tree_features: tuple[str, ...], rules: Rules, detectors: Mapping[str, Any]
) -> tuple[str, ...]:
    """Columns of the main trees: features, then rule hits, then detector tails."""
    return (
        tree_features
        + tuple(f"rule:{code}" for code in rules.codes)
        + tuple(f"tail:{name}" for name in detectors)
    )
