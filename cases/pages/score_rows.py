"""Scores as an export tells them: claim, night, what they were computed with, their parts, and what the night decided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import Alert, HeldBack
from fraud.claims.panels import scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.models import Score, ScreeningRun
from rules.money import to_decimal

ACTION = "fraud.export_scores"
_CHUNK = 1000
HEAD = (
    "claim",
    "source_system",
    "claim_version",
    "night",
    "run",
    "model_version",
    "rule_set",
    "settings",
    "code_version",
    "rule_score",
    "tree_probability",
    "anomaly_score",
    "novelty",
    "z",
    "model_probability",
    "probability",
    "ranking",
    "shadow_probability",
    "is_calibrated",
    "band",
    "expected_loss",
    "currency",
    "decision",
    "channel",
)


@dataclass(frozen=True, slots=True)
class Nights:
    """Which scores: of one run, or of nights from one business date to another, both included; None is open."""

    run: str = ""
    since: date | None = None
    until: date | None = None

    def runs(self) -> QuerySet[ScreeningRun]:
        """The finished runs, oldest first."""
        runs = ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED)
        if self.run:
            runs = runs.filter(reference=self.run)
        if self.since:
            runs = runs.filter(business_date__gte=self.since)
        if self.until:
            runs = runs.filter(business_date__lte=self.until)
        return runs.order_by("business_date", "id")


def export_scores(nights: Nights, *, reason: str, by: Actor) -> Iterator[list[Any]]:
    """Lines in the order of HEAD, streamed; the export is recorded at once. Raises NotPermitted.

    Claims the reader is involved in and random checks that are not decided are left out. `probability` is empty while the model
    ranks only; amounts are decimals of `currency`.
    """
    require(by, ACTION)
    runs = list(nights.runs().select_related("model_version"))
    with one_transaction():
        record(
            action="scores.exported",
            by=by,
            subject=CONFIG,
            reason=reason,
            after={"runs": [runs[0].reference, runs[-1].reference] if runs else [], "n_runs": len(runs)},
        )
    return _lines(runs, by)


def _lines(runs: Sequence[ScreeningRun], by: Actor) -> Iterator[list[Any]]:
    for run in runs:
        pinned = _pinned(run)
        scores = within_units(Score.objects.filter(run=run), by, "claim__cardholder__department")
        scores = scores.select_related("claim").defer("reasons", "features")
        rows = scores.order_by("claim_id").iterator(chunk_size=_CHUNK)
        while chunk := list(islice(rows, _CHUNK)):
            ids = [score.claim_id for score in chunk]
            hidden, decided = scores_hidden_from(by, ids), _decisions(run, ids)
            for score in chunk:
                if score.claim_id not in hidden:
                    yield _line(score, pinned, decided.get(score.claim_id, ("none", "")))


def _pinned(run: ScreeningRun) -> list[Any]:
    """Night, run and what it was computed with; settings by a digest of all their values."""
    values = json.dumps(run.settings_used, sort_keys=True)
    return [
        run.business_date.isoformat(),
        run.reference,
        run.model_version.reference if run.model_version else "",
        run.rule_set_hash,
        sha256(values.encode()).hexdigest()[:12],
        run.code_version,
    ]


def _line(score: Score, pinned: list[Any], decision: tuple[str, str]) -> list[Any]:
    claim = score.claim
    return [
        claim.external_id,
        claim.source_system,
        score.claim_version,
        *pinned,
        score.rule_score,
        score.tree_probability,
        score.anomaly_score,
        score.novelty,
        score.z,
        score.model_probability if score.is_calibrated else None,
        score.hybrid_probability if score.is_calibrated else None,
        score.queue_probability,
        score.shadow_probability,
        "yes" if score.is_calibrated else "no",
        score.band,
        to_decimal(score.expected_loss_minor, claim.currency),
        claim.currency,
        *decision,
    ]


def _decisions(run: ScreeningRun, claim_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Claim → what the night did with it (opened, joined, held_back) and by which channel; others got nothing.

    `in_case`: it stood in a case already, opened or joined by an earlier night or made by hand, and nothing new was made of it.
    """
    found: dict[int, tuple[str, str]] = {}
    earlier = Q(run__lt=run.pk) | Q(run=None, created_at__lt=run.started_at)
    before = Alert.objects.filter(earlier, claim__in=claim_ids)
    before = before.filter(Q(left_at=None) | Q(left_at__gt=run.started_at)).order_by("pk")
    for claim, channel in before.values_list("claim_id", "channel"):
        found[claim] = ("in_case", channel)
    held = HeldBack.objects.filter(claim__in=claim_ids, run__lte=run.pk, last_run__gte=run.pk)
    held = held.exclude(how=HeldBack.How.OUTDATED, last_run=run)  # that night it was no longer in question
    for claim, why in held.values_list("claim_id", "why"):
        found[claim] = ("held_back", why)
    alerts = Alert.objects.filter(run=run, claim__in=claim_ids).select_related("case").order_by("pk")
    for alert in alerts:
        how = "opened" if alert.case.run_id == run.pk else "joined"
        found[alert.claim_id] = (how, alert.channel)
    return found
