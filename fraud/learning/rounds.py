"""Learning: the training set as of a cut-off, the first version without a label, challengers and their comparison."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from fraud.claims.labels import label_history, labels_known_by
from fraud.company.values import CompanyValues, current_calendar, current_settings, to_json
from fraud.detection.drift import Reference
from fraud.detection.features import build_features
from fraud.detection.models import ModelVersion, ScreeningRun
from fraud.detection.scoring.hits import Rules
from fraud.detection.screening.frames import night_frame
from fraud.detection.screening.reads import claims_since
from fraud.detection.screening.rulebook import current_rules, pin_rules
from fraud.detection.screening.windows import history_start
from fraud.learning.registering import register_version
from fraud.learning.registry import install_first_version
from fraud.learning.training import TrainedModel, TrainingConfig, train_hybrid
from fraud.learning.training.process import train_in_process
from fraud.learning.training.stages import Watch, nobody

#: With fewer claims than this a detector's idea of what is usual means nothing; history joins in.
#: How the first version is fitted.
FIRST_CONFIG = TrainingConfig()
#: What moves with the calendar alone: a week never looks like the months a version learnt from.
_OF_THE_CALENDAR = frozenset({"days_to_month_end"})
#: Rows a drift reference is made from.
_REFERENCE_ROWS = 50_000
_NO_LABELS: dict[str, Any] = {
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


@dataclass(frozen=True)
class TrainingSet:
    """Claims as of a cut-off with everything a training takes: features (n), hits (n, rules), their rules, labels known."""

    features: pl.DataFrame
    hits: NDArray[np.bool_]
    rules: Rules
    labels: pl.DataFrame


def training_set(*, cut_off: datetime, config: TrainingConfig) -> TrainingSet:
    """Claims received and labels known by the cut-off, over the window the configuration asks for.

    Every feature of a claim looks at what was known at its own time, exactly as the nights computed it. Where nothing had
    been received by then, the claims were delivered later as a whole (old years read in today) and all of them count.
    """
    labels = labels_known_by(cut_off)
    since = _window_start(labels, cut_off, config)
    rules = current_rules(cut_off)
    first = history_start(since, rules.specs) if since else None
    claims = claims_since(cut_off, first, until=cut_off)
    if claims.is_empty():
        claims = claims_since(clock.now(), first, until=cut_off)
    everything = np.ones(claims.height, dtype=bool)
    targets = (claims["transacted_at"] >= since).to_numpy() if since else everything
    features = build_features(
        claims, calendar=current_calendar(), zone=settings.TIME_ZONE, labels=label_history(cut_off)
    )
    hits = np.asarray(rules.evaluate(features, targets).hits, dtype=bool)
    return TrainingSet(features.filter(pl.Series(targets)), hits[:, rules.counted], rules.for_score(), labels)


def _window_start(labels: pl.DataFrame, cut_off: datetime, config: TrainingConfig) -> datetime | None:
    """The window, further back until it holds enough confirmed misuse; None for everything there is."""
    misuse = labels.filter(pl.col("is_misuse"))["transacted_at"].sort(descending=True)
    if len(misuse) < config.min_confirmed:
        return None
    start = cut_off - timedelta(days=config.reach_days + config.delay_days)
    earliest = misuse[config.min_confirmed - 1]
    assert isinstance(earliest, datetime)
    return min(start, earliest)


def training_config(values: CompanyValues | None = None) -> TrainingConfig:
    """The measured defaults with the company's training window."""
    values = values or current_settings()
    delay = values.label_delay_days
    return TrainingConfig(
        window_days=values.training_window_days,
        delay_days=delay,
        block_days=max(delay, 14),
        percent_from=values.minimum_confirmed,
    )


def train_challenger(
    *,
    by: Actor,
    cut_off: datetime | None = None,
    config: TrainingConfig | None = None,
    watch: Watch | None = None,
) -> ModelVersion:
    """Train in a process of its own on what is known at the cut-off (default: now), and register the challenger.

    While outcomes known, rule set and settings are all those of the last version, training again gives that version.
    `watch` is told each step; what it raises ends the training, and nothing of it is kept.
    Raises NotPermitted, NothingToTrainOn or TrainingFailed.
    """
    require(by, "fraud.train_model")
    cut_off, config = (cut_off or clock.now()).astimezone(UTC), config or training_config()
    (watch or nobody)("gather")
    ground = learnt_from(cut_off)
    known = _already_trained(cut_off, config, ground)
    if known is not None:
        return known
    data = training_set(cut_off=cut_off, config=config)
    with tempfile.TemporaryDirectory(prefix="model-") as name:
        files = train_in_process(
            data.features,
            data.hits,
            data.rules.codes,
            data.rules.weights,
            data.labels,
            cut_off=cut_off,
            out_folder=Path(name) / "model",
            config=config,
            watch=watch,
        )
        (watch or nobody)("keep")
        drift = drift_references(data.features, tuple(files.card["tree_features"]))
        card = {**files.card, "drift": drift, "learnt_from": ground}
        return register_version(
            folder=files.folder, manifest=files.manifest, card=card, by=by, label_cut_off_at=cut_off
        )


def learnt_from(cut_off: datetime) -> dict[str, str]:
    """Digests of what a training would rest on: outcomes known by the cut-off, the rule set, the company's settings."""
    labels = labels_known_by(cut_off)
    rows = labels.sort(labels.columns).rows()
    values = json.dumps(to_json(current_settings()), sort_keys=True)
    return {
        "labels": sha256(repr(rows).encode()).hexdigest(),
        "rules": str(pin_rules()["hash"]),
        "settings": sha256(values.encode()).hexdigest(),
    }


def _already_trained(
    cut_off: datetime, config: TrainingConfig, ground: dict[str, str]
) -> ModelVersion | None:
    """A version trained in the same way on the same outcomes, rules and settings: there is nothing new to learn."""
    wanted = json.loads(
        json.dumps({name: value for name, value in config.to_json().items() if value is not None})
    )
    for version in ModelVersion.objects.filter(label_cut_off_at__lte=cut_off).order_by(
        "-label_cut_off_at", "-pk"
    )[:5]:
        trained = version.card.get("config", {})
        if all(trained.get(name) == value for name, value in wanted.items()):
            return version if version.card.get("learnt_from") == ground else None
    return None


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
        if name in rows.columns and name not in _OF_THE_CALENDAR
    }
