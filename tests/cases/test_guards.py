"""What the database refuses by itself, whoever asks: raw SQL, the ORM, an administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from audit.services import find_faults
from cases.models import Case, Decision
from tests.cases.stage import Stage, fresh
from tests.cast import make_person


@pytest.mark.parametrize(
    "values",
    [
        {"state": "closed"},
        {"disposition": "legitimate"},
        {"state": "closed", "version": F("version") + 1},
        {"state": "closed", "version": 1},
    ],
)
def test_a_case_does_not_change_without_its_entry(stage: Stage, values: dict[str, Any]) -> None:
    case = stage.taken()
    with pytest.raises(IntegrityError, match="audit entry"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**values)
    case.state = "closed"
    with pytest.raises(IntegrityError, match="audit entry"), transaction.atomic():
        case.save()
    with (
        pytest.raises(IntegrityError, match="audit entry"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE cases_case SET state = 'closed', version = version + 1 WHERE id = %s", [case.pk]
        )
    assert fresh(case).state == "in_review"
    assert find_faults() == []


def test_columns_beside_the_state_may_change(stage: Stage) -> None:
    case = stage.taken()
    assert Case.objects.filter(pk=case.pk).update(has_news=True, priority=5) == 1


def test_nobody_decides_their_own_case_even_by_hand(stage: Stage) -> None:
    case = stage.proposed()
    twin = make_person("someone", employee_no=" e2001")
    for values in ({"decided_by": twin}, {"proposed_by": twin}):
        with pytest.raises(IntegrityError, match="own case"), transaction.atomic():
            Decision.objects.filter(case=case).update(**values)
    decision = case.decisions.get()
    decision.pk, decision.number, decision.state, decision.proposed_by = None, 2, "returned", twin
    with pytest.raises(IntegrityError, match="own case"), transaction.atomic():
        decision.save(force_insert=True)


def test_nobody_holds_their_own_case_even_by_hand(stage: Stage) -> None:
    case = stage.case()
    with pytest.raises(IntegrityError, match="own case"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(assignee=stage.cast.cardholder)
    assert Case.objects.filter(pk=case.pk).update(assignee=stage.cast.reviewer) == 1


@pytest.mark.parametrize(
    ("values", "name"),
    [({"decided_by": F("proposed_by")}, "four_eyes"), ({"amount_minor": -1}, "amount_not_negative")],
)
def test_four_eyes_and_amounts_are_held_by_constraints_too(
    stage: Stage, values: dict[str, Any], name: str
) -> None:
    case = stage.proposed()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Decision.objects.filter(case=case).update(**values)
