"""What a search for rules is given: claims that no rule flagged, with what was known at the cut-off, and those that came after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from fraud.company.values import current_settings
from fraud.detection.bundles import bundles_of
from fraud.learning.later_claims import LaterClaims
from fraud.learning.mining.choosing import Block
from fraud.learning.mining.files import write_block
from fraud.learning.mining.segments import Segment
from fraud.learning.models import Experiment
from fraud.learning.rounds import training_config, training_set
from fraud.learning.training.rows import known_labels

#: Of the missed misuse known at the cut-off, what is learnt from; the rest proves.
_LEARNT_SHARE = 2 / 3
#: With fewer misses nothing can be learnt and proven.
LEAST_MISSES = 6
_DAY = timedelta(days=1)


class TooFewMisses(ValueError):
    """The rules missed too little of the misuse known at the cut-off."""


def write_mining(experiment: Experiment, folder: Path, later: LaterClaims) -> dict[str, Any]:
    """Write the three blocks; only outcomes known at the cut-off for the first two. Raises TooFewMisses, NothingToTrainOn.

    Of a search in a segment one block: its claims since the cut-off, whatever rules said of them.
    """
    if experiment.options.get("segment") is not None:
        return _write_segment(experiment, folder, later)
    cut_off = experiment.cut_off_at.astimezone(UTC)
    config = training_config()
    data = training_set(cut_off=cut_off, config=config)
    known = known_labels(data.labels, cut_off).select("claim_id", "is_misuse")
    outcome = data.features.select("claim_id").join(known, on="claim_id", how="left", maintain_order="left")[
        "is_misuse"
    ]
    at = data.features["transacted_at"]
    old_enough = (at < cut_off - timedelta(days=config.delay_days)).to_numpy()
    usable = ~flagged(data.hits, data.rules.codes, experiment) & (
        outcome.is_not_null().to_numpy() | old_enough
    )
    misuse = outcome.fill_null(False).to_numpy()
    missed = at.filter(pl.Series(usable & misuse)).sort()
    if len(missed) < LEAST_MISSES:
        raise TooFewMisses()
    split = missed[int(len(missed) * _LEARNT_SHARE)]
    assert isinstance(split, datetime)
    is_older = (at < split).to_numpy()
    blocks = {
        "learn": _block(data.features, outcome, usable & is_older),
        "check": _block(data.features, outcome, usable & ~is_older),
        "latest": _latest(later, flagged(later.hits, later.rules.codes, experiment)),
    }
    for name, block in blocks.items():
        write_block(folder, name, block)
    counts = {
        "learnt": len(blocks["learn"]),
        "learnt_misuse": int(blocks["learn"].misuse.sum()),
        "checked": len(blocks["check"]),
        "checked_misuse": int(blocks["check"].misuse.sum()),
        "checked_from": split.isoformat(),
        "unflagged": len(blocks["latest"]),
        "unflagged_misuse": int(blocks["latest"].misuse.sum()),
    }
    Experiment.objects.filter(pk=experiment.pk).update(counts={**_counts(experiment), **counts})
    return {"currency": current_settings().currency}


def _write_segment(experiment: Experiment, folder: Path, later: LaterClaims) -> dict[str, Any]:
    segment = Segment.read(experiment.options["segment"])
    rows = segment.rows(later.features, settings.TIME_ZONE)
    chosen = later.features.filter(pl.Series(rows))
    block = Block(
        chosen, later.window.y[rows], later.window.weight[rows] > 0, bundles_of(chosen), _days(later.features)
    )
    write_block(folder, "segment", block)
    counts = {"in_segment": len(block), "in_segment_misuse": int(block.misuse.sum())}
    Experiment.objects.filter(pk=experiment.pk).update(counts={**_counts(experiment), **counts})
    return {"currency": current_settings().currency}


def flagged(hits: NDArray[np.bool_], codes: Sequence[str], experiment: Experiment) -> NDArray[np.bool_]:
    """Claims (n,) that a rule hit, those aside that the search was told to do without."""
    without = set(experiment.options.get("without") or [])
    counted = [j for j, code in enumerate(codes) if code not in without]
    return np.asarray(hits[:, counted].any(axis=1), dtype=bool)


def _counts(experiment: Experiment) -> dict[str, Any]:
    return dict(Experiment.objects.values_list("counts", flat=True).get(pk=experiment.pk))


def _block(features: pl.DataFrame, outcome: pl.Series, rows: NDArray[np.bool_]) -> Block:
    chosen = features.filter(pl.Series(rows))
    known = outcome.filter(pl.Series(rows))
    return Block(
        chosen,
        known.fill_null(False).to_numpy(),
        known.is_not_null().to_numpy(),
        bundles_of(chosen),
        _days(chosen),
    )


def _latest(later: LaterClaims, hit: NDArray[np.bool_]) -> Block:
    rows = ~hit
    chosen = later.features.filter(pl.Series(rows))
    return Block(
        chosen, later.window.y[rows], later.window.weight[rows] > 0, bundles_of(chosen), _days(later.features)
    )


def _days(frame: pl.DataFrame) -> float:
    first, last = frame["transacted_at"].min(), frame["transacted_at"].max()
    if not (isinstance(first, datetime) and isinstance(last, datetime)):
        return 0.0
    return max((last - first) / _DAY, 1.0)
