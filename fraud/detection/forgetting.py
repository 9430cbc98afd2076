"""What rules and reasons told of a receipt whose file was erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fraud.claims.receipts.forgetting import without_readings
from fraud.detection.models import RuleHit, Score


def forget_told(since: Mapping[int, datetime]) -> None:
    """Take the values of receipts out of facts and reasons of these claims, of the runs that began since they were known.

    That a rule hit, in which version, and every score stay. `since`: claim → moment. Inside the caller's transaction.
    """
    for claim, at in since.items():
        for hit in RuleHit.objects.filter(claim=claim, run__started_at__gte=at).exclude(facts=None):
            if (facts := without_readings(hit.facts)) != hit.facts:
                RuleHit.objects.filter(pk=hit.pk).update(facts=facts)
        for score in Score.objects.filter(claim=claim, run__started_at__gte=at).exclude(reasons=None):
            if (reasons := without_readings(score.reasons)) != score.reasons:
                Score.objects.filter(pk=score.pk).update(reasons=reasons)
