"""What was missed: the blind control sample turned into an estimate with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import clock
from fraud.claims.models import Label
from fraud.detection.models import ScreeningRun
from fraud.learning.evaluation.intervals import MissEstimate
from fraud.learning.evaluation.lots import estimate_by_lot

WEEKS = 13  # pooled: a single week finds too few misses to say anything


@dataclass(frozen=True)
class MissPanel:
    """The estimate over the last weeks, or None where no control sample has been decided yet."""

    since: datetime
    n_claims: int
    n_alerts: int
    n_confirmed: int
    estimate: MissEstimate | None


def miss_panel(now: datetime | None = None, weeks: int = WEEKS) -> MissPanel:
    """Misuse among the claims nobody was alerted to, from the decided control sample of the last `weeks` weeks.

    Every check counts by the chance with which it was drawn; claims = scored minus alerted in those runs.
    """
    since = (now or clock.now()) - timedelta(weeks=weeks)
    runs = ScreeningRun.objects.filter(started_at__gte=since, state=ScreeningRun.State.FINISHED)
    scored = alerts = 0
    for n_scored, n_alerts in runs.values_list("n_scored", "n_alerts"):
        scored, alerts = scored + n_scored, alerts + n_alerts
    found = _drawn(since)
    confirmed = sum(
        1 for misuse in _outcomes(since, [Label.Source.REVIEW, Label.Source.APPEAL]).values() if misuse
    )
    n_rest = max(scored - alerts, len(found))
    estimate = None
    if found:
        chances, misuse = zip(*found.values(), strict=True)
        estimate = estimate_by_lot(float(confirmed), chances, misuse, n_rest)
    return MissPanel(since, scored, alerts, confirmed, estimate)


def _drawn(since: datetime) -> dict[int, tuple[float, bool]]:
    """Claim → (chance of having been drawn, newest verdict) of the control sample."""
    labels = Label.objects.filter(known_at__gte=since, source=Label.Source.CONTROL_SAMPLE)
    rows = labels.order_by("known_at", "id").values_list("claim_id", "selection_probability", "is_misuse")
    newest = {claim: (chance, misuse) for claim, chance, misuse in rows}
    return {claim: (chance, bool(misuse)) for claim, (chance, misuse) in newest.items() if misuse is not None}


def _outcomes(since: datetime, sources: list[Label.Source]) -> dict[int, bool]:
    """The newest verdict of each claim from these sources."""
    labels = Label.objects.filter(known_at__gte=since, source__in=sources).order_by("known_at", "id")
    newest = dict(labels.values_list("claim_id", "is_misuse"))
    return {claim: bool(misuse) for claim, misuse in newest.items() if misuse is not None}
