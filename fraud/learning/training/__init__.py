"""Training: from known outcomes to a frozen hybrid model and its card."""

from __future__ import annotations

from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.report import TrainingReport
from fraud.learning.training.rows import NothingToTrainOn
from fraud.learning.training.train import TrainedModel, train_hybrid

__all__ = ["NothingToTrainOn", "TrainedModel", "TrainingConfig", "TrainingReport", "train_hybrid"]
