"""What vehicles and expenses approved before say of a claim."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from fraud.claims.models import PreApproval, Vehicle
from fraud.claims.reading import read_many_claims
from tests.cast import make_cardholder, make_claim

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # noon in Seoul
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def claim(employee_no: str = "E1", **facts: Any) -> None:
    make_claim(cardholder=make_cardholder(employee_no), transacted_at=AT, received_at=AT, **facts)


def said(*names: str) -> list[tuple[Any, ...]]:
    return read_many_claims(LATER).select(names).rows()


@pytest.mark.parametrize(
    ("first", "last", "has_one"),
    [
        (date(2026, 3, 2), None, True),
        (date(2026, 1, 1), date(2026, 3, 2), True),
        (date(2026, 1, 1), date(2026, 3, 1), False),
        (date(2026, 3, 3), None, False),
    ],
)
def test_a_vehicle_is_had_from_its_first_to_its_last_day(
    first: date, last: date | None, has_one: bool
) -> None:
    claim()
    assert said("has_vehicle") == [(None,)]  # no such list: nobody is said to have none
    Vehicle.objects.create(employee_no="E1", plate_no="1", starts_on=first, ends_on=last, received_at=AT)
    assert said("has_vehicle") == [(has_one,)]


@pytest.mark.parametrize(
    ("facts", "minor", "is_outside"),
    [
        ({"pre_approval_id": "A1"}, 50_000, False),
        ({"pre_approval_id": "A1", "pre_approved_minor": 40_000}, 40_000, False),  # the claim's own word
        ({"pre_approval_id": "A1", "currency": "USD"}, None, False),  # another money says nothing of this one
        ({"pre_approval_id": "A1", "employee_no": "E2"}, None, True),  # somebody else's excuses nobody
        ({"pre_approval_id": "A2"}, None, True),  # for other days
        ({"pre_approval_id": "A9"}, None, True),  # nobody approved it
        ({"pre_approval_id": ""}, None, None),
    ],
)
def test_an_approval_counts_for_its_person_and_days(
    facts: dict[str, Any], minor: int | None, is_outside: bool | None
) -> None:
    spans = {"A1": (date(2026, 3, 1), "50000"), "A2": (date(2026, 3, 3), "90000")}
    for number, (first, amount) in spans.items():
        last = first.replace(day=first.day + 1)
        more = {"starts_on": first, "ends_on": last, "amount": amount, "currency": "KRW", "received_at": AT}
        PreApproval.objects.create(approval_no=number, employee_no="E1", **more)
    claim(**facts)
    assert said("pre_approved_minor", "is_outside_pre_approval") == [(minor, is_outside)]
