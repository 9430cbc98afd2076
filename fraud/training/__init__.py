"""Training: from known outcomes to a frozen hybrid model and its card."""

from __future__ import annotations

from fraud.training.config import TrainingConfig
from fraud.training.report import TrainingReport
from fraud.training.rows import NothingToTrainOn
from fraud.training.train import TrainedModel, train_hybrid

__all__ = ["NothingToTrainOn", "TrainedModel", "TrainingConfig", "TrainingReport", "train_hybrid"]
