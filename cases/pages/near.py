"""Other open cases of the person or merchant of a row, counted on the row and listed beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet

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
    found = [row for row in _near.rows(people, places or {0}) if row[0] not in hidden]
    of_person, of_place = Counter(row[1] for row in found), Counter(row[2] for row in found)
    of_both = Counter((row[1], row[2]) for row in found)
    known = {row[0] for row in found}
    for case in cases:
        n = of_person[case.cardholder_id]
        if case.merchant_id:
            n += of_place[case.merchant_id] - of_both[case.cardholder_id, case.merchant_id]
        case.n_near = n - (case.pk in known)  # type: ignore[attr-defined]


@prepared
def _near(people: Collection[int], places: Collection[int]) -> QuerySet[Case, Any]:
    near = Q(cardholder_id__in=people) | Q(merchant_id__in=places)
    return (
        Case.objects.filter(near)
        .exclude(state=State.CLOSED)
        .values_list("pk", "cardholder_id", "merchant_id")
    )


def near_cases(case: Case, by: Actor) -> list[Case]:
    """The cases that `count_near` counts, the newest first."""
    near = Q(cardholder_id=case.cardholder_id)
    if case.merchant_id:
        near |= Q(merchant_id=case.merchant_id)
    rows = visible_cases(by).exclude(state=State.CLOSED).filter(near).exclude(pk=case.pk)
    return list(rows.select_related("cardholder__department", "merchant").order_by("-pk")[:MAX_NEAR])
