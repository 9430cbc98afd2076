"""The rows that are stored of a part: which claims are in it, their scores, their hits, and why."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray

from fraud.company.values import CompanyValues, SettingsDamaged, from_json
from fraud.detection.model_files import ModelDamaged, load_version
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.recalibration import Recalibration
from fraud.detection.screening.explain import explain_parts
from fraud.detection.screening.large import limits_of
from fraud.detection.screening.night_frame import NightFrame
from fraud.detection.screening.timing import timed

log = logging.getLogger(__name__)
# fmt: off
SCORE_COLUMNS = (
    "run_id", "claim_id", "claim_version", "rule_score", "tree_probability", "anomaly_score", "novelty", "z",
    "model_probability", "hybrid_probability",
    "queue_probability", "shadow_probability", "band", "is_calibrated", "expected_loss_minor",
)
# fmt: on
HIT_COLUMNS = ("run_id", "claim_id", "rule_version_id", "is_shadow", "is_suppressed")
#: What no single claim can cause.
OF_THE_WHOLE = (ModelDamaged, SettingsDamaged, OperationalError, InterfaceError, OSError)


def part_rows(features: pl.DataFrame, spec: dict[str, Any]) -> NDArray[np.int64]:
    """Positions of a part's claims: stretch of time or bucket of the cardholder, and after a split also a bucket of the claim."""
    if "since" in spec:
        inside = _in_stretch(features["transacted_at"], spec)
    else:
        inside = features["cardholder_id"].to_numpy() % spec["of"] == spec["bucket"]
    if "claims_of" in spec:
        inside &= features["claim_id"].to_numpy() % spec["claims_of"] == spec["claims_bucket"]
    return np.flatnonzero(inside)


def _in_stretch(at: pl.Series, spec: dict[str, Any]) -> NDArray[np.bool_]:
    since, until = limits_of(spec)
    inside = np.ones(len(at), dtype=np.bool_)
    if since is not None:
        inside &= (at >= since).to_numpy()
    if until is not None:
        inside &= (at < until).to_numpy()
    return inside


def columns_read(run: ScreeningRun) -> list[str]:
    """What scoring a part reads of the feature frame."""
    assert run.model_version is not None
    names = dict.fromkeys(["claim_id", "amount", *load_version(run.model_version).feature_names])
    if run.shadow_version is not None:
        try:
            names |= dict.fromkeys(load_version(run.shadow_version).feature_names)
        except ModelDamaged:
            log.exception("shadow.failed", extra={"model": run.shadow_version.reference})
    return list(names)


def score_rows(
    run: ScreeningRun, features: pl.DataFrame, hits: NDArray[np.bool_], frame: NightFrame
) -> pl.DataFrame:
    """Score rows as stored; the champion must open, a challenger that does not leaves its column empty.

    Raises ModelDamaged and DetectorFailed: a claim is never stored with a part of its score missing.
    """
    assert run.model_version is not None
    model = load_version(run.model_version)
    values = from_json(run.settings_used)
    counted = hits[:, frame.rules.counted]
    with timed("score"):
        recalibration = Recalibration.from_json(run.recalibration)
        scored = model.score(features, counted, frame.rules.for_score(), recalibration)
    shadow = _shadow_probability(run, features, counted, frame)
    stored = scored.with_columns(
        features["claim_id"],
        frame.versions_of(features["claim_id"]),
        pl.lit(run.pk, dtype=pl.Int64).alias("run_id"),
        pl.lit(model.is_calibrated).alias("is_calibrated"),
        shadow.alias("shadow_probability"),
    )
    return with_bands(stored, features["amount"], values)


def _shadow_probability(
    run: ScreeningRun, features: pl.DataFrame, hits: NDArray[np.bool_], frame: NightFrame
) -> pl.Series:
    if run.shadow_version is not None:
        try:
            challenger = load_version(run.shadow_version)
            return challenger.score(features, hits, frame.rules.for_score())["model_probability"]
        except (ModelDamaged, RuntimeError, ValueError):
            log.exception("shadow.failed", extra={"model": run.shadow_version.reference})
    return pl.Series([None] * features.height, dtype=pl.Float64)


def with_bands(scores: pl.DataFrame, amounts: pl.Series, values: CompanyValues) -> pl.DataFrame:
    """Adds `band` by the company's cuts and `expected_loss_minor` = probability x amount (minor units; refunds count 0)."""
    p = pl.col("hybrid_probability")
    band = (
        pl.when(p >= values.band_high)
        .then(pl.lit("high"))
        .when(p >= values.band_medium)
        .then(pl.lit("medium"))
        .otherwise(pl.lit("low"))
    )
    loss = (p * amounts.clip(lower_bound=0)).round().cast(pl.Int64)
    return scores.with_columns(band.alias("band"), loss.alias("expected_loss_minor"))


def hit_rows_of(
    run: ScreeningRun,
    claim_ids: pl.Series,
    hits: NDArray[np.bool_],
    muted: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    frame: NightFrame,
) -> pl.DataFrame:
    """Hits as stored: those that count, and suppressed ones and those outside a rule's share, which are only watched, as if in shadow."""
    rows, rules = np.nonzero(hits | muted | outside)
    return pl.DataFrame(
        {
            "run_id": np.full(len(rows), run.pk, dtype=np.int64),
            "claim_id": claim_ids.to_numpy()[rows],
            "rule_version_id": frame.rules.version_ids[rules],
            "is_shadow": frame.rules.is_shadow[rules] | muted[rows, rules] | outside[rows, rules],
            "is_suppressed": muted[rows, rules],
        }
    )


def with_reasons(
    run: ScreeningRun, frame: NightFrame, scores: pl.DataFrame, hits: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores and hits of a large night's part with the reasons of what the opening would explain anyway.

    What cannot be explained is scored all the same: the opening tries again.
    """
    try:
        told = explain_parts(run, frame, scores)
    except OF_THE_WHOLE:
        raise
    except Exception:
        log.exception("part.not_explained", extra={"run": run.reference})
        return scores, hits
    texts = [(claim, one.reasons, one.features) for claim, one in told.items()]
    facts = [(claim, version, text) for claim, one in told.items() for version, text in one.facts.items()]
    return (
        _beside(scores, texts, {"claim_id": pl.Int64, "reasons": pl.String, "features": pl.String}),
        _beside(hits, facts, {"claim_id": pl.Int64, "rule_version_id": pl.Int64, "facts": pl.String}),
    )


def _beside(frame: pl.DataFrame, rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    keys = [name for name in schema if name in frame.columns]
    more = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.join(more, on=keys, how="left", maintain_order="left")


def stored_columns(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in frame.columns]
