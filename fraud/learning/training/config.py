"""What may be chosen about a training, with the values that were measured to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fraud.detection.detectors.tree import TreeSettings
from fraud.detection.scoring.calibration import PLATT_FROM
from fraud.detection.scoring.formula import Constants


@dataclass(frozen=True)
class TrainingConfig:
    """Windows in days, sizes in rows.

    ``unreviewed_weight``: weight of claims nobody reviewed as genuine ones while fitting the trees; None leaves them out. Stack and
    calibration always count them in full, because the score is read on the whole population.
    ``delay_days``: how long an outcome takes to become known; younger unreviewed claims say nothing yet.
    ``percent_from``: confirmed misuse in the held-out blocks from which a score is a percentage; with fewer it is a rank.
    ``tree_features``, ``detector_features``, ``concepts``: None takes the feature catalogue's.
    """

    window_days: int = 56
    min_confirmed: int = 300
    delay_days: int = 7
    block_days: int = 14
    n_blocks: int = 2
    detector_rows: int = 30_000
    max_negatives: int = 100_000
    unreviewed_weight: float | None = 0.2
    min_fold_confirmed: int = 5
    percent_from: int = PLATT_FROM
    stack_strength: float = 0.2
    detectors: tuple[str, ...] = ("iforest", "hbos", "ecdf", "autoencoder", "peers")
    trees: TreeSettings = field(default_factory=TreeSettings)
    constants: Constants = field(default_factory=Constants)
    seed: int = 0
    tree_features: tuple[str, ...] | None = None
    detector_features: tuple[str, ...] | None = None
    concepts: Mapping[str, str] | None = None

    @property
    def reach_days(self) -> int:
        """Days before the delay gap that rows come from, where misuse is plentiful: the window, or what the out-of-fold blocks need if
        that is more: themselves, the gap before the first of them, and a block to learn from."""
        return max(self.window_days, (self.n_blocks + 1) * self.block_days + self.delay_days)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model card and the training process."""
        return asdict(self)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> TrainingConfig:
        """What ``to_json`` gave, after a round trip through JSON."""
        own = dict(state)
        own["trees"] = TreeSettings(**own["trees"])
        own["constants"] = Constants(**own["constants"])
        own["detectors"] = tuple(own["detectors"])
        for name in ("tree_features", "detector_features"):
            own[name] = tuple(own[name]) if own[name] is not None else None
        return cls(**own)
