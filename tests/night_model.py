"""A small model version without labels, fitted once for a state of the code: nights under test start with it in service."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from audit.actor import Actor
from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features
from fraud.detection.models import ModelVersion
from fraud.detection.scoring.hits import Rules
from fraud.detection.screening.services import forget_frames
from fraud.learning.registering import register_version
from fraud.learning.registry import install_first_version
from fraud.learning.rounds import drift_references, train_without_labels
from fraud.learning.training import TrainingConfig
from tests.databases import made_once
from tests.night_company import add_claims, add_people

#: Two quick detectors; the others are tested where they live.
QUICK = TrainingConfig(detectors=("iforest", "ecdf"))
SYSTEM = Actor.system("test")
_TOLD = "told.pickle"


def claim_frame(n: int = 1500, seed: int = 9) -> pl.DataFrame:
    """Claims as a canonical frame, without a database."""
    rng = np.random.default_rng(seed)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    seconds = np.sort(rng.integers(0, 60 * 86_400, n))
    return pl.DataFrame(
        {
            "claim_id": np.arange(1, n + 1),
            "cardholder_id": rng.integers(1, 40, n),
            "merchant_id": rng.integers(1, 60, n),
            "transacted_at": pl.Series(
                [start + timedelta(seconds=int(s)) for s in seconds], dtype=pl.Datetime("us", "UTC")
            ),
            "has_time": True,
            "amount_minor": np.exp(rng.normal(10.0, 0.6, n)).astype(np.int64),
            "currency": "KRW",
            "txn_type": "purchase",
        }
    )


def _train(folder: Path) -> None:
    """The version's files, its manifest and card into a new folder."""
    features = build_features(claim_frame(), calendar=CompanyCalendar(), zone="Asia/Seoul")
    trained = train_without_labels(features, np.zeros((features.height, 0), dtype=bool), Rules((), ()), QUICK)
    folder.mkdir()
    manifest = trained.model.save(folder)
    card = {**trained.report.card(), "drift": drift_references(features, trained.model.feature_names)}
    (folder / _TOLD).write_bytes(pickle.dumps((manifest, card)))


@cache
def _trained() -> tuple[Path, dict[str, str], dict[str, object]]:
    folder = made_once("night-model", _train)
    return folder, *pickle.loads((folder / _TOLD).read_bytes())


def install_model() -> ModelVersion:
    """The session's version, registered in this database and put into service."""
    folder, manifest, card = _trained()
    version = register_version(folder=folder, manifest=manifest, card=card, by=SYSTEM)
    return install_first_version(version=version, by=SYSTEM)


def ready_company(settings: Any, folder: Path, n_claims: int) -> None:
    """People with so many claims of the past and a version in service, its files in `folder`: a night may begin."""
    settings.MODELS_DIR = folder / "models"
    forget_frames()
    add_people()
    add_claims(n_claims, is_history=True)
    install_model()
