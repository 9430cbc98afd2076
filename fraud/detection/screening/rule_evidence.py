"""What a run knows of its rules by themselves, pinned when it opens: how narrow each is, and what its outcomes were.

A rule's hits are counted over the nights it ran. One that is new has not run on any: it is tried once on the last weeks of
claims, and from the next night on counts go on from what the last run had pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db.models import Count

from fraud.claims.bulk import read_frame
from fraud.claims.labels import label_history, labels_known_by
from fraud.claims.reading import db_time, known_claims
from fraud.company.values import current_calendar, from_json
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.detection.scoring.beliefs import DAYS, EARLIER, RuleEvidence
from fraud.detection.screening.context import features_and_context
from fraud.detection.screening.pending import claims_since
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


def evidence_of(run: ScreeningRun) -> dict[str, Any]:
    """Rule version id (as text) → what is known of it by the run's cut-off, as plain values (`RuleEvidence.to_json`)."""
    rules = rules_of(run)
    last, days, a_day = _recent(run.cut_off_at)
    if last is None:
        return {}
    known = _counted_before(run, a_day)
    new = [j for j, version in enumerate(rules.version_ids.tolist()) if version not in known]
    known |= _tried(rules, new, run.cut_off_at, last, days)
    outcomes = _outcomes(run)
    found = {}
    for spec, version in zip(rules.specs, rules.version_ids.tolist(), strict=True):
        hits, nights = known[version]
        reviewed, confirmed = outcomes.get(version, (0.0, 0.0))
        found[str(version)] = RuleEvidence(spec.code, hits, nights, reviewed, confirmed).to_json()
    return found


def _recent(cut_off: datetime) -> tuple[datetime | None, float, float]:
    """The last transaction known, the days before it that claims cover (at most DAYS), and the claims of one of them."""
    claims, known = known_claims(cut_off)
    moment = pl.Datetime("us", "UTC")
    span = read_frame(
        f"SELECT min(c.transacted_at) AS first, max(c.transacted_at) AS last FROM {claims}",
        known,
        schema={"first": moment, "last": moment},
    )
    first, last = span.row(0)
    if last is None:
        return None, 0.0, 0.0
    days = min(max((last - first) / timedelta(days=1), 1.0), float(DAYS))
    count = read_frame(
        f"SELECT count(*) AS n FROM {claims} WHERE c.transacted_at > %s",
        [*known, db_time(last - timedelta(days=days))],
        schema={"n": pl.Int64},
    )
    return last, days, max(count.item() / days, 1.0)


def _counted_before(run: ScreeningRun, a_day: float) -> dict[int, tuple[int, float]]:
    """Rule version → (hits, nights) as the last run had pinned them and since; at most DAYS nights, older ones fade."""
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
        found[int(version)] = (round(n_hits * fade), (state["nights"] + nights) * fade)
    return found


def _tried(
    rules: RunRules, new: list[int], cut_off: datetime, last: datetime, days: float
) -> dict[int, tuple[int, float]]:
    """Rule version → (hits, nights) of rules that have not run yet, on the last days of claims known by the cut-off."""
    if not new:
        return {}
    specs: tuple[RuleSpec, ...] = tuple(rules.specs[j] for j in new)
    start = last - timedelta(days=days)
    claims = claims_since(cut_off, history_start(start, specs))
    targets = (claims["transacted_at"] > start).to_numpy()
    _, context, asked = features_and_context(
        claims,
        targets,
        specs,
        calendar=current_calendar(),
        zone=settings.TIME_ZONE,
        labels=label_history(cut_off),
    )
    alone = RunRules(specs, rules.version_ids[new], rules.is_shadow[new], rules.context)
    hits = np.asarray(alone.evaluate(context, asked).hits, dtype=bool).sum(axis=0)
    return {int(rules.version_ids[j]): (int(n), days) for j, n in zip(new, hits, strict=True)}


def _outcomes(run: ScreeningRun) -> Mapping[int, tuple[float, float]]:
    """Rule version → (reviewed, confirmed) of its hits that the model alone would not have opened.

    Outcomes of a rule's earlier versions count EARLIER each.
    """
    threshold = from_json(run.settings_used).alert_threshold
    hits = read_frame(_REVIEWED, [run.pk, threshold], schema={"version": pl.Int64, "claim_id": pl.Int64})
    if hits.is_empty():
        return {}
    known = labels_known_by(run.cut_off_at).select("claim_id", "is_misuse")
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
