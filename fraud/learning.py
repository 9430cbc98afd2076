"""Learning: the training set as of a cut-off, the first version without a label, challengers and their comparison."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from audit.actor import Actor
from audit.permissions import require
from fraud.drift import Reference
from fraud.models import ModelVersion, ScreeningRun
from fraud.registry import install_first_version, register_version
from fraud.scoring.hits import Rules
from fraud.screening.frames import night_frame
from fraud.training import TrainedModel, TrainingConfig, train_hybrid

#: With fewer claims than this a detector's idea of what is usual means nothing; history joins in.
_ENOUGH_CLAIMS = 1_000
#: How the first version is fitted.
FIRST_CONFIG = TrainingConfig()
#: Rows a drift reference is made from.
_REFERENCE_ROWS = 50_000
_NO_LABELS = {
    "claim_id": pl.Int64,
    "is_misuse": pl.Boolean,
    "known_at": pl.Datetime("us", "UTC"),
    "weight": pl.Float64,
}


def first_version(run: ScreeningRun, by: Actor) -> ModelVersion | None:
    """Detectors fitted on the first night's claims, with the expert formula around them, put into service at once.

    There is nothing to compare with and no label to learn from; the version says so (`n_confirmed` 0, not calibrated).
    None for a night without claims.
    """
    frame = night_frame(run)
    if not frame.features.height:
        return None
    trained = train_without_labels(
        frame.features, frame.hits[:, frame.rules.counted], frame.rules.for_score(), FIRST_CONFIG
    )
    version = register_trained(trained, frame.features, cut_off=run.cut_off_at, by=by)
    return install_first_version(version=version, by=by)


def train_without_labels(
    features: pl.DataFrame, hits: NDArray[np.bool_], rules: Rules, config: TrainingConfig | None = None
) -> TrainedModel:
    """A version of detectors and expert weights alone. Raises DetectorFailed when there is too little to fit on."""
    latest = features["transacted_at"].max()
    assert isinstance(latest, datetime)
    return train_hybrid(
        features,
        hits,
        rules.codes,
        rules.weights,
        pl.DataFrame(schema=_NO_LABELS),
        cut_off=latest + timedelta(microseconds=1),
        # Nobody waits for outcomes here: the youngest claims show what is usual as well as the others.
        config=replace(config or TrainingConfig(), delay_days=0),
    )


def register_trained(
    trained: TrainedModel, features: pl.DataFrame, *, cut_off: datetime, by: Actor
) -> ModelVersion:
    """Save a trained model and take it into the registry as a challenger. Raises NotPermitted."""
    require(by, "fraud.train_model")
    with tempfile.TemporaryDirectory(prefix="model-") as name:
        manifest = trained.model.save(Path(name))
        card = {**trained.report.card(), "drift": drift_references(features, trained.model.feature_names)}
        return register_version(
            folder=Path(name), manifest=manifest, card=card, by=by, label_cut_off_at=cut_off
        )


def drift_references(features: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Feature → what the training population looked like, for the nightly drift figures."""
    rows = features.sample(_REFERENCE_ROWS, seed=0) if features.height > _REFERENCE_ROWS else features
    return {
        name: Reference.of(rows[name].cast(pl.Float64).to_numpy()).to_json()
        for name in names
        if name in rows.columns
    }
