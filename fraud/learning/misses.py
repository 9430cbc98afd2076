"""What was missed: the blind control sample turned into an estimate with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import clock
from fraud.claims.models import Label
from fraud.detection.models import ScreeningRun
from fraud.learning.evaluation.intervals import MissEstimate, checks_needed, misses_by_lot

WEEKS = 13  # pooled: a single week finds too few misses to say anything


@dataclass(frozen=True)
class MissPanel:
    """The estimate over the last weeks, or None where no control sample has been decided yet."""

    since: datetime
    n_claims: int
    n_alerts: int
    n_confirmed: int
    estimate: MissEstimate | None
    more_checks: int = 0  # claims to check at random until recall is known within 10 points either way


def miss_panel(now: datetime | None = None, weeks: int = WEEKS) -> MissPanel:
    """Misuse among the claims nobody was alerted to, from the control sample decided in the last `weeks` weeks before `now`.

    Each check counts by the inverse of the probability with which it was drawn; claims = scored minus alerted in those runs. Of
    what became known after `now` nothing counts.
    """
    now = now or clock.now()
    since = now - timedelta(weeks=weeks)
    runs = ScreeningRun.objects.filter(
        started_at__gte=since, started_at__lt=now, state=ScreeningRun.State.FINISHED
    )
    scored = alerts = 0
    for n_scored, n_alerts in runs.values_list("n_scored", "n_alerts"):
        scored, alerts = scored + n_scored, alerts + n_alerts
    found = _outcomes(since, now, [Label.Source.CONTROL_SAMPLE])
    confirmed = sum(
        1
        for misuse, _chance in _outcomes(since, now, [Label.Source.REVIEW, Label.Source.APPEAL]).values()
        if misuse
    )
    n_rest = max(scored - alerts, len(found))
    estimate, more = None, 0
    if found:
        # what is drawn and not decided yet must not count as in order: the decided ones stand for all
        scale = n_rest / sum(1 / chance for _misuse, chance in found.values())
        weights = [scale / chance for _misuse, chance in found.values()]
        estimate = misses_by_lot(
            float(confirmed), n_rest, weights, [misuse for misuse, _chance in found.values()]
        )
        more = checks_needed(float(confirmed), n_rest, len(found), estimate.missed_interval)
    return MissPanel(since, scored, alerts, confirmed, estimate, more)


def _outcomes(since: datetime, now: datetime, sources: list[Label.Source]) -> dict[int, tuple[bool, float]]:
    """The newest verdict of each claim from these sources, with the probability with which it was looked at."""
    labels = Label.objects.filter(known_at__gte=since, known_at__lte=now, source__in=sources)
    labels = labels.order_by("known_at", "id")
    rows = labels.values_list("claim_id", "is_misuse", "selection_probability")
    newest = {claim: (misuse, chance) for claim, misuse, chance in rows}
    return {claim: (bool(misuse), chance) for claim, (misuse, chance) in newest.items() if misuse is not None}
