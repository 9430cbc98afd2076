"""What a run knows of its rules by themselves, pinned when it opens: how narrow each is, and what its outcomes were.

A rule's hits are counted over the nights it ran. One that is new has not run on any: it is tried once on the last weeks of
claims and on the outcomes that came with the history (`rule_trial`), and from the next night on counts go on from what the last
run had pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Count
from numpy.typing import NDArray

from fraud.claims.bulk import read_frame
from fraud.claims.labels import newest_labels, told_labels
from fraud.claims.reading import db_time
from fraud.claims.spans import known_span, n_known_after
from fraud.company.values import from_json
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.detection.scoring.beliefs import DAYS, EARLIER, RuleEvidence, with_hope, with_level
from fraud.detection.scoring.hybrid import HybridModel
from fraud.detection.screening.kept_windows import KeptWindows
from fraud.detection.screening.rule_trial import Tried, try_rules
from fraud.detection.screening.rulebook import rules_of
from rules.models import RuleVersion

_REVIEWED = """
    SELECT DISTINCT h.rule_version_id AS version, h.claim_id
    FROM fraud_label l JOIN fraud_rulehit h ON h.claim_id = l.claim_id
    JOIN fraud_score s ON s.run_id = h.run_id AND s.claim_id = h.claim_id
    WHERE h.run_id < %s AND s.model_probability <= %s
"""


_ALONE = """
    SELECT h.rule_version_id AS version, s.model_probability AS alone FROM fraud_rulehit h
    JOIN fraud_score s ON s.run_id = h.run_id AND s.claim_id = h.claim_id JOIN fraud_screeningrun r ON r.id = h.run_id
    WHERE h.run_id < %s AND r.cut_off_at > %s
"""


def evidence_of(
    run: ScreeningRun,
    labels: pl.DataFrame | None = None,
    model: HybridModel | None = None,
    kept: KeptWindows | None = None,
) -> dict[str, Any]:
    """Rule version id (as text) → what is known of it by the run's cut-off, as plain values (`RuleEvidence.to_json`).

    `labels` is `told_labels` of the cut-off where the caller has them; `model` the version that will score: without it the
    hits of a rule that has not run yet have no level; `kept` the windows of a large night (`try_rules`).
    """
    labels = told_labels(run.cut_off_at) if labels is None else labels
    rules = replace(rules_of(run), evidence={})
    last, days, a_day = _recent(run.cut_off_at)
    if last is None:
        return {}
    known = _counted_before(run, a_day)
    new = [j for j, version in enumerate(rules.version_ids.tolist()) if version not in known]
    known |= try_rules(rules, new, run, labels, model=model, last=last, days=days, kept=kept)
    outcomes, alone = _outcomes(run, labels), _alone(run)
    evidence = []
    for spec, version in zip(rules.specs, rules.version_ids.tolist(), strict=True):
        tried = known[version]
        reviewed, confirmed = outcomes.get(version, (0.0, 0.0))
        past = tried.past_reviewed, tried.past_confirmed
        evidence.append(
            RuleEvidence(
                spec.code, tried.hits, tried.nights, reviewed, confirmed, *past, tried_odds=tried.odds
            )
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


def _counted_before(run: ScreeningRun, a_day: float) -> dict[int, Tried]:
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
        odds = tuple(state.get("tried_odds", ()))
        found[int(version)] = Tried(round(n_hits * fade), (state["nights"] + nights) * fade, *past, odds)
    return found


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
