"""Time-ordered out-of-fold blocks: what a model trained earlier would have said, with what was known then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.rows import TrainingRows

_DAY = 86_400_000_000


@dataclass(frozen=True)
class Fold:
    """Masks over the training rows: learn from ``train``, predict ``block``; ``as_known`` = only labels known at the block's start."""

    train: NDArray[np.bool_]
    block: NDArray[np.bool_]
    as_known: bool


def folds(rows: TrainingRows, end_us: int, config: TrainingConfig) -> list[Fold]:
    """The last ``n_blocks`` blocks of ``block_days`` before ``end_us`` that have misuse to learn from and to check.

    Training rows lie a delay gap before their block, and their outcome was known when the block began. Outcomes delivered all at
    once (a first import of old cases) were never known that early; then only the gap keeps the order.
    """
    out = []
    for k in range(config.n_blocks, 0, -1):
        start, stop = end_us - k * config.block_days * _DAY, end_us - (k - 1) * config.block_days * _DAY
        # The last block also takes the reviewed claims of the delay gap.
        block = (rows.at >= start) & ((rows.at < stop) | (k == 1))
        old_enough = rows.at < start - config.delay_days * _DAY
        known = old_enough & (~rows.reviewed | (rows.known <= start))
        enough = int((known & rows.y).sum()) >= config.min_fold_confirmed
        train = known if enough else old_enough
        if (
            int((train & rows.y).sum()) >= config.min_fold_confirmed
            and (rows.y & block).any()
            and (train & ~rows.y).any()
        ):
            out.append(Fold(train, block, enough))
    return out
