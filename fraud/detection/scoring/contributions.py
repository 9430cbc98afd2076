"""Why a claim got its z: parts that sum to it, in log-odds.

trees     share_b * TreeSHAP of logit b + share_c * a1 * TreeSHAP of logit x, grouped per concept of the feature catalogue
rule j    share_b * TreeSHAP of h_j + share_c * a_j h_j + share_e * 0.8 * w_j h_j + what the belief in it lifts z by
anomaly m share_b * TreeSHAP of u_m + share_c * (g_m + g/M) u_m + share_e * u_m / M, and for u_peers its own term
intercept share_b * bias b + share_c * (a0 + a1 * bias x) + share_e * -6, and the rules that were not hit
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from fraud.detection.detectors.ecdf import TailDetector
from fraud.detection.detectors.frames import matrix
from fraud.detection.scoring.facts import READ, facts_of, plain_column, strongest_of, told_of
from fraud.detection.scoring.formula import Floats
from fraud.detection.scoring.hits import Hits, Rules
from fraud.detection.scoring.model import FittedModel, Parts


@dataclass(frozen=True)
class Contribution:
    """One part of a score: source rule, tree, anomaly, novelty or intercept; its code; log-odds; the facts behind it."""

    source: str
    code: str
    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_reason(self) -> dict[str, Any]:
        """The JSON stored with the score and read by ``fraud.detection.scoring.reasons.sentence``: kind, code, value, facts."""
        return {
            "kind": self.source,
            "code": self.code,
            "value": round(self.value, 6),
            "facts": dict(self.facts),
        }


@dataclass
class _Effects:
    """Log-odds per block of columns, all (n, ...)."""

    features: Floats
    rules: Floats
    detectors: Floats
    constant: Floats


def contributions_of(
    model: FittedModel, features: pl.DataFrame, hits: Hits, rules: Rules, parts: Parts
) -> list[list[Contribution]]:
    """Per claim its contributions, largest first; the values sum to ``parts.z`` within 1e-4."""
    effects = _effects(model, parts)
    _add_expert(model, effects, parts)
    new = _own_terms(model, hits, rules, parts)
    trees = _of_trees(model, features, effects)
    return [_of_row(model, trees, effects, parts, new, i) for i in range(features.height)]


def _effects(model: FittedModel, parts: Parts) -> _Effects:
    """What trees and stack add, before the expert formula."""
    n, (d, r, m) = len(parts.z), (parts.features.shape[1], parts.hits.shape[1], parts.tails.shape[1])
    out = _Effects(np.zeros((n, d)), np.zeros((n, r)), np.zeros((n, m)), np.zeros(n))
    of_trees, of_stack, _ = model.shares()
    if model.trees and n:
        block = np.concatenate([parts.features, parts.hits, parts.tails], axis=1).astype(np.float32)
        shap = of_trees * model.trees.contributions(block)
        out.features += shap[:, :d]
        out.rules += shap[:, d : d + r]
        out.detectors += shap[:, d + r : d + r + m]
        out.constant += shap[:, -1]
    if model.stack and model.base_trees and n:
        shap = (
            of_stack * model.stack.tree * model.base_trees.contributions(np.ascontiguousarray(parts.features))
        )
        out.features += shap[:, :d]
        out.constant += shap[:, -1] + of_stack * model.stack.intercept
        out.rules += of_stack * parts.hits * model.stack.rules
        out.detectors += of_stack * parts.tails * model.stack.detector_terms()
    return out


def _add_expert(model: FittedModel, effects: _Effects, parts: Parts) -> None:
    of_expert, c = model.shares()[2], model.constants
    effects.constant += of_expert * c.expert_intercept
    effects.detectors += of_expert * parts.tails / parts.tails.shape[1] + parts.tails * model.own_terms()
    # Rules' expert terms are added per claim in _of_row: tonight's rules may differ from the model's.


def _own_terms(model: FittedModel, hits: Hits, rules: Rules, parts: Parts) -> list[dict[str, float]]:
    """Per claim: code -> log-odds that every rule hit tonight brings by itself, whether or not the model was trained with it."""
    factor = model.shares()[2] * model.constants.expert_rule_factor
    found = [{rules.codes[j]: factor * rules.weights[j] for j in np.flatnonzero(row)} for row in hits]
    for i in np.flatnonzero(parts.lift > 0):
        found[i][rules.codes[parts.lifted_by[i]]] += float(parts.lift[i])
    return found


def _of_trees(model: FittedModel, features: pl.DataFrame, effects: _Effects) -> list[list[Contribution]]:
    """Per concept of the trees its contribution to every claim; a column of features is read once."""
    columns: dict[str, list[Any]] = {}

    def value_at(row: int, name: str) -> Any:
        if name not in columns:
            there = name in features.columns
            columns[name] = plain_column(features[name]) if there else [None] * features.height
        return columns[name][row]

    found = []
    for concept, places in _concepts(model).items():
        own = effects.features[:, places]
        totals = sum((own[:, j] for j in range(len(places))), np.zeros(len(own))).tolist()
        names = [model.tree_features[j] for j in places]
        order, counts = (each.tolist() for each in strongest_of(own))
        found.append(
            [
                Contribution(
                    "tree", concept, total, told_of([names[j] for j in best[:n]], partial(value_at, row))
                )
                for row, (total, best, n) in enumerate(zip(totals, order, counts, strict=True))
            ]
        )
    return found


def _of_row(
    model: FittedModel,
    trees: list[list[Contribution]],
    effects: _Effects,
    parts: Parts,
    expert: list[dict[str, float]],
    i: int,
) -> list[Contribution]:
    learned = dict(zip(model.rules.codes, effects.rules[i].tolist(), strict=True))
    # A rule that was not hit still moves the trees a little; that belongs to nobody's sentence.
    silent = sum(value for code, value in learned.items() if code not in expert[i])
    out = [
        Contribution("rule", code, float(value + learned.get(code, 0.0))) for code, value in expert[i].items()
    ]
    out += [of_claims[i] for of_claims in trees]
    of_detectors = zip(model.detectors, effects.detectors[i].tolist(), parts.tails[i].tolist(), strict=True)
    out += [Contribution("anomaly", name, value, {"tail": tail}) for name, value, tail in of_detectors]
    out.sort(key=lambda c: -c.value)
    out.append(Contribution("intercept", "base", float(effects.constant[i] + silent)))
    return out


def _concepts(model: FittedModel) -> dict[str, list[int]]:
    """Concept -> columns of the tree features; a feature without a concept is its own."""
    out: dict[str, list[int]] = {}
    for j, name in enumerate(model.tree_features):
        out.setdefault(model.concepts.get(name, name), []).append(j)
    return out


def novelty_of(model: FittedModel, features: pl.DataFrame, top: int) -> list[list[Contribution]]:
    """Per claim the ``top`` features with the largest two-sided tails (at least 1 in 10), from the frozen quantiles."""
    detector = model.detectors.get(TailDetector.name)
    if not isinstance(detector, TailDetector):
        return [[] for _ in range(features.height)]
    tails = detector.feature_tails(matrix(features, model.detector_features))
    order = np.argsort(-tails, axis=1, kind="stable")[:, :top]
    names = list(dict.fromkeys([*sorted(READ), *(model.detector_features[j] for j in np.unique(order))]))
    rows = features.select(name for name in names if name in features.columns)
    out = []
    for row, best, of_claim in zip(rows.iter_rows(named=True), order.tolist(), tails.tolist(), strict=True):
        chosen = [(model.detector_features[j], of_claim[j]) for j in best if of_claim[j] >= 1.0]
        out.append(
            [Contribution("novelty", name, tail, facts_of(row, {name: tail})) for name, tail in chosen]
        )
    return out
