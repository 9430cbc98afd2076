"""What a run knows of its rules by themselves, pinned when it opens: how narrow each is, and what its outcomes were.

A rule's hits are counted over the nights it ran. One that is new has not run on any: it is tried once on the last weeks of
claims and on the outcomes that came with the history, and from the next night on counts go on from what the last run had pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db.models import Count
from numpy.typing import NDArray

from fraud.claims.bulk import read_frame
from fraud.claims.labels import history_of, newest_labels, told_labels
from fraud.claims.reading import db_time
from fraud.claims.spans import known_span, n_known_after
from fraud.company.values import current_calendar, from_json
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.detection.scoring.beliefs import DAYS, EARLIER, RuleEvidence, with_hope, with_level
from fraud.detection.screening.context import features_and_context
from fraud.detection.screening.reads import claims_since
from fraud.detection.screening.rulebook import RunRules, rules_of
from fraud.detection.screening.windows import history_start
from rules.engine import RuleSpec
from rules.models import RuleVersion

_REVIEWED = """
    SELECT DISTINCT h.rule_version_id AS version, h.claim_id
    FROM fraud_label l JOIN fraud_rulehit h ON h.claim_id = l.claim_id
    JOIN fraud_score s ON s.run_id = h.run_id AND s.claim_id = h.claim_id
    WHERE h.run_id < %s AND s.model_probability <= %s
"""


#: How far back outcomes from before the product say anything of a rule.
PAST_DAYS = 365
_SCORED_LABELS = """
    SELECT DISTINCT l.claim_id FROM fraud_label l JOIN fraud_score s ON s.claim_id = l.claim_id WHERE s.run_id < %s
"""
_NEWEST = """
    SELECT s.claim_id, s.model_probability AS alone FROM fraud_score s
    WHERE s.id IN (SELECT MAX(n.id) FROM fraud_score n WHERE n.run_id < %s GROUP BY n.claim_id)
"""
_ALONE = """
    SELECT h.rule_version_id AS version, s.model_probability AS alone FROM fraud_rulehit h
    JOIN fraud_score s ON s.run_id = h.run_id AND s.claim_id = h.claim_id JOIN fraud_screeningrun r ON r.id = h.run_id
    WHERE h.run_id < %s AND r.cut_off_at > %s
