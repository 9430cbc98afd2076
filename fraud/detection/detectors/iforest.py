"""Isolation forest: PyOD fits it, xgboost's predictor walks it.

The fitted trees are rewritten as an xgboost forest whose leaves hold path lengths; the sum of leaves is the total depth, so the score
``2 ** (-mean depth / c(psi))`` (Liu, Ting, Zhou 2008) comes out equal to PyOD's up to float32, several times faster per row.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.forest import Forest
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.preparation import Preparation
from fraud.detection.detectors.tails import Floats

N_TREES = 200
N_SAMPLES = 512
_EULER = 0.5772156649015329
_NO_PARENT = 2147483647


class IsolationForestDetector(Detector):
    """200 trees on 512 rows each: rows that few random cuts isolate are unusual."""

    name = "iforest"

    def _fit(self, X: Matrix) -> None:
        from pyod.models.iforest import IForest

        self.preparation_ = Preparation.from_rows(X)
        filled = self.preparation_.fill(X)
        samples = min(N_SAMPLES, len(X))
        forest = IForest(n_estimators=N_TREES, max_samples=samples, random_state=self.random_state, n_jobs=1)
        forest.fit(filled)
        columns = forest.estimators_features_
        trees = [
            _xgboost_tree(tree.tree_, cols, i, X.shape[1])
            for i, (tree, cols) in enumerate(zip(forest.estimators_, columns, strict=True))
        ]
        # A forest of single rows has no depth; then every score is 1.
        self.depth_unit_ = float(len(trees) * max(_average_path(np.array([samples]))[0], 1e-9))
        self._forest = Forest(_booster_json(trees, X.shape[1]))

    def _score(self, X: Matrix) -> Floats:
        depth = self._forest.margin(self.preparation_.fill(X))
        return np.power(2.0, -np.asarray(depth, dtype=np.float64) / self.depth_unit_)

    def _state(self) -> dict[str, Any]:
        content = np.frombuffer(self._forest.to_bytes(), dtype=np.uint8)
        prepared = {"centre": self.preparation_.centre, "scale": self.preparation_.scale}
        return {"forest": content, "depth_unit": self.depth_unit_, **prepared}

    def _restore(self, state: dict[str, Any]) -> None:
        self.preparation_ = Preparation(state["centre"], state["scale"])
        self.depth_unit_ = float(state["depth_unit"])
        self._forest = Forest(np.asarray(state["forest"], dtype=np.uint8).tobytes())


def _average_path(n: NDArray[np.integer]) -> Floats:
    """c(n): average path length of an unsuccessful search among n rows; 0 for one row, 1 for two."""
    n = np.asarray(n, dtype=np.float64)
    large = 2.0 * (np.log(np.maximum(n - 1.0, 1.0)) + _EULER) - 2.0 * (n - 1.0) / np.maximum(n, 1.0)
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, large))


def _xgboost_tree(tree: Any, columns: NDArray[np.integer], index: int, n_features: int) -> dict[str, Any]:
    """One scikit-learn isolation tree as an xgboost tree whose leaf value is depth + c(rows in the leaf)."""
    order, left, right, parents, depth = _level_order(tree.children_left, tree.children_right)
    n, leaf, rows = len(order), left < 0, tree.n_node_samples[order]
    conditions = np.where(leaf, depth + _average_path(rows), _strict_threshold(tree.threshold[order]))
    zeros = [0] * n
    return {
        "base_weights": [0.0] * n,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": zeros,
        "id": index,
        "left_children": left.tolist(),
        "loss_changes": [0.0] * n,
        "parents": parents.tolist(),
        "right_children": right.tolist(),
        "split_conditions": conditions.tolist(),
        "split_indices": np.where(leaf, 0, columns[np.maximum(tree.feature[order], 0)]).tolist(),
        "split_type": zeros,
        "sum_hessian": rows.astype(float).tolist(),
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(n_features),
            "num_nodes": str(n),
            "size_leaf_vector": "1",
        },
    }


def _level_order(left: NDArray[np.integer], right: NDArray[np.integer]) -> tuple[NDArray[np.int64], ...]:
    """Renumber nodes so that a right child follows its left sibling, which xgboost's predictor takes for granted.

    Returns the old number of each new node, then per new node: left child, right child (-1 for leaves), parent and depth.
    """
    order, parents, depth = [0], [_NO_PARENT], [0]
    new_left: list[int] = []
    for node, old in enumerate(order):  # the list grows while it is walked: breadth first
        if left[old] < 0:
            new_left.append(-1)
            continue
        new_left.append(len(order))
        order += [int(left[old]), int(right[old])]
        parents += [node, node]
        depth += [depth[node] + 1] * 2
    lefts = np.asarray(new_left)
    return (
        np.asarray(order),
        lefts,
        np.where(lefts < 0, -1, lefts + 1),
        np.asarray(parents),
        np.asarray(depth),
    )


def _strict_threshold(threshold: Floats) -> Floats:
    """For float32 x: ``x <= threshold`` (scikit-learn) is ``x < t`` (xgboost) with t the next float32 above the threshold."""
    near = threshold.astype(np.float32)
    below = np.where(near.astype(np.float64) > threshold, np.nextafter(near, np.float32(-np.inf)), near)
    return np.nextafter(below, np.float32(np.inf)).astype(np.float64)


def _booster_json(trees: list[dict[str, Any]], n_features: int) -> bytes:
    n = len(trees)
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(n)},
        "iteration_indptr": list(range(n + 1)),
        "tree_info": [0] * n,
        "trees": trees,
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": {
            "base_score": "[0E0]",
            "boost_from_average": "0",
            "num_class": "0",
            "num_feature": str(n_features),
            "num_target": "1",
        },
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    return json.dumps({"learner": learner, "version": [3, 2, 0]}).encode()
