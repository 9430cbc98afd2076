"""Other open cases of the person or merchant of a row, counted on the row and listed beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import Q

from audit.actor import Actor
from cases.models import Case
from cases.visibility import hidden_cases, visible_cases
from cases.workflow import State

MAX_NEAR = 30


def count_near(cases: Sequence[Case], by: Actor) -> None:
    """Give each case `n_near`: how many other open cases the reader may see of its cardholder or merchant. One query."""
    people = {case.cardholder_id for case in cases}
    places = {case.merchant_id for case in cases if case.merchant_id}
    near = Q(cardholder_id__in=people) | Q(merchant_id__in=places)
    rows = (
        Case.objects.filter(near).exclude(state=State.CLOSED).exclude(pk__in=hidden_cases(by, are_open=True))
    )
    found = list(rows.values_list("pk", "cardholder_id", "merchant_id"))
    of_person, of_place = Counter(row[1] for row in found), Counter(row[2] for row in found)
    of_both = Counter((row[1], row[2]) for row in found)
    known = {row[0] for row in found}
    for case in cases:
        n = of_person[case.cardholder_id]
        if case.merchant_id:
            n += of_place[case.merchant_id] - of_both[case.cardholder_id, case.merchant_id]
        case.n_near = n - (case.pk in known)  # type: ignore[attr-defined]


def near_cases(case: Case, by: Actor) -> list[Case]:
    """The cases that `count_near` counts, the newest first."""
    near = Q(cardholder_id=case.cardholder_id)
    if case.merchant_id:
        near |= Q(merchant_id=case.merchant_id)
    rows = visible_cases(by).exclude(state=State.CLOSED).filter(near).exclude(pk=case.pk)
    return list(rows.select_related("cardholder__department", "merchant").order_by("-pk")[:MAX_NEAR])
