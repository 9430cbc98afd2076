"""Rows read as the few columns a list shows: each is what Django reads, and what is not listed is read when asked for."""

from __future__ import annotations

import pytest

from audit.plain_rows import PlainRows
from fraud.claims.models import Cardholder, Claim, Department
from tests.cast import make_cardholder, make_claim

pytestmark = pytest.mark.django_db
CLAIMS = PlainRows(
    Claim,
    ("id", "amount_minor", "cardholder_id"),
    cardholder=(Cardholder, ("id", "name", "department_id")),
    cardholder__department=(Department, ("id", "name")),
)


def read() -> list[Claim]:
    return [CLAIMS.made(row) for row in Claim.objects.order_by("pk").values_list(*CLAIMS.names)]


def test_a_row_is_the_row_with_what_it_points_to(django_assert_num_queries) -> None:
    unplaced = make_cardholder("E7001")
    Cardholder.objects.filter(pk=unplaced.pk).update(department=None)
    claims = [make_claim(), make_claim(cardholder=unplaced)]
    with django_assert_num_queries(1):
        rows = read()
        shown = [(row.pk, row.amount_minor, str(row.cardholder), row.cardholder.department) for row in rows]
    whole = [Claim.objects.get(pk=claim.pk) for claim in claims]
    assert shown == [
        (one.pk, one.amount_minor, str(one.cardholder), one.cardholder.department) for one in whole
    ]
    assert shown[1][3] is None
    assert rows == whole


def test_a_column_that_is_not_listed_is_read_when_asked_for(django_assert_num_queries) -> None:
    claim = make_claim()
    row = read()[0]
    with django_assert_num_queries(1):
        assert row.merchant_name == claim.merchant_name
