"""Trying rules that have not run yet: on the last weeks of claims, and on the outcomes that came with the history.

A rule's first night comes after months of claims that no night judged. They say how often it hits, what its hits turned out to
be, and what the version in service thinks of them: without that its silence about one hit could not be told from its silence
about all of them, and a broad rule would accuse everybody it hits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from fraud.claims.bulk import read_frame
from fraud.claims.labels import history_of, newest_labels
from fraud.claims.spans import n_known_after
from fraud.company.values import current_calendar
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.beliefs import odds_kept
from fraud.detection.scoring.hybrid import HybridModel
from fraud.detection.screening.context import columns_of_past, features_and_context
from fraud.detection.screening.kept_windows import KeptWindows
from fraud.detection.screening.large import judge_claims
from fraud.detection.screening.reads import claims_of, claims_since, past_of, with_approvers
from fraud.detection.screening.rulebook import RunRules
from fraud.detection.screening.windows import history_start

Mask = NDArray[np.bool_]
#: How far back outcomes from before the product say anything of a rule.
PAST_DAYS = 365
#: Hits of the last weeks that are scored at most, spread over all of them: a level is a mean and needs no more.
_MOST_SCORED = 20_000
_SCORED_LABELS = """
    SELECT DISTINCT l.claim_id FROM fraud_label l JOIN fraud_score s ON s.claim_id = l.claim_id WHERE s.run_id < %s
"""
_NEWEST = """
    SELECT s.claim_id, s.model_probability AS alone FROM fraud_score s
    WHERE s.id IN (SELECT MAX(n.id) FROM fraud_score n WHERE n.run_id < %s GROUP BY n.claim_id)
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule version did before the run: hits over so many nights, outcomes from before the product, and the log-odds the
    model alone gives to some of its hits (`odds_kept`)."""

    hits: int
    nights: float
    past_reviewed: float = 0.0
    past_confirmed: float = 0.0
    odds: tuple[float, ...] = ()


def try_rules(
    rules: RunRules,
    new: list[int],
    run: ScreeningRun,
    told: pl.DataFrame,
    *,
    model: HybridModel | None,
    last: datetime,
    days: float,
    kept: KeptWindows | None = None,
) -> dict[int, Tried]:
    """Rule version id → what the rules at positions `new` do on claims known by the cut-off: hits of the `days` before `last`, hits
    among the claims whose outcome is known without a night having scored them, and what the model thinks of the recent hits.

    `model`: the version that will score; without it only what earlier nights thought of the claims is known. `kept`: the windows of a
    large night; where all these claims are tonight's, they need not be worked out again.
    """
    if not new:
        return {}
    start = last - timedelta(days=days)
    past = _past_outcomes(run, told)
    asked_for = None if kept is None else _all_tonight(kept, run, start, past)
    if kept is not None and asked_for is not None:
        tonight = judge_claims(run, kept, asked_for)
        features, hits = tonight.features, np.asarray(tonight.outcome.hits, dtype=bool)
    else:
        features, hits = _hits_since(rules, start, past, run, told)
    judged = features.select("claim_id", "transacted_at").join(
        past.select("claim_id", "is_misuse"), on="claim_id", how="left", maintain_order="left"
    )
    recent = (judged["transacted_at"] > start).to_numpy()
    reviewed = judged["is_misuse"].is_not_null().to_numpy()
    misuse = judged["is_misuse"].fill_null(False).to_numpy()
    thought = _thought_of(run, judged["claim_id"])
    if model is not None:
        asked = recent & hits[:, new].any(axis=1) & np.isnan(thought)
        thought = _scored_now(model, rules, features, hits, asked, thought)
    known = recent & ~np.isnan(thought)
    return {
        int(rules.version_ids[j]): Tried(
            int((hits[:, j] & recent).sum()),
            days,
            float((hits[:, j] & reviewed).sum()),
            float((hits[:, j] & misuse).sum()),
            odds_kept(thought[hits[:, j] & known]),
        )
        for j in new
    }


def _all_tonight(
    kept: KeptWindows, run: ScreeningRun, start: datetime, past: pl.DataFrame
) -> list[int] | None:
    """The claims since `start` and those with an outcome, where the run looks at all of them; else None."""
    recent = kept.claims.filter(pl.col("transacted_at") > start)["claim_id"]
    if recent.len() != n_known_after(run.cut_off_at, start):
        return None
    asked_for = pl.concat([recent, past["claim_id"]]).unique()
    return asked_for.to_list() if asked_for.is_in(kept.claims["claim_id"].implode()).all() else None


def _hits_since(
    rules: RunRules, start: datetime, past: pl.DataFrame, run: ScreeningRun, told: pl.DataFrame
) -> tuple[pl.DataFrame, Mask]:
    """Features of the claims since `start` and of those with an outcome, by time, and which of all the rules each meets."""
    earliest = past["transacted_at"].min() if past.height else start
    assert isinstance(earliest, datetime)
    since, columns = history_start(min(start, earliest), rules.specs), columns_of_past(rules.specs)
    labels = history_of(told)
    if columns is None:
        claims = claims_since(run.cut_off_at, since)
    else:
        claims, labels = past_of(run.cut_off_at, since, None, columns), with_approvers(labels, run.cut_off_at)
    is_recent = (claims["transacted_at"] > start).to_numpy()
    targets = is_recent | claims["claim_id"].is_in(past["claim_id"].implode()).to_numpy()
    asked_for = claims["claim_id"].filter(pl.Series(targets))
    features, context, asked = features_and_context(
        claims,
        targets,
        rules.specs,
        calendar=current_calendar(),
        zone=settings.TIME_ZONE,
        labels=labels,
        wanted=None if columns is None else claims_of(run.cut_off_at, asked_for),
        parameters=rules.context.parameters,
    )
    del claims
    return features, np.asarray(rules.evaluate(context, asked, features).hits, dtype=bool)


def _scored_now(
    model: HybridModel,
    rules: RunRules,
    features: pl.DataFrame,
    hits: Mask,
    asked: Mask,
    thought: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`thought` with what the model alone thinks of the claims that are asked about, at most _MOST_SCORED of them."""
    rows = np.flatnonzero(asked)
    rows = rows[:: -(-len(rows) // _MOST_SCORED) or 1]
    if not len(rows):
        return thought
    plain = replace(rules, evidence={}).for_score()
    scores = model.score(features[rows], hits[rows][:, rules.counted], plain)
    found = thought.copy()
    found[rows] = scores["model_probability"].to_numpy()
    return found


def _past_outcomes(run: ScreeningRun, told: pl.DataFrame) -> pl.DataFrame:
    """`claim_id, is_misuse, transacted_at` of the last year's outcomes whose claims no night had scored."""
    known = newest_labels(told).filter(pl.col("transacted_at") > run.cut_off_at - timedelta(days=PAST_DAYS))
    scored = read_frame(_SCORED_LABELS, [run.pk], schema={"claim_id": pl.Int64})
    return known.join(scored, on="claim_id", how="anti").select("claim_id", "is_misuse", "transacted_at")


def _thought_of(run: ScreeningRun, claims: pl.Series) -> NDArray[np.float64]:
    """What the model alone thought of these claims when it judged them last, nan where it has not; in their order."""
    scores = read_frame(_NEWEST, [run.pk], schema={"claim_id": pl.Int64, "alone": pl.Float64})
    found = claims.to_frame("claim_id").join(scores, on="claim_id", how="left", maintain_order="left")
    return found["alone"].fill_null(float("nan")).to_numpy()
