"""Which columns the trees and the detectors read: the configuration's, else the feature catalogue's."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from fraud.learning.training.config import TrainingConfig


def feature_choice(features: pl.DataFrame, config: TrainingConfig) -> TrainingConfig:
    """The configuration with explicit columns and concepts. Raises FeaturesMissing later if the frame lacks one of them."""
    if (
        config.tree_features is not None
        and config.detector_features is not None
        and config.concepts is not None
    ):
        return config
    from fraud.detection.features import catalogue

    concepts = {name: str(feature.concept) for name, feature in catalogue.DESCRIBED.items()}
    return replace(
        config,
        tree_features=config.tree_features
        if config.tree_features is not None
        else tuple(catalogue.TREE_FEATURES),
        detector_features=config.detector_features
        if config.detector_features is not None
        else tuple(catalogue.DETECTOR_FEATURES),
        concepts=config.concepts if config.concepts is not None else concepts,
    )
