"""A cardholder's history beside a case: spend by month, places, past cases; and past cases like this one."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.language import current_language
from audit.prepared import prepared
from cases.models import BLIND, Case
from cases.services.decided import decided_cases, start_of, teaching_codes
from cases.services.money import shown_stake
from cases.services.money_told import attach_money
from cases.workflow import State
from fraud.claims.models import Cardholder, Claim
from fraud.web.charts import bars
from fraud.web.dates import say_month
from rules.money import exponent, format_money

N_MONTHS = 12
N_LIKE, N_LIKE_OPEN = 8, 4
LOOK_BACK_OPEN = 50
LOOK_BACK = 200  # past cases of the pattern that are compared


@dataclass(frozen=True)
class Month:
    on: date
    amount_minor: int
    n_claims: int


def months_of(cardholder: Cardholder, currency: str, until: date) -> list[Month]:
    """Spend in one currency for the last twelve months, empty months included, oldest first."""
    months = last_months(until)
    starts = [start_of(on) for on in months]
    end = start_of(_month_before(until.replace(day=1), -1))
    total, n = [0] * N_MONTHS, [0] * N_MONTHS
    # By hand: a year of one person is a hundred rows, and SQLite would ask Python for the month of each all the same.
    for at, minor in _spent.rows(cardholder.pk, currency, starts[0]):
        if at < end:
            number = bisect_right(starts, at) - 1
            total[number] += minor
            n[number] += 1
    return [Month(*month) for month in zip(months, total, n, strict=True)]


@prepared
def _spent(cardholder_id: int, currency: str, since: datetime) -> QuerySet[Claim, Any]:
    rows = Claim.objects.filter(cardholder=cardholder_id, currency=currency, transacted_at__gte=since)
    rows = rows.exclude(txn_type=Claim.TxnType.DECLINE)
    return rows.values_list("transacted_at", "amount_minor")


def last_months(until: date) -> list[date]:
    """The first days of the twelve months up to that of `until`, oldest first."""
    return [_month_before(until.replace(day=1), back) for back in range(N_MONTHS - 1, -1, -1)]


def spend_chart(months: list[Month], currency: str) -> SafeString:
    """The months as bars in major units."""
    language, scale = current_language(), 10 ** exponent(currency)
    return bars(
        [(say_month(month.on, language), month.amount_minor / scale) for month in months],
        label=_("Spend by month"),
        titles=[
            f"{month.on:%Y-%m}: {format_money(month.amount_minor, currency, language)}, {month.n_claims}"
            for month in months
        ],
        height=180,
    )


def places_of(cardholder: Cardholder, currency: str) -> list[dict[str, Any]]:
    """Where the cardholder pays most often."""
    places: Any = (
        Claim.objects.filter(cardholder=cardholder, currency=currency)
        .values("merchant_id", "merchant__name")
        .annotate(n=Count("id"), total=Sum("amount_minor"))
        .order_by("-n")[:8]
    )
    return list(places)


def past_cases(case: Case, seen: QuerySet[Case]) -> list[Case]:
    """The cardholder's other cases among those the reader may see, newest first, each with its money."""
    rows = (
        seen.filter(cardholder=case.cardholder).exclude(pk=case.pk).select_related("merchant", "cardholder")
    )
    return attach_money(list(rows.defer("undo").order_by("-id")[:20]))


def cases_like(case: Case, seen: QuerySet[Case]) -> tuple[list[Case], Counter[str]]:
    """Cases with the same pattern among those the reader may see: decided ones, then open ones, each the most alike first; and how the decided ended."""
    alike = seen.filter(pattern=case.pattern).exclude(pk=case.pk).select_related("cardholder", "merchant")
    decided = list(
        decided_cases()
        .filter(pk__in=alike.order_by().values("pk"), disposition__in=teaching_codes())
        .select_related("cardholder", "merchant")
        .defer("undo")
        .order_by("-id")[:LOOK_BACK]
    )
    still_open = alike.exclude(BLIND).filter(disposition="").exclude(state=State.CLOSED)
    others = list(still_open.defer("undo").order_by("-id")[:LOOK_BACK_OPEN])
    outcomes = Counter(one.disposition for one in decided)
    attach_money([case, *decided, *others])
    # How one ended says more than that another is still open.
    nearest = [sorted(found, key=lambda one: _distance(case, one)) for found in (decided, others)]
    return [*nearest[0][:N_LIKE], *nearest[1][:N_LIKE_OPEN]], outcomes


def _distance(case: Case, other: Case) -> float:
    """Smaller is more alike: same place, same trade, same person, close in amount and number of claims."""
    far = 0.0
    if case.merchant_id is None or case.merchant_id != other.merchant_id:
        far += 1.0
        same_trade = case.merchant and other.merchant and case.merchant.mcc == other.merchant.mcc != ""
        far += 0.0 if same_trade else 1.0
    far += 0.0 if case.cardholder_id == other.cardholder_id else 0.5
    mine, its = shown_stake(case).spent_minor, shown_stake(other).spent_minor
    high, low = max(mine, its), min(mine, its)
    far += 1.0 - (low / high if high > 0 and low > 0 else 0.0)
    return far + 0.1 * abs(case.n_claims - other.n_claims)


def _month_before(on: date, months: int) -> date:
    index = on.year * 12 + on.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
