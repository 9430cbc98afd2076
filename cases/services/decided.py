"""What "decided" means, for every figure: a disposition that holds, wherever the case is and whatever happens with money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.dispositions import DISPOSITIONS, Disposition
from cases.four_eyes import contradicts_score
from cases.models import BLIND, Appeal, Case, Decision, ExplanationRequest
from fraud.detection.models import Score


def decided_cases() -> Any:
    """Cases that somebody decided, each with `decided_at`, when the decision that holds was taken, and `is_four_eyes`, whether two
    people stand behind it: it was approved by a second one, or judged on appeal, by one who had neither proposed nor approved it.

    A decision that was taken up again counts no more; its successor's does, once there is one.
    """
    return with_decision(Case.objects.exclude(disposition="").filter(reopened_as=None))


def with_decision(decided: QuerySet[Case]) -> Any:
    """Decided cases, each with `decided_at` and `is_four_eyes` as `decided_cases` tells them."""
    held = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.APPROVED).order_by("-number")
    judged = Appeal.objects.filter(case=OuterRef("pk")).exclude(result__in=Appeal.NOT_JUDGED)
    return decided.annotate(
        decided_at=Coalesce(Subquery(held.values("decided_at")[:1]), "closed_at"),
        is_approved=Coalesce(Subquery(held.values("needs_approval")[:1]), False),
    ).annotate(is_four_eyes=ExpressionWrapper(Q(is_approved=True) | Exists(judged), BooleanField()))


def was_decided_before(case: Case) -> bool:
    """Whether a decision on this case changes an earlier one: it was reopened, or a payment of it was decided in another case."""
    if case.reopened_from_id is not None:
        return True
    return shares_payments(case) and same_payments(case).exclude(disposition="").exists()


def shares_payments(case: Case) -> bool:
    """Whether another case is on its payments; without a query where a page has attached its stake and it took any."""
    if case.stake is not None and case.stake.spent_minor:
        return bool(case.stake.others)
    return same_payments(case).exists()


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
    "either": teaching_codes,
}


def start_of(since: date) -> datetime:
    """The beginning of a company day."""
    return timezone.make_aware(datetime.combine(since, time.min))


def days(column: str, since: date, until: date | None = None) -> Q:
    """That a time lies in company days, `until` included; without it up to now."""
    found = Q(**{f"{column}__gte": start_of(since)})
    return found & Q(**{f"{column}__lt": start_of(until + timedelta(days=1))}) if until else found


def decided_in(since: date, until: date | None = None) -> Any:
    """The cases whose decision that holds was taken in these days."""
    return decided_cases().filter(days("decided_at", since, until))


def misuse_decided_in(since: date, until: date | None = None) -> Any:
    """Cases decided as misuse in these days, of which money is counted: what was confirmed, repaid and given up.

    One that was taken up again is among them until its successor is decided otherwise; what a successor decided anew counts there (`money_counted`).
    """
    decided = with_decision(Case.objects.filter(disposition__in=misuse_codes()))
    overturned = Case.objects.filter(reopened_from=OuterRef("pk"), disposition__in=_codes(False))
    return decided.filter(days("decided_at", since, until)).exclude(Exists(overturned))


def requests_counted(since: date, until: date | None = None) -> QuerySet[ExplanationRequest]:
    """Requests sent in these days whose time is over: answered, or the deadline has passed."""
    sent = ExplanationRequest.objects.filter(days("sent_at", since, until))
    return sent.exclude(state__in=(ExplanationRequest.State.WITHDRAWN, ExplanationRequest.State.SENT))


def appeals_judged(since: date, until: date | None = None) -> QuerySet[Appeal]:
    """Appeals submitted in these days that have been decided."""
    return Appeal.objects.filter(days("submitted_at", since, until)).exclude(result__in=Appeal.NOT_JUDGED)


def open_at_end_of(day: date) -> Q:
    """The cases that were open when a company day ended."""
    end = start_of(day + timedelta(days=1))
    return Q(opened_at__lt=end) & (Q(closed_at=None) | Q(closed_at__gte=end))


def with_expectation() -> Q:
    """Decided cases that a score expected something of, as far as anybody may know: scored, decided for or against, not blind."""
    return Q(disposition__in=teaching_codes()) & ~Q(band=Case.NOT_SCORED) & ~BLIND


def against_the_score() -> Q:
    """Decided cases whose outcome contradicts their score, as the rule of the second person has it."""
    found = Q(pk__in=[])
    for disposition in Disposition:
        bands = [band for band in Score.Band.values if contradicts_score(disposition, band)]
        found |= Q(disposition=disposition.value, band__in=bands)
    return found & with_expectation()
