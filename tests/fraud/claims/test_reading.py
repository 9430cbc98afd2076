"""Reading many claims apart from people and places gives the frame that one joined statement gives."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from fraud.claims.bulk import read_claims
from fraud.claims.models import Claim, Department
from fraud.claims.reading import SLICE_DAYS, read_many_claims
from tests.cast import make_cardholder, make_claim, make_department, make_merchant
from tests.night_company import START, add_claims, add_people

pytestmark = pytest.mark.django_db


def same(where: str = "1 = 1", params: tuple[object, ...] = ()) -> pl.DataFrame:
    joined = read_claims(where, params, superseded=True)
    apart = read_many_claims(where, params)
    assert apart.columns == joined.columns
    assert apart.schema == joined.schema
    assert apart.equals(joined)
    return apart


def test_many_claims_are_read_alike() -> None:
    add_people()
    add_claims(500)
    assert same().height == 500
    assert same("c.amount_minor > %s", (50_000,)).height < 500


def test_departments_countries_and_approvers_follow_the_same_rules() -> None:
    home, other = make_department("H"), make_department("O")
    boss = make_cardholder("E-BOSS", department=home)
    person = make_cardholder("E-ONE", department=home)
    lonely = make_cardholder("E-LONE", department=None)
    abroad = make_merchant("Paris", country="FR")
    make_claim(cardholder=person, merchant=abroad, department=other, country="", approver_no=boss.employee_no)
    make_claim(cardholder=person, merchant=abroad, department=None, country="US", approver_no="unknown")
    make_claim(cardholder=lonely, merchant=abroad, department=None, country="", approver_no="")
    frame = same()
    found = {tuple(row) for row in frame.select("department_code", "country", "approver_id").iter_rows()}
    assert found == {("O", "FR", boss.pk), ("H", "US", None), (None, "FR", None)}
    assert Department.objects.count() == 2
    assert Claim.objects.count() == 3


def test_claims_on_the_edge_of_a_slice_are_read_once() -> None:
    person, place = make_cardholder("E-ONE"), make_merchant("Paris")
    for days in (0, SLICE_DAYS, 2 * SLICE_DAYS):
        for microseconds in (-1, 0, 1):
            at = START + timedelta(days=days, microseconds=microseconds)
            make_claim(cardholder=person, merchant=place, transacted_at=at)
    assert same().height == 9


def test_no_claims_are_an_empty_frame() -> None:
    assert same().is_empty()
