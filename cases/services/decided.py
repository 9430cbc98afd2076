"""What "decided" means, for every figure: a disposition that holds, wherever the case is and whatever happens with money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Appeal, Case, Decision, ExplanationRequest


def decided_cases() -> Any:
    """Cases that somebody decided, each with `decided_at`: when the decision that holds was taken.

    A decision that was taken up again counts no more; its successor's does, once there is one.
    """
    held = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.APPROVED).order_by("-number")
    decided = Case.objects.exclude(disposition="").filter(reopened_as=None)
    return decided.annotate(decided_at=Coalesce(Subquery(held.values("decided_at")[:1]), "closed_at"))


def was_decided_before(case: Case) -> bool:
    """Whether a decision on this case changes an earlier one: it was reopened, or a payment of it was decided in another case."""
    if case.reopened_from_id is not None:
        return True
    return same_payments(case).exclude(disposition="").exists()


def same_payments(case: Case) -> QuerySet[Case]:
    """Other cases, open or closed, on payments of this one, the newest first."""
    held = case.alerts.filter(left_at=None).values("claim")
    others = Case.objects.filter(alerts__claim__in=held, alerts__left_at=None).exclude(pk=case.pk)
    return others.distinct().order_by("-pk")


def is_misuse(code: str) -> bool | None:
    """Whether a disposition says misuse; None for one that teaches nothing, or for none."""
    return DISPOSITIONS[Disposition(code)].is_misuse if code in DISPOSITIONS else None


def misuse_codes() -> list[str]:
    """The dispositions that say misuse."""
    return [code.value for code, info in DISPOSITIONS.items() if info.is_misuse]


def teaching_codes() -> list[str]:
    """The dispositions that say anything about misuse."""
    return [code.value for code, info in DISPOSITIONS.items() if info.is_misuse is not None]


def _codes(verdict: bool | None) -> list[str]:
    return [code.value for code, info in DISPOSITIONS.items() if info.is_misuse is verdict]


#: What a decision says of the claim → the dispositions that say so.
VERDICTS: Mapping[str, Callable[[], list[str]]] = {
    "misuse": misuse_codes,
    "in_order": lambda: _codes(False),
    "open": lambda: _codes(None),
}


def start_of(since: date) -> datetime:
    """The beginning of a company day."""
    return timezone.make_aware(datetime.combine(since, time.min))


def requests_counted(since: date) -> QuerySet[ExplanationRequest]:
    """Requests sent since that day whose time is over: answered, or the deadline has passed."""
    sent = ExplanationRequest.objects.filter(sent_at__gte=start_of(since))
    return sent.exclude(state__in=(ExplanationRequest.State.WITHDRAWN, ExplanationRequest.State.SENT))


def appeals_judged(since: date) -> QuerySet[Appeal]:
    """Appeals submitted since that day that have been decided."""
    return Appeal.objects.filter(submitted_at__gte=start_of(since)).exclude(result__in=Appeal.NOT_JUDGED)
