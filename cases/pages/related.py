"""What surrounds a case: the cardholder's other payments behind the facts, and who else pays where they paid.

Context, never part of the case. Every function asks a fixed number of queries for a bounded number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from audit import clock
from audit.actor import Actor
from audit.prepared import prepared
from cases.models import Case
from cases.pages.case import ClaimRow
from fraud.claims.identity import barred_cardholders
from fraud.claims.models import Cardholder, Claim, Label
from fraud.claims.units import within_units
from fraud.detection.hit_facts import window_days

MAX_AROUND = 40  # payments listed around the case's claims
MAX_PLACES = 5  # merchants of a case whose other visitors are looked up
N_PEOPLE, N_MERCHANTS, MAX_OUTCOMES = 12, 8, 5_000
LOOK_BACK = timedelta(days=365)
_SAME_PLACE = frozenset({"cardholder", "merchant"})


@dataclass(frozen=True)
class Around:
    """Payments of the cardholder around the case's claims, oldest first.

    `behind` were counted by the rules together with the claims: same merchant, within `days` days. `that_day` are the
    others of the same days, `of_days` everything else of those days, declined attempts too. `together_minor` is `behind` with the case's own claims at those merchants.
    """

    behind: list[Claim] = field(default_factory=list)
    that_day: list[Claim] = field(default_factory=list)
    days: int = 0
    n_together: int = 0
    together_minor: int = 0
    is_cut: bool = False
    of_days: list[Claim] = field(default_factory=list)

    @property
    def n(self) -> int:
        return len(self.behind) + len(self.that_day)


@dataclass(frozen=True)
class Visitor:
    """Somebody who paid at a merchant of the case within the last year, and what reviews found there."""

    cardholder: Cardholder
    n: int
    total_minor: int
    last_at: datetime
    n_misuse: int = 0
    n_clean: int = 0


@dataclass(frozen=True)
class Surroundings:
    """The tab "related people and merchants"."""

    visitors: list[Visitor]
    merchants: list[dict[str, Any]]
    approvers: list[Cardholder]
    attendees: list[dict[str, Any]]


def around(case: Case, rows: list[ClaimRow]) -> Around:
    """The cardholder's other payments behind the case's facts and on the same days. One query; none without claims."""
    if not rows:
        return Around()
    # How far a rule looks back would tell which rule it was: a blind case gets the days alone.
    hits = [] if case.is_blind else [hit for row in rows for hit in row.hits]
    days = max((window_days(hit.facts, _SAME_PLACE) for hit in hits), default=0)
    local = {timezone.localdate(row.claim.transacted_at) for row in rows}
    places = {row.claim.merchant_id for row in rows}
    first, last = min(local), max(local)
    since, until = _midnight(first - timedelta(days=max(days - 1, 0))), _midnight(last + timedelta(days=1))
    own = [row.claim.pk for row in rows]
    found = _others.rows(case.cardholder_id, case.currency, since, until, own)[::-1]
    of_days = [claim for claim in found if timezone.localdate(claim.transacted_at) in local]
    found = [claim for claim in found if claim.txn_type != Claim.TxnType.DECLINE]
    behind = [claim for claim in found if days and claim.merchant_id in places]
    kept = {claim.pk for claim in behind}
    that_day = [
        claim for claim in of_days if claim.pk not in kept and claim.txn_type != Claim.TxnType.DECLINE
    ]
    together = (
        [*behind, *(row.claim for row in rows if row.claim.currency == case.currency)] if behind else []
    )
    return Around(
        behind[-MAX_AROUND:],
        that_day[-MAX_AROUND:],
        days,
        len(together),
        sum(claim.amount_minor for claim in together),
        len(behind) > MAX_AROUND or len(that_day) > MAX_AROUND,
        of_days[-MAX_AROUND:],
    )


@prepared
def _others(
    cardholder_id: int, currency: str, since: datetime, until: datetime, own: Collection[int]
) -> QuerySet[Claim]:
    rows = Claim.objects.filter(cardholder=cardholder_id, currency=currency)
    rows = rows.filter(transacted_at__gte=since, transacted_at__lt=until).exclude(pk__in=own)
    return rows.defer("attendees", "extra").order_by("-transacted_at", "-id")[: MAX_AROUND * 5]


def surroundings(case: Case, rows: list[ClaimRow], by: Actor) -> Surroundings:
    """Who else pays at the case's merchants with what outcome, the cardholder's like merchants, and who was involved.

    Outcomes stay hidden in a blind case, and the reader's own and their manager's from the reader.
    """
    places = list(dict.fromkeys(row.claim.merchant_id for row in rows))[:MAX_PLACES]
    since = clock.now() - LOOK_BACK
    outcomes = {} if case.is_blind else outcomes_at(places, since)
    for barred in barred_cardholders(by) & outcomes.keys():
        del outcomes[barred]
    return Surroundings(
        _visitors(case, places, since, outcomes, by),
        _like_merchants(case, rows, since),
        _approvers(rows),
        attendees_of(rows),
    )


def _visitors(
    case: Case, places: Collection[int], since: datetime, outcomes: dict[int, list[int]], by: Actor
) -> list[Visitor]:
    """Those of the departments the reader sees who paid most often, the cardholder among them where they did."""
    seen = within_units(Claim.objects.filter(merchant__in=places), by)
    counted: Any = (
        seen.filter(currency=case.currency, transacted_at__gte=since)
        .exclude(txn_type=Claim.TxnType.DECLINE)
        .values("cardholder_id")
        .annotate(n=Count("id"), total=Sum("amount_minor"), last_at=Max("transacted_at"))
        .order_by("-n", "cardholder_id")[:N_PEOPLE]
    )
    found = list(counted)
    people = Cardholder.objects.select_related("department").in_bulk([row["cardholder_id"] for row in found])
    return [
        Visitor(
            people[row["cardholder_id"]],
            row["n"],
            row["total"],
            row["last_at"],
            *outcomes.get(row["cardholder_id"], [0, 0]),
        )
        for row in found
    ]


def outcomes_at(places: Collection[int], since: datetime) -> dict[int, list[int]]:
    """Cardholder → [claims found to be misuse, claims found to be in order] at these merchants, as known now."""
    rows = (
        Label.objects.filter(claim__merchant__in=places, claim__transacted_at__gte=since)
        .order_by("-known_at", "-id")
        .values_list("claim__source_system", "claim__external_id", "claim__cardholder_id", "is_misuse")
    )
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    seen: set[tuple[str, str]] = set()
    for system, external_id, person, is_misuse in rows[:MAX_OUTCOMES]:
        if (system, external_id) in seen:  # the newest label of a claim counts
            continue
        seen.add((system, external_id))
        if is_misuse is not None:
            counts[person][0 if is_misuse else 1] += 1
    return counts


def _like_merchants(case: Case, rows: list[ClaimRow], since: datetime) -> list[dict[str, Any]]:
    """Other merchants of the same trade where the cardholder pays."""
    trades = {row.claim.merchant.mcc for row in rows} - {""}
    if not trades:
        return []
    found: Any = (
        Claim.objects.filter(
            cardholder=case.cardholder,
            currency=case.currency,
            transacted_at__gte=since,
            merchant__mcc__in=trades,
        )
        .exclude(merchant__in=[row.claim.merchant_id for row in rows])
        .values("merchant_id", "merchant__name", "merchant__mcc")
        .annotate(n=Count("id"), total=Sum("amount_minor"), last_at=Max("transacted_at"))
        .order_by("-n", "merchant_id")[:N_MERCHANTS]
    )
    return list(found)


def _approvers(rows: list[ClaimRow]) -> list[Cardholder]:
    numbers = {row.claim.approver_no for row in rows} - {""}
    people = Cardholder.objects.filter(employee_no__in=numbers).select_related("department")
    return list(people.order_by("employee_no")[:N_PEOPLE])


def attendees_of(rows: list[ClaimRow]) -> list[dict[str, Any]]:
    """Listed guests, each once, as delivered: name, or employee number, and organisation."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        for person in row.claim.attendees or []:
            if not isinstance(person, dict):
                continue
            name = str(person.get("name") or person.get("employee_no") or "")
            if name:
                found.setdefault((name, str(person.get("org") or "")), {**person, "name": name})
    return list(found.values())[: N_PEOPLE * 2]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
