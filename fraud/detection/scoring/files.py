"""A hybrid model as files: JSON for numbers and names, UBJSON for trees, skops arrays for detectors; no pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from fraud.detection.detectors import DETECTORS
from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.detectors.tree import TreeDetector
from fraud.detection.scoring.calibration import Calibrator
from fraud.detection.scoring.formula import Constants
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.model import FittedModel, main_columns
from fraud.detection.scoring.stack import Stack

FORMAT = 1


def model_to_files(model: FittedModel) -> dict[str, bytes]:
    """File name -> content of everything the model needs."""
    state = {
        "format": FORMAT,
        "detectors": list(model.detectors),
        "detector_features": model.detector_features,
        "tree_features": model.tree_features,
        "rules": asdict(model.rules),
        "n_confirmed": model.n_confirmed,
        "anomaly_knots": [knots.tolist() for knots in model.anomaly_knots],
        "has_trees": model.trees is not None,
        "has_base_trees": model.base_trees is not None,
        "stack": model.stack.to_json() if model.stack else None,
        "calibrator": model.calibrator.to_json(),
        "constants": asdict(model.constants),
        "concepts": dict(model.concepts),
    }
    files = {"hybrid.json": json.dumps(state, indent=1, ensure_ascii=False).encode()}
    files |= {f"{name}.skops": detector.to_bytes() for name, detector in model.detectors.items()}
    if model.trees:
        files["trees.ubj"] = model.trees.to_bytes()
    if model.base_trees:
        files["base_trees.ubj"] = model.base_trees.to_bytes()
    return files


def model_parts(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Arguments of HybridModel from its files. Raises ArtefactDamaged for a missing or unreadable part."""
    try:
        state = json.loads(files["hybrid.json"])
        return _parts(state, files)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ArtefactDamaged):
            raise
        raise ArtefactDamaged(f"the model cannot be opened: {type(error).__name__}: {error}") from error


def _parts(state: dict[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    if state["format"] != FORMAT:
        raise ArtefactDamaged(f"the model has format {state['format']}, this version reads {FORMAT}")
    rules = Rules(tuple(state["rules"]["codes"]), tuple(state["rules"]["weights"]))
    detectors = {name: DETECTORS[name].from_bytes(files[f"{name}.skops"]) for name in state["detectors"]}
    tree_features = tuple(state["tree_features"])
    main_names = main_columns(tree_features, rules, detectors)
    return {
        "detectors": detectors,
        "detector_features": tuple(state["detector_features"]),
        "tree_features": tree_features,
        "rules": rules,
        "n_confirmed": int(state["n_confirmed"]),
        "anomaly_knots": tuple(np.asarray(knots, dtype=np.float64) for knots in state["anomaly_knots"]),
        "trees": TreeDetector.from_bytes(files["trees.ubj"], main_names) if state["has_trees"] else None,
        "base_trees": TreeDetector.from_bytes(files["base_trees.ubj"], tree_features)
        if state["has_base_trees"]
        else None,
        "stack": Stack.from_json(state["stack"]) if state["stack"] else None,
        "calibrator": Calibrator.from_json(state["calibrator"]),
        "constants": Constants(**state["constants"]),
        "concepts": state["concepts"],
    }