"""
#: (hits, nights, past_reviewed, past_confirmed) of a rule version
Known = tuple[int, float, float, float]


def evidence_of(run: ScreeningRun, labels: pl.DataFrame | None = None) -> dict[str, Any]:
    """Rule version id (as text) → what is known of it by the run's cut-off, as plain values (`RuleEvidence.to_json`).

    `labels` is `told_labels` of the cut-off where the caller has them.
    """
    labels = told_labels(run.cut_off_at) if labels is None else labels
    rules = rules_of(run)
    last, days, a_day = _recent(run.cut_off_at)
    if last is None:
        return {}
    known = _counted_before(run, a_day)
    new = [j for j, version in enumerate(rules.version_ids.tolist()) if version not in known]
    tried, alone_of_new = _tried(rules, new, run, labels, last, days)
    known |= tried
    outcomes, alone = _outcomes(run, labels), _alone(run) | alone_of_new
    evidence = []
    for spec, version in zip(rules.specs, rules.version_ids.tolist(), strict=True):
        hits, nights, past_reviewed, past_confirmed = known[version]
        reviewed, confirmed = outcomes.get(version, (0.0, 0.0))
        evidence.append(
            RuleEvidence(spec.code, hits, nights, reviewed, confirmed, past_reviewed, past_confirmed)
        )
    versions = rules.version_ids.tolist()
    pairs = zip(versions, with_hope(evidence), strict=True)
    return {str(v): with_level(each, alone.get(v, np.zeros(0))).to_json() for v, each in pairs}


def _recent(cut_off: datetime) -> tuple[datetime | None, float, float]:
    """The last transaction known, the days before it that claims cover (at most DAYS), and the claims of one of them."""
    first, last = known_span(cut_off)
    if first is None or last is None:
        return None, 0.0, 0.0
    days = min(max((last - first) / timedelta(days=1), 1.0), float(DAYS))
    n = n_known_after(cut_off, last - timedelta(days=days))
    return last, days, max(n / days, 1.0)


def _counted_before(run: ScreeningRun, a_day: float) -> dict[int, Known]:
    """What the last run had pinned of each rule version, and its hits and nights since; at most DAYS nights, older ones fade."""
    earlier = ScreeningRun.objects.filter(pk__lt=run.pk, state=ScreeningRun.State.FINISHED)
    last = earlier.exclude(rule_evidence={}).order_by("-pk").first()
    if last is None:
        return {}
    since = earlier.filter(pk__gte=last.pk)
    nights = sum(since.values_list("n_scored", flat=True)) / a_day
    rows = RuleHit.objects.filter(run__in=since).order_by().values_list("rule_version_id")
    hits = dict(rows.annotate(n=Count("claim_id", distinct=True)))
    found = {}
    for version, state in last.rule_evidence.items():
        fade = min(1.0, DAYS / (state["nights"] + nights)) if state["nights"] + nights else 1.0
        n_hits = state["hits"] + hits.get(int(version), 0)
        past = state.get("past_reviewed", 0.0), state.get("past_confirmed", 0.0)
        found[int(version)] = (round(n_hits * fade), (state["nights"] + nights) * fade, *past)
    return found


def _tried(
    rules: RunRules, new: list[int], run: ScreeningRun, told: pl.DataFrame, last: datetime, days: float
) -> tuple[dict[int, Known], dict[int, NDArray[np.float64]]]:
    """Of rules that have not run yet, on claims known by the cut-off: hits of the last days, hits among the claims whose outcome is
    known without a night having scored them, and what the model alone thought of the recent hits."""
    if not new:
        return {}, {}
    specs: tuple[RuleSpec, ...] = tuple(rules.specs[j] for j in new)
    start = last - timedelta(days=days)
    past = _past_outcomes(run, told)
    earliest = past["transacted_at"].min() if past.height else start
    assert isinstance(earliest, datetime)
    claims = claims_since(run.cut_off_at, history_start(min(start, earliest), specs))
    is_recent = (claims["transacted_at"] > start).to_numpy()
    targets = is_recent | claims["claim_id"].is_in(past["claim_id"].implode()).to_numpy()
    features, context, asked = features_and_context(
        claims, targets, specs, calendar=current_calendar(), zone=settings.TIME_ZONE, labels=history_of(told)
    )
    alone = RunRules(specs, rules.version_ids[new], rules.is_shadow[new], rules.context)
    hits = np.asarray(alone.evaluate(context, asked, features).hits, dtype=bool)
    judged = features.select("claim_id", "transacted_at").join(
        past.select("claim_id", "is_misuse"), on="claim_id", how="left", maintain_order="left"
    )
    recent = (judged["transacted_at"] > start).to_numpy()
    reviewed = judged["is_misuse"].is_not_null().to_numpy()
    misuse = judged["is_misuse"].fill_null(False).to_numpy()
    known = {
        int(rules.version_ids[j]): (
            int(column[recent].sum()),
            days,
            float((column & reviewed).sum()),
            float((column & misuse).sum()),
        )
        for j, column in zip(new, hits.T, strict=True)
    }
    thought = _thought_of(run, judged["claim_id"])
    return known, {
        int(rules.version_ids[j]): thought[column & recent & ~np.isnan(thought)]
        for j, column in zip(new, hits.T, strict=True)
    }


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


def _alone(run: ScreeningRun) -> dict[int, NDArray[np.float64]]:
    """Rule version → what the model alone thought of its hits in the nights of the last DAYS."""
    since = db_time(run.cut_off_at - timedelta(days=DAYS))
    rows = read_frame(_ALONE, [run.pk, since], schema={"version": pl.Int64, "alone": pl.Float64})
    groups = rows.group_by("version").agg(pl.col("alone"))
    return {version: np.asarray(values, dtype=np.float64) for version, values in groups.iter_rows()}


def _outcomes(run: ScreeningRun, told: pl.DataFrame) -> Mapping[int, tuple[float, float]]:
    """Rule version → (reviewed, confirmed) of its hits that the model alone would not have opened.

    Outcomes of a rule's earlier versions count EARLIER each.
    """
    threshold = from_json(run.settings_used).alert_threshold
    hits = read_frame(_REVIEWED, [run.pk, threshold], schema={"version": pl.Int64, "claim_id": pl.Int64})
    if hits.is_empty():
        return {}
    known = newest_labels(told).select("claim_id", "is_misuse")
    sums = (
        hits.join(known, on="claim_id")
        .group_by("version")
        .agg(pl.len().alias("n"), pl.col("is_misuse").sum())
    )
    own = {version: (float(n), float(misuse)) for version, n, misuse in sums.iter_rows()}
    versions = RuleVersion.objects.filter(rule__versions__in=list(own)).distinct()
    by_rule: dict[int, list[tuple[int, int]]] = {}
    for pk, rule, number in versions.values_list("pk", "rule_id", "number"):
        by_rule.setdefault(rule, []).append((number, pk))
    return {pk: total for rows in by_rule.values() for pk, total in _with_earlier(sorted(rows), own)}


def _with_earlier(
    versions: list[tuple[int, int]], own: Mapping[int, tuple[float, float]]
) -> list[tuple[int, tuple[float, float]]]:
    found, reviewed, confirmed = [], 0.0, 0.0
    for _, pk in versions:
        n, misuse = own.get(pk, (0.0, 0.0))
        found.append((pk, (n + EARLIER * reviewed, misuse + EARLIER * confirmed)))
        reviewed, confirmed = reviewed + n, confirmed + misuse
    return found
