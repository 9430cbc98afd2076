"""The catalogue's columns are what a training takes when nothing else is said."""

from __future__ import annotations

import polars as pl

from fraud.detection.features.catalogue import DETECTOR_FEATURES, TREE_FEATURES
from fraud.learning.training.catalogue import feature_choice
from fraud.learning.training.config import TrainingConfig


def test_training_takes_the_catalogues_columns_and_a_concept_for_each() -> None:
    config = feature_choice(pl.DataFrame(), TrainingConfig())
    assert config.tree_features == TREE_FEATURES
    assert config.detector_features == DETECTOR_FEATURES
    assert set(TREE_FEATURES) <= set(config.concepts or {})


def test_detectors_read_nothing_derived_from_labels() -> None:
    config = feature_choice(pl.DataFrame(), TrainingConfig())
    assert not [name for name in config.detector_features or () if "misuse" in name or "known" in name]
