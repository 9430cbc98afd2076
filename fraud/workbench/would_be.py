"""What the claims of a period would score with a rule and without it: the model's own code, the night's own beliefs in rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import clock
from audit.actor import Actor
from fraud.claims.labels import labels_known_by
from fraud.company.values import current_calendar
from fraud.detection.model_files import champion
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.beliefs import DAYS, RuleEvidence, hope_of, with_level
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.recalibration import Recalibration
from fraud.detection.screening.rulebook import outside_share
from fraud.workbench.backtest import visible
from fraud.workbench.frames import Period, window_frames
from rules.engine import RuleSpec
from rules.language import Expression
from rules.language.transactions import PAYMENTS
from rules.models import RuleVersion
from rules.services.rule_sets import active_rule_set, current_context

Mask = NDArray[np.bool_]
_SCORES = ("hybrid_probability", "model_probability", "queue_probability", "novelty", "anomaly_score")


@dataclass(frozen=True)
class WouldBe:
    """The period's payments (n rows, by time) without those the reader is involved in.

    ``claims``: claim_id, cardholder_id, merchant_id, department, amount, currency, transacted_at, night (local date), week, is_misuse (null
    where no outcome is known). ``hits`` (n,): of the rule. ``before``, ``after``: probability, queue_probability, novelty, anomaly_score,
    pattern, is_always_open of each claim without the rule (or with the version that counts now), and with it.
    """

    period: Period
    claims: pl.DataFrame
    hits: Mask
    before: pl.DataFrame
    after: pl.DataFrame


def would_be(
    *,
    code: str,
    tree: Expression,
    by: Actor,
    period: Period | None,
    weight: float = 1.0,
    always: bool = False,
    rate: float | None = None,
) -> WouldBe | None:
    """Score the period's payments with the rules that count now, and with ``tree`` as the rule ``code`` among them; a rule that counts
    already just so is compared with the book without it.

    Each rule counts for the share of the cardholders that it is rolled out to, ``tree`` for ``rate`` (None: the share of the version that
    counts just so, else all); outside it a hit is a hit but lifts nothing. None where there are no claims. Takes seconds. Raises NoChampion, ModelDamaged.
    """
    now = active_rule_set()
    draft = RuleSpec(code, 0, tree, weight, always)
    kept = [spec for spec in now.specs if spec.code != code]
    mine = [*now.specs, draft]
    frames = window_frames(mine, period)
    if frames is None:
        return None
    rows = frames.rows
    pays = rows["txn_type"].is_in(PAYMENTS) & (rows["amount"] > 0) & (rows["net_amount"] > 0)
    keep = visible(frames, by) & pays.fill_null(False).to_numpy()
    if not keep.any():
        return None
    outcome = frames.evaluate(mine, current_context(calendar=current_calendar()), keep)
    features, hits = rows.filter(pl.Series(keep)), np.asarray(outcome.hits, dtype=bool)
    claims = _claims(features)
    old = list(range(len(now.specs)))
    new = [j for j in old if now.specs[j].code != code] + [len(mine) - 1]
    ids = dict(zip(now.specs, now.version_ids, strict=True))
    was, will = (old, list(now.specs)), (new, [*kept, draft])
    same = [j for j in old if now.specs[j].code == code and replace(now.specs[j], version=0) == draft]
    rates = [*_rates_of(now.version_ids), 1.0 if rate is None else rate]
    if same:
        was, will = (new[:-1], kept), was
        rates[same[0]] = rates[same[0]] if rate is None else rate
    counting = hits.copy()
    for j, (spec, share) in enumerate(zip(mine, rates, strict=True)):
        if share < 1:
            counting[:, j] &= ~outside_share(spec.code, share, features)
    before, after = (
        _scored(features, counting[:, columns], specs, ids, claims, frames.period)
        for columns, specs in (was, will)
    )
    return WouldBe(frames.period, claims, hits[:, -1], before, after)


def _rates_of(version_ids: Sequence[int]) -> list[float]:
    """The share of the cardholders that each version counts for."""
    known = dict(RuleVersion.objects.filter(pk__in=version_ids).values_list("pk", "rollout_rate"))
    return [float(known.get(pk, 1)) for pk in version_ids]


def _claims(features: pl.DataFrame) -> pl.DataFrame:
    local = pl.col("transacted_at").dt.convert_time_zone(settings.TIME_ZONE)
    known = labels_known_by(clock.now()).select("claim_id", "is_misuse")
    chosen = features.select(
        "claim_id",
        "cardholder_id",
        "merchant_id",
        pl.col("cardholder.department").alias("department"),
        "amount",
        "currency",
        "transacted_at",
        local.dt.date().alias("night"),
        local.dt.strftime("%G-W%V").alias("week"),
    )
    return chosen.join(known, on="claim_id", how="left", maintain_order="left")


def _scored(
    features: pl.DataFrame,
    hits: Mask,
    specs: list[RuleSpec],
    ids: dict[RuleSpec, int],
    claims: pl.DataFrame,
    period: Period,
) -> pl.DataFrame:
    last = ScreeningRun.objects.exclude(rule_evidence={}).order_by("-business_date", "-pk").first()
    pinned = (
        {} if last is None else {int(v): RuleEvidence.from_json(row) for v, row in last.rule_evidence.items()}
    )
    model = champion().model
    codes, weights = tuple(s.code for s in specs), tuple(s.weight for s in specs)
    misuse, known = (
        claims["is_misuse"].fill_null(False).to_numpy(),
        claims["is_misuse"].is_not_null().to_numpy(),
    )
    evidence = [
        pinned.get(ids.get(spec, 0)) or _tried(spec.code, column, misuse, known, period)
        for spec, column in zip(specs, hits.T, strict=True)
    ]
    hope = hope_of(list(pinned.values()))
    evidence = [
        each if ids.get(spec) in pinned else replace(each, hope=hope)
        for spec, each in zip(specs, evidence, strict=True)
    ]
    alone = model.score(features, hits, Rules(codes, weights))["model_probability"].to_numpy()
    evidence = [
        each if each.level is not None else with_level(each, alone[column])
        for each, column in zip(evidence, hits.T, strict=True)
    ]
    levels = tuple(float("nan") if each.level is None else each.level for each in evidence)
    rules = Rules(codes, weights, tuple(each.belief for each in evidence), levels)
    recalibration = Recalibration.from_json(last.recalibration) if last is not None else None
    scored = model.score(features, hits, rules, recalibration).select(*_SCORES)
    return scored.rename({"hybrid_probability": "probability"}).with_columns(*_leading(hits, specs))


def _tried(code: str, hits: Mask, misuse: Mask, known: Mask, period: Period) -> RuleEvidence:
    """What a rule that no night has run is known by: how often it hits, and the outcomes of what it hits."""
    nights = min(period.days, float(DAYS))
    n = round(int(hits.sum()) * nights / period.days)
    return RuleEvidence(
        code,
        n,
        nights,
        past_reviewed=float((hits & known).sum()),
        past_confirmed=float((hits & misuse).sum()),
    )


def _leading(hits: Mask, specs: list[RuleSpec]) -> tuple[pl.Series, pl.Series]:
    """(pattern, is_always_open) of each claim: an absolute ban before the others, then the heaviest, then the first by code."""
    order = sorted(
        range(len(specs)), key=lambda j: (not specs[j].always_open, -specs[j].weight, specs[j].code)
    )
    ranked = hits[:, order]
    has = ranked.any(axis=1)
    first = ranked.argmax(axis=1)
    codes = np.array([specs[j].code for j in order], dtype=object)
    pattern = pl.Series(
        "pattern",
        [
            code if hit else None
            for code, hit in zip(codes[first].tolist(), np.asarray(has).tolist(), strict=True)
        ],
        dtype=pl.String,
    )
    bans = [j for j, spec in enumerate(specs) if spec.always_open]
    return pattern, pl.Series(
        "is_always_open", hits[:, bans].any(axis=1) if bans else np.zeros(len(hits), dtype=bool)
    )


def version_shown(code: str) -> RuleVersion | None:
    """The version a preview is about: what is being written or waits, else what runs in shadow or counts."""
    states = RuleVersion.State
    found = {
        v.state: v
        for v in RuleVersion.objects.filter(rule__code=code).select_related("rule").order_by("number")
    }
    order = (states.DRAFT, states.PROPOSED, states.SHADOW, states.ACTIVE)
    return next((found[state] for state in order if state in found), None)
