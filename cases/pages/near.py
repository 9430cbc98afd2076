"""Other open cases of the person or merchant of a row, counted on the row and listed beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from audit.actor import Actor
from audit.prepared import prepared
from cases.models import Case
from cases.visibility import hidden_cases, visible_cases
from cases.workflow import State

MAX_NEAR = 30


def count_near(cases: Sequence[Case], by: Actor) -> None:
    """Give each case `n_near`: how many other open cases the reader may see of its cardholder or merchant. One query."""
    people = {case.cardholder_id for case in cases}
    places = {case.merchant_id for case in cases if case.merchant_id}
    hidden = hidden_cases(by, are_open=True)
    of_person, of_place, of_both = Counter[int](), Counter[int](), Counter[tuple[int, int]]()
    # Counted by the database: a person of many cases would be as many rows.
    for person, place, n in _near.rows(people, places or {0}, hidden or {0}):
        of_person[person] += n
        of_place[place] += n
        of_both[person, place] += n
    for case in cases:
        n = of_person[case.cardholder_id]
        if case.merchant_id:
            n += of_place[case.merchant_id] - of_both[case.cardholder_id, case.merchant_id]
        is_counted = case.state != State.CLOSED and case.pk not in hidden
        case.n_near = n - is_counted  # type: ignore[attr-defined]


@prepared
def _near(people: Collection[int], places: Collection[int], hidden: Collection[int]) -> QuerySet[Case, Any]:
    """(person, place, how many open cases)."""
    near = Q(cardholder_id__in=people) | Q(merchant_id__in=places)
    rows = Case.objects.filter(near).exclude(state=State.CLOSED).exclude(pk__in=hidden).order_by()
    return rows.values_list("cardholder_id", "merchant_id").annotate(n=Count("pk"))


def near_cases(case: Case, by: Actor) -> list[Case]:
    """The cases that `count_near` counts, the newest first."""
    near = Q(cardholder_id=case.cardholder_id)
    if case.merchant_id:
        near |= Q(merchant_id=case.merchant_id)
    rows = visible_cases(by).exclude(state=State.CLOSED).filter(near).exclude(pk=case.pk)
    return list(rows.select_related("cardholder__department", "merchant").order_by("-pk")[:MAX_NEAR])
