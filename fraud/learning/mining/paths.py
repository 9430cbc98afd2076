"""Shallow trees and their paths: every way from a root downwards, with each of its parts, as conditions of a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.frames import Matrix
from fraud.learning.mining.grid import Grid
from fraud.learning.mining.terms import Comparison, Mask, Term

Path = tuple[Term, ...]


def dumped_trees(
    X: Matrix, misuse: Mask, weight: NDArray[np.float64], *, n_trees: int, depth: int, seed: int
) -> list[str]:
    """Boosted trees learnt on the grid's columns X (n, d), each as JSON text; weight (n,) with which a claim counts."""
    from xgboost import DMatrix, train

    rows = DMatrix(X, label=misuse.astype(np.float32), weight=weight.astype(np.float32))
    settings: dict[str, Any] = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": depth,
        "eta": 0.2,
        "subsample": 0.8,
        "colsample_bytree": 0.5,
        "min_child_weight": 1.0,
        "base_score": 0.5,
        "seed": seed,
    }
    return list(train(settings, rows, num_boost_round=n_trees).get_dump(dump_format="json"))


def grown_tree(X: Matrix, misuse: Mask, *, depth: int, least: int, seed: int) -> str:
    """One tree on the grid's columns X (n, d) with at least so many claims a leaf, as JSON text."""
    from xgboost import DMatrix, train

    settings: dict[str, Any] = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": depth,
        "eta": 1.0,
        "min_child_weight": least * 0.25,  # at a base score of a half each claim weighs a quarter
        "reg_lambda": 1.0,
        "gamma": 1.0,
        "base_score": 0.5,
        "seed": seed,
    }
    rows = DMatrix(X, label=misuse.astype(np.float32))
    return str(train(settings, rows, num_boost_round=1).get_dump(dump_format="json")[0])


def leaves_of(tree: str, grid: Grid) -> list[Path]:
    """The whole paths of one tree, from its root to each leaf; a claim with all values known meets exactly one."""
    return sorted(set(_ways(json.loads(tree), grid, {})), key=lambda path: (len(path), path))


def paths_of(trees: list[str], grid: Grid) -> list[Path]:
    """Every path of the trees and every part of one, each once, fewest conditions first.

    A condition that another one of the same field implies is left out. Parts are what pruning chooses among: whether a condition is
    worth its price shows on later claims only.
    """
    found: set[Path] = set()
    for tree in trees:
        for way in _ways(json.loads(tree), grid, {}):
            for size in range(1, len(way) + 1):
                found.update(combinations(way, size))
    return sorted(found, key=lambda path: (len(path), path))


def _ways(node: dict[str, Any], grid: Grid, held: dict[tuple[str, Comparison, str], Term]) -> Iterator[Path]:
    if "leaf" in node:
        if held:
            yield tuple(sorted(held.values()))
        return
    column, cut = int(node["split"].removeprefix("f")), float(node["split_condition"])
    for child in node["children"]:
        # xgboost goes "yes" where the value is below the cut
        term = grid.term(column, cut, above=child["nodeid"] != node["yes"])
        yield from _ways(child, grid, _with(held, term))


def _with(
    held: dict[tuple[str, Comparison, str], Term], term: Term
) -> dict[tuple[str, Comparison, str], Term]:
    """The conditions with one more; of two cuts of one field in the same direction the tighter one."""
    key = (term.field, term.test, term.word)
    other = held.get(key)
    if other is not None and term.test is Comparison.ABOVE:
        term = max(other, term, key=lambda each: each.limit)
    elif other is not None and term.test is Comparison.AT_MOST:
        term = min(other, term, key=lambda each: each.limit)
    return {**held, key: term}
