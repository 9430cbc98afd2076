"""A canary: a few made-up claims whose scores were written down at training and must come out again after loading.

Hashes prove that the files are the registered ones; the canary proves that this machine's libraries still read them the same way.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl

from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.scoring.model import FittedModel

N_ROWS = 16
TOLERANCE = 1e-6


def canary_of(model: FittedModel, *, seed: int = 0) -> bytes:
    """JSON of N_ROWS made-up claims (spread over many orders of magnitude, some values missing) and their z."""
    rng = np.random.default_rng(seed)
    names = model.feature_names
    values = rng.standard_normal((N_ROWS, len(names))) * 10.0 ** rng.integers(-1, 6, len(names))
    values[rng.random(values.shape) < 0.1] = np.nan
    features = [[None if np.isnan(v) else float(np.float32(v)) for v in row] for row in values]
    hits = (rng.random((N_ROWS, len(model.rules.codes))) < 0.3).tolist()
    state: dict[str, Any] = {"features": features, "hits": hits}
    return json.dumps({**state, "z": _z(model, state).tolist()}).encode()


def check_canary(model: FittedModel, content: bytes) -> None:
    """Raises ArtefactDamaged when a canary claim's z differs by more than TOLERANCE from what was written down."""
    state = json.loads(content)
    difference = float(np.max(np.abs(_z(model, state) - np.asarray(state["z"]))))
    if not difference <= TOLERANCE:
        raise ArtefactDamaged(
            f"the model scores its canary claims differently now (largest difference {difference:.2g})"
        )


def _z(model: FittedModel, state: dict[str, Any]) -> np.ndarray:
    frame = pl.DataFrame(
        state["features"], schema=dict.fromkeys(model.feature_names, pl.Float64), orient="row"
    )
    hits = np.asarray(state["hits"], dtype=bool).reshape(len(state["features"]), len(model.rules.codes))
    return model.parts(frame, hits).z
