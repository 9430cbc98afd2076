"""The few numbers of the overview, each with the list it counts. Remembered for five minutes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from statistics import median
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from audit import clock
from cases.models import Appeal, Case, ExplanationRequest, Recovery
from cases.services.decided import decided_cases, is_misuse, misuse_codes
from cases.services.money import balances_of, stakes_of
from cases.workflow import State
from fraud.detection.models import ScreeningRun

WINDOW_DAYS = 90
N_WEEKS = 12
N_RUNS = 14
KEEP_SECONDS = 300


@dataclass(frozen=True)
class Figures:
    """Counts and sums as of `at`; money in minor units of `currency`."""

    at: datetime
    since: date
    currency: str
    by_state: dict[str, int]
    n_late: int
    weeks: list[tuple[date, int]]
    outcomes: dict[str, int]
    confirmed_minor: int
    recovered_minor: int
    came_in_minor: int  # as the ledger tells it: also what is now more than was lost
    written_off_minor: int
    outstanding_minor: int
    n_answered_on_time: int
    n_asked: int
    n_sampled: int
    n_missed: int
    n_appeals: int
    n_reversed: int
    median_days: float | None
    runs: list[dict[str, Any]]

    @property
    def n_open(self) -> int:
        """Cases that are not closed."""
        return sum(n for state, n in self.by_state.items() if state != State.CLOSED)

    @property
    def precision(self) -> float | None:
        """Share of misuse among decided cases that teach something."""
        right = sum(n for code, n in self.outcomes.items() if is_misuse(code) is True)
        wrong = sum(n for code, n in self.outcomes.items() if is_misuse(code) is False)
        return right / (right + wrong) if right + wrong else None

    @property
    def on_time(self) -> float | None:
        """Share of explanation requests answered by their due date."""
        return self.n_answered_on_time / self.n_asked if self.n_asked else None

    @property
    def alerts_per_thousand(self) -> float | None:
        """Alerts per 1,000 claims over the runs shown."""
        claims = sum(run["n_claims"] for run in self.runs)
        return 1000 * sum(run["n_alerts"] for run in self.runs) / claims if claims else None


def current_figures(today: date, hidden: frozenset[int] = frozenset()) -> Figures:
    """The figures without the `hidden` cases (keys), at most KEEP_SECONDS old."""
    key = f"cases:figures:{today.isoformat()}:" + sha256(f"{sorted(hidden)}".encode()).hexdigest()
    known: Figures | None = cache.get(key)
    if known is None:
        known = work_out_figures(today, hidden)
        cache.set(key, known, KEEP_SECONDS)
    return known


def work_out_figures(today: date, hidden: frozenset[int] = frozenset()) -> Figures:
    """Count everything anew, except what hangs on the `hidden` cases: nobody reads their own in a figure."""
    since = today - timedelta(days=WINDOW_DAYS)
    start = timezone.make_aware(datetime.combine(since, time.min))
    cases = Case.objects.exclude(pk__in=hidden)
    decided = decided_cases().filter(decided_at__gte=start).exclude(pk__in=hidden)
    currency = _main_currency()
    asked = (
        ExplanationRequest.objects.filter(sent_at__gte=start)
        .exclude(state__in=("withdrawn", "sent"))
        .exclude(case__in=hidden)
    )
    sampled = decided.filter(source=Case.Source.CONTROL_SAMPLE)
    appeals = Appeal.objects.filter(submitted_at__gte=start).exclude(result=Appeal.Result.OPEN)
    appeals = appeals.exclude(case__in=hidden)
    return Figures(
        at=clock.now(),
        since=since,
        currency=currency,
        by_state=dict(cases.values_list("state").annotate(n=Count("id")).order_by()),
        n_late=cases.exclude(state=State.CLOSED).filter(due_on__lt=today).count(),
        weeks=_weeks(today, cases),
        outcomes=dict(decided.values_list("disposition").annotate(n=Count("id")).order_by()),
        **_money(decided, currency, hidden),
        n_answered_on_time=asked.filter(answered_at__date__lte=F("due_on")).count(),
        n_asked=asked.count(),
        n_sampled=sampled.count(),
        n_missed=sampled.filter(disposition__in=misuse_codes()).count(),
        n_appeals=appeals.count(),
        n_reversed=appeals.filter(result=Appeal.Result.REVERSED).count(),
        median_days=_median_days(decided),
        runs=_runs(),
    )


def _main_currency() -> str:
    found = Case.objects.order_by("-id").values_list("currency", flat=True)[:200]
    return Counter(found).most_common(1)[0][0] if found else "KRW"


def _money(decided: Any, currency: str, hidden: frozenset[int]) -> dict[str, int]:
    """Confirmed, recovered and given up of the cases decided as misuse, and what all recoveries still wait for.

    Confirmed is what those cases' payments cost after everything that came back by the card; what people repaid is part of
    it and never more; all that came in, as the ledger has it, stands beside it.
    """
    misuse = list(decided.filter(disposition__in=misuse_codes(), currency=currency))
    stakes = stakes_of(misuse)
    lost = {case.pk: max(stakes[case.pk].spent_minor - stakes[case.pk].returned_minor, 0) for case in misuse}
    repaid = balances_of(list(Recovery.objects.filter(case__in=misuse).select_related("case")))
    of_case = dict(Recovery.objects.filter(case__in=misuse).values_list("pk", "case_id"))
    still_open = balances_of(
        list(
            Recovery.objects.filter(closed_at=None, currency=currency)
            .exclude(case__in=hidden)
            .select_related("case")
        )
    )
    return {
        "confirmed_minor": sum(lost.values()),
        "recovered_minor": sum(
            min(balance.recovered_minor, lost[of_case[pk]]) for pk, balance in repaid.items()
        ),
        "came_in_minor": sum(balance.recovered_minor for balance in repaid.values()),
        "written_off_minor": sum(balance.written_off_minor for balance in repaid.values()),
        "outstanding_minor": sum(balance.outstanding_minor for balance in still_open.values()),
    }


def _weeks(today: date, cases: QuerySet[Case]) -> list[tuple[date, int]]:
    """Cases opened per week, the current one last, empty weeks included."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=N_WEEKS - 1)
    start = timezone.make_aware(datetime.combine(first, time.min))
    rows = (
        cases.filter(opened_at__gte=start)
        .annotate(week=TruncWeek("opened_at"))
        .values_list("week")
        .annotate(n=Count("id"))
        .order_by()
    )
    found = {timezone.localtime(week).date(): n for week, n in rows}
    weeks = [first + timedelta(weeks=index) for index in range(N_WEEKS)]
    return [(week, found.get(week, 0)) for week in weeks]


def _median_days(decided: Any) -> float | None:
    spans = decided.order_by("-id").values_list("opened_at", "decided_at")[:500]
    days = [(at - opened).total_seconds() / 86_400 for opened, at in spans if at is not None]
    return round(median(days), 1) if days else None


def _runs() -> list[dict[str, Any]]:
    """The last runs, oldest first."""
    rows = ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED).order_by("-id")
    picked = rows.values("reference", "business_date", "n_claims", "n_alerts", "n_cases", "n_held_back")[
        :N_RUNS
    ]
    return [dict(row) for row in picked][::-1]
