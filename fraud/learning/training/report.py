"""The model card: how a model came about, in numbers somebody can check."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.scoring.formula import Floats
from fraud.detection.scoring.hybrid import HybridModel
from fraud.learning.evaluation import metrics
from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.rows import TrainingRows

LIBRARIES = ("xgboost", "scikit-learn", "pyod", "numpy", "scipy", "polars", "skops")


@dataclass(frozen=True)
class OutOfFold:
    """Scores of the time-ordered blocks: positions among the training rows, block number, logit b, logit x, later z and outcome."""

    rows: NDArray[np.int64]
    block: NDArray[np.int64]
    main: Floats
    base: Floats
    as_known: bool
    z: Floats = field(default_factory=lambda: np.zeros(0))
    y: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    weight: Floats = field(default_factory=lambda: np.zeros(0))
    ratio: float = 0.0  # what an unreviewed claim is taken for, see calibration


@dataclass(frozen=True)
class TrainingReport:
    """Everything about a training that is not the model itself; all values are JSON."""

    cut_off: str
    data_from: str
    data_to: str
    counts: dict[str, int]
    rules: dict[str, float]
    tree_features: list[str]
    detector_features: list[str]
    detectors: list[str]
    shares: dict[str, float]
    calibration: str
    out_of_fold: dict[str, Any]
    config: dict[str, Any]
    versions: dict[str, str]

    def card(self) -> dict[str, Any]:
        """The model card stored with the model version."""
        return asdict(self)


def report_of(
    model: HybridModel,
    features: pl.DataFrame,
    rows: TrainingRows,
    out: OutOfFold | None,
    cut_off: datetime,
    config: TrainingConfig,
) -> TrainingReport:
    """Collect the card after a training."""
    reviewed = int(rows.reviewed.sum())
    counts = {
        "claims": features.height,
        "rows": len(rows),
        "confirmed": rows.n_confirmed,
        "reviewed_genuine": reviewed - rows.n_confirmed,
        "unreviewed": len(rows) - reviewed,
    }
    times = features.get_column("transacted_at")[rows.positions]
    return TrainingReport(
        cut_off=cut_off.isoformat(),
        data_from=str(times.min()),
        data_to=str(times.max()),
        counts=counts,
        rules=dict(zip(model.rules.codes, model.rules.weights, strict=True)),
        tree_features=list(model.tree_features),
        detector_features=list(model.detector_features),
        detectors=list(model.detectors),
        shares=dict(zip(("trees", "stack", "expert"), model.shares(), strict=True)),
        calibration=model.calibrator.kind,
        out_of_fold=_out_of_fold(model, out),
        config=config.to_json(),
        versions=library_versions(),
    )


def _out_of_fold(model: HybridModel, out: OutOfFold | None) -> dict[str, Any]:
    """Metrics of the blocks; empty when there was too little to make blocks of."""
    if out is None or not len(out.z):
        return {}
    p = model.calibrator.probability(out.z)
    y, w = out.y, out.weight
    return {
        "rows": len(y),
        "confirmed": int(y.sum()),
        "unreviewed_ratio": round(out.ratio, 4),
        "labels": "as known" if out.as_known else "delay gap only",
        "average_precision": metrics.average_precision(y, out.z, w),
        "average_precision_trees": metrics.average_precision(y, out.main, w),
        "auc": metrics.roc_auc(y, out.z, w),
        "lift_at_20": metrics.lift_at(y, out.z, 0.20, w),
        "brier": metrics.brier(y, p, w) if model.is_calibrated else None,
        "calibration_error": metrics.calibration_error(y, p, w) if model.is_calibrated else None,
    }


def library_versions() -> dict[str, str]:
    """Python and the libraries a score depends on; predictions differ slightly between their versions."""
    out = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out
