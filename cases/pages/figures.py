"""The few numbers of the overview, each with the list it counts. Remembered for five minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from statistics import median
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from audit import clock
from audit.reading import read_once
from cases.models import Appeal, Case
from cases.services.clocks import overdue_cases
from cases.services.decided import (
    against_the_score,
    appeals_judged,
    decided_in,
    is_misuse,
    misuse_codes,
    requests_counted,
    start_of,
    teaching_codes,
    with_expectation,
)
from cases.services.money_counted import CaseMoney, Sum, money_counted
from cases.workflow import State
from fraud.company.values import current_settings
from fraud.detection.models import ScreeningRun

WINDOW_DAYS = 90
PERIODS = (30, WINDOW_DAYS, 180)  # days a reader may choose
N_WEEKS = 12
N_RUNS = 14
KEEP_SECONDS = 300


@dataclass(frozen=True)
class MoneyFigures:
    """Sums in minor units of one currency."""

    currency: str
    confirmed_minor: int = 0
    recovered_minor: int = 0
    came_in_minor: int = 0  # as the ledger tells it: also what is now more than was lost
    written_off_minor: int = 0
    outstanding_minor: int = 0
    prevented_minor: int = 0  # came back by the card: nobody had to be asked for it


@dataclass(frozen=True)
class PeriodFigures:
    """Counts and sums of what was decided, asked and appealed in company days; money per currency, the one of most cases first."""

    since: date
    until: date | None  # included; None: up to now
    money: tuple[MoneyFigures, ...]
    money_rows: tuple[CaseMoney, ...]  # what each case adds to it
    outcomes: dict[str, int]
    n_answered_on_time: int
    n_asked: int
    n_cases_asked: int  # of these requests: one with two rounds is asked twice
    n_sampled: int
    n_missed: int
    n_appeals: int
    n_reversed: int
    n_four_eyes: int
    n_expected: int  # decided cases that a score expected something of
    n_against: int  # … and that ended against it
    median_days: float | None

    @property
    def n_decided(self) -> int:
        """Cases decided in the period."""
        return sum(self.outcomes.values())

    @property
    def n_misuse(self) -> int:
        """Cases decided as misuse."""
        return sum(n for code, n in self.outcomes.items() if is_misuse(code) is True)

    @property
    def n_in_order(self) -> int:
        """Cases decided as in order."""
        return sum(n for code, n in self.outcomes.items() if is_misuse(code) is False)

    @property
    def n_judged(self) -> int:
        """Cases decided as misuse or as in order: what a share of misuse is a share of."""
        return self.n_misuse + self.n_in_order

    @property
    def precision(self) -> float | None:
        """Share of misuse among decided cases that teach something."""
        return self.n_misuse / self.n_judged if self.n_judged else None

    @property
    def on_time(self) -> float | None:
        """Share of explanation requests answered by their due date."""
        return self.n_answered_on_time / self.n_asked if self.n_asked else None


@dataclass(frozen=True)
class Figures(PeriodFigures):
    """The overview: the figures of the last days, and what stands now, as of `at`."""

    at: datetime
    by_state: dict[str, int]
    n_late: int
    weeks: list[tuple[date, int]]
    runs: list[dict[str, Any]]  # nights with claims; `n_empty` came after the last of them and had none
    n_empty: int

    @property
    def n_open(self) -> int:
        """Cases that are not closed."""
        return sum(n for state, n in self.by_state.items() if state != State.CLOSED)

    @property
    def alerts_per_thousand(self) -> float | None:
        """Alerts per 1,000 claims over the runs shown."""
        claims = sum(run["n_claims"] for run in self.runs)
        return 1000 * sum(run["n_alerts"] for run in self.runs) / claims if claims else None


def current_figures(today: date, hidden: frozenset[int] = frozenset(), n_days: int = WINDOW_DAYS) -> Figures:
    """The figures of the last days (one of PERIODS) without the `hidden` cases (keys), at most KEEP_SECONDS old."""
    key = (
        f"cases:figures-of-a-period:{n_days}:{today.isoformat()}:"
        + sha256(f"{sorted(hidden)}".encode()).hexdigest()
    )
    known: Figures | None = cache.get(key)
    if known is None:
        known = work_out_figures(today, hidden, n_days)
        cache.set(key, known, KEEP_SECONDS)
    return known


def work_out_figures(today: date, hidden: frozenset[int] = frozenset(), n_days: int = WINDOW_DAYS) -> Figures:
    """Count everything anew, except what hangs on the `hidden` cases: nobody reads their own in a figure."""
    cases = Case.objects.exclude(pk__in=hidden)
    period = figures_between(today - timedelta(days=n_days), None, hidden)
    return Figures(
        **{one.name: getattr(period, one.name) for one in fields(period)},
        at=clock.now(),
        by_state=dict(cases.values_list("state").annotate(n=Count("id")).order_by()),
        n_late=cases.filter(overdue_cases(today)).count(),
        weeks=_weeks(today, cases),
        runs=_runs(),
        n_empty=ScreeningRun.last_night()[1],
    )


def read_days(text: str) -> int:
    """How many days somebody asked for: one of PERIODS, else the usual ones."""
    return next((n for n in PERIODS if text == str(n)), WINDOW_DAYS)


def figures_between(since: date, until: date | None, hidden: frozenset[int] = frozenset()) -> PeriodFigures:
    """What was decided, asked and appealed from one company day to another, both included, without the `hidden` cases.

    As known now: an appeal that was judged later, money that came back later and a case taken up again change it.
    """
    decided = decided_in(since, until).exclude(pk__in=hidden)
    asked = requests_counted(since, until).exclude(case__in=hidden)
    appeals = appeals_judged(since, until).exclude(case__in=hidden)
    counted = money_counted(since, until, hidden)
    # A random check that could not be judged says nothing, so it is none of those that found nothing.
    is_sampled = Q(source=Case.Source.CONTROL_SAMPLE, disposition__in=teaching_codes())
    return PeriodFigures(
        since=since,
        until=until,
        money=_money(counted),
        money_rows=counted,
        outcomes=dict(decided.values_list("disposition").annotate(n=Count("id")).order_by()),
        median_days=median_days(decided),
        **asked.aggregate(
            n_asked=Count("pk"),
            n_cases_asked=Count("case", distinct=True),
            n_answered_on_time=Count("pk", filter=Q(answered_at__date__lte=F("due_on"))),
        ),
        **appeals.aggregate(
            n_appeals=Count("pk"), n_reversed=Count("pk", filter=Q(result=Appeal.Result.REVERSED))
        ),
        **decided.aggregate(
            n_sampled=Count("pk", filter=is_sampled),
            n_missed=Count("pk", filter=is_sampled & Q(disposition__in=misuse_codes())),
            n_four_eyes=Count("pk", filter=Q(is_four_eyes=True)),
            n_expected=Count("pk", filter=with_expectation()),
            n_against=Count("pk", filter=against_the_score()),
        ),
    )


def _money(rows: Sequence[CaseMoney]) -> tuple[MoneyFigures, ...]:
    """The sums of the rows per currency."""
    sums: dict[str, Counter[str]] = {currency: Counter() for currency in main_currencies()}
    for row in rows:
        sums.setdefault(row.currency, Counter()).update({f"{of.value}_minor": row.minor(of) for of in Sum})
    first, *others = sums
    shown = [first, *sorted(code for code in others if any(sums[code].values()))]
    return tuple(MoneyFigures(code, **sums[code]) for code in shown)


def main_currencies() -> list[str]:
    """The currency of most of the latest cases."""
    latest = Case.objects.order_by("-id").values_list("currency", flat=True)[:200]
    found = read_once("currencies of the latest cases", lambda: list(latest))
    return [Counter(found).most_common(1)[0][0]] if found else [current_settings().currency]


def _weeks(today: date, cases: QuerySet[Case]) -> list[tuple[date, int]]:
    """Cases opened per week, the current one last, empty weeks included."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=N_WEEKS - 1)
    start = start_of(first)
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


def median_days(decided: Any) -> float | None:
    """Days from opening to the decision, the median of the latest 500 of `decided_cases`; None where there are none."""
    spans = decided.order_by("-id").values_list("opened_at", "decided_at")[:500]
    days = [(at - opened).total_seconds() / 86_400 for opened, at in spans if at is not None]
    return round(median(days), 1) if days else None


def _runs() -> list[dict[str, Any]]:
    """The last nights that had claims, oldest first."""
    nights = ScreeningRun.finished_nights().filter(n_claims__gt=0)
    picked = nights.values("reference", "business_date", "n_claims", "n_alerts", "n_cases", "n_held_back")
    return [dict(row) for row in picked[:N_RUNS]][::-1]
