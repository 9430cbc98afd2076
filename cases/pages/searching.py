"""What the search of the top bar finds: the one thing with a reference, else the first few of each kind the reader may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.actor import Actor
from audit.permissions import can
from audit.prepared import prepared
from cases.models import Case
from cases.pages.queue_cases import read_cases
from cases.pages.queue_conditions import found_by as cases_found_by
from cases.pages.queue_conditions import text_condition
from cases.services.money_told import attach_money
from cases.services.seeing import visible_among, without_involved
from cases.visibility import visible_cases
from fraud.claims.identity import barred_cardholders, people_named
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.claims.searched import merchants_found, merchants_registered, people_found
from fraud.claims.units import seen_departments, within_departments
from fraud.detection.claim_filters import ClaimFilters, filter_claims, plain_brn, source_systems, systems_of
from fraud.detection.claim_filters import found_by as claims_found_by
from fraud.detection.claim_rows import read_claims
from fraud.detection.models import ScreeningRun

N_EACH = 8
_LOOKS = 24  # cases looked at for the first eight, as some may be the reader's own
_NOBODY = (0,)


def exact_address(text: str, by: Actor) -> str | None:
    """The address of the one thing with this reference."""
    upper = text.upper()
    if upper.startswith("C-") and can(by, "cases.view_case"):
        case = visible_among(_case_of.rows(upper), by)
        if case:
            return f"/cases/{case[0].reference}/"
    if upper.startswith("R-") and can(by, "fraud.view_run"):
        run = _run_of.rows(upper)
        if run:
            return f"/runs/{run[0]}/"
    if can(by, "fraud.view_claim"):
        found = _claim_of.rows(source_systems(), text, seen_departments(by))
        if len(found) == 1:
            return f"/claims/{found[0]}/"
    return None


@prepared
def _case_of(reference: str) -> QuerySet[Case]:
    rows = Case.objects.filter(reference=reference).select_related("cardholder")
    return rows.only("reference", "cardholder__department_id")


@prepared
def _run_of(reference: str) -> QuerySet[ScreeningRun, Any]:
    return ScreeningRun.objects.filter(reference=reference).values_list("reference", flat=True)


@prepared
def _claim_of(systems: Collection[str], number: str, seen: Collection[int] | None) -> QuerySet[Claim, Any]:
    rows = Claim.objects.filter(source_system__in=systems, external_id=number)
    return within_departments(rows, seen).values_list("pk", flat=True)[:2]


def find_things(text: str, by: Actor) -> dict[str, list[Any]]:
    """Kind → the first few whose name or number has the text; only kinds the reader may see."""
    found: dict[str, list[Any]] = {}
    may_cases, may_claims = can(by, "cases.view_case"), can(by, "fraud.view_claim")
    if may_cases or may_claims:
        people, places = people_found(text), merchants_found(text)
        if may_cases:
            found["cases"] = _cases(text, people, places, by)
        if may_claims:
            found |= _of_claims(text, people, places, by)
    if can(by, "fraud.view_run"):
        found["runs"] = _runs.rows(text)
    return found


def _cases(text: str, people: list[int] | None, places: list[int] | None, by: Actor) -> list[Case]:
    """The newest of the reader's cases that the text finds."""
    shown: list[Case] | None = None
    if people is not None and places is not None:
        others = barred_cardholders(by) or _NOBODY
        looked_at = _others_cases.rows(
            text, people or _NOBODY, places or _NOBODY, others, seen_departments(by)
        )
        shown = without_involved(looked_at, by)
        if len(shown) < N_EACH and len(looked_at) == _LOOKS:  # hardly ever: most of the newest are one's own
            shown = None
    if shown is None:
        shown = list(visible_cases(by).filter(text_condition(text)).order_by("-id").only("pk")[:N_EACH])
    return attach_money(read_cases([case.pk for case in shown[:N_EACH]]))


@prepared
def _others_cases(
    text: str,
    people: Collection[int],
    places: Collection[int],
    barred: Collection[int],
    seen: Collection[int] | None,
) -> QuerySet[Case]:
    rows = Case.objects.exclude(cardholder__in=barred).filter(cases_found_by(text, people, places))
    return within_departments(rows, seen).order_by("-id").only("pk")[:_LOOKS]


def _of_claims(
    text: str, people: list[int] | None, places: list[int] | None, by: Actor
) -> dict[str, list[Any]]:
    """People, merchants, and where there are any, their newest claims."""
    found: dict[str, list[Any]]
    seen = seen_departments(by)
    if people is None or places is None:  # a letter that half of all names have
        named = within_departments(people_named(text), seen, "department")
        found = {
            "people": list(named.select_related("department").order_by("pk")[:N_EACH]),
            "merchants": list(_within(Merchant.objects.filter(Q(name__icontains=text) | Q(brn=text)), seen)),
        }
        if found["people"] or found["merchants"]:
            asked = filter_claims(ClaimFilters(text=text), by).order_by("-transacted_at", "-pk")
            found["claims"] = read_claims(list(asked.values_list("pk", flat=True)[:N_EACH]))
        return found
    shops = sorted({*places, *merchants_registered(text)})
    found = {
        "people": _people.rows(people, seen) if people else [],
        "merchants": _merchants.rows(shops, seen) if shops else [],
    }
    if found["people"] or found["merchants"]:
        paid_at = [*places, *merchants_registered(plain_brn(text))] or _NOBODY
        keys = _claims.rows(text, systems_of(text), people or _NOBODY, paid_at, seen)
        found["claims"] = read_claims(keys)
    return found


@prepared
def _people(keys: Collection[int], seen: Collection[int] | None) -> QuerySet[Cardholder]:
    rows = within_departments(Cardholder.objects.filter(pk__in=keys), seen, "department")
    return rows.select_related("department").order_by("pk")[:N_EACH]


@prepared
def _merchants(keys: Collection[int], seen: Collection[int] | None) -> QuerySet[Merchant]:
    return _within(Merchant.objects.filter(pk__in=keys), seen)


def _within(rows: QuerySet[Merchant], seen: Collection[int] | None) -> QuerySet[Merchant]:
    """The first few where somebody of these departments paid: where only others did, there is nothing to see."""
    if seen is not None:
        rows = rows.filter(Exists(within_departments(Claim.objects.filter(merchant=OuterRef("pk")), seen)))
    return rows.order_by("pk")[:N_EACH]


@prepared
def _claims(
    text: str,
    systems: Collection[str] | None,
    people: Collection[int],
    places: Collection[int],
    seen: Collection[int] | None,
) -> QuerySet[Claim, Any]:
    rows = within_departments(Claim.objects.filter(claims_found_by(text, systems, people, places)), seen)
    return rows.order_by("-transacted_at", "-pk").values_list("pk", flat=True)[:N_EACH]


@prepared
def _runs(text: str) -> QuerySet[ScreeningRun]:
    rows = ScreeningRun.objects.filter(reference__icontains=text).only("reference", "state")
    return rows.order_by("-business_date", "-id")[:N_EACH]
