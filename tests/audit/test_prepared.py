"""A prepared reading gives what its queryset gives, with whatever values, and is plain where it cannot be told apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet

from audit.people_rows import with_number
from audit.prepared import Prepared, prepared
from fraud.claims.models import Cardholder, Claim
from tests.cast import make_cardholder, make_claim

pytestmark = pytest.mark.django_db


def _claims(people: Collection[int], since: datetime, currency: str) -> QuerySet[Claim]:
    rows = Claim.objects.filter(cardholder__in=people, transacted_at__gte=since, currency=currency)
    return rows.select_related("cardholder__department", "merchant").defer("extra").order_by("pk")


claims = prepared(_claims)


@prepared
def named(text: str) -> QuerySet[Cardholder]:
    return Cardholder.objects.filter(name__contains=text)  # stands within %…%


def test_rows_are_those_of_the_queryset_whatever_the_values():
    made = [make_claim(cardholder=make_cardholder(), amount_minor=100 + n) for n in range(3)]
    ids = [one.cardholder_id for one in made]
    for people in ([], ids[:1], ids[1:], ids, [ids[2], ids[0], ids[2]], (ids[1], -1, -2, -3, -4)):
        for seconds in (-1, 0, 1):
            for currency in ("KRW", "USD"):
                asked = people, made[0].transacted_at + timedelta(seconds=seconds), currency
                assert claims.rows(*asked) == list(_claims(*asked))


def test_rows_come_with_what_was_joined_and_in_one_query(django_assert_num_queries):
    claim = make_claim()
    for _again in range(2):
        with django_assert_num_queries(1):
            [row] = claims.rows([claim.cardholder_id], claim.transacted_at, claim.currency)
            assert row.merchant.name == claim.merchant.name
            assert row.cardholder == claim.cardholder
        assert row.transacted_at == claim.transacted_at


def test_queryset_is_put_together_once_for_a_shape():
    calls = []

    def build(people: Collection[int]) -> QuerySet[Claim]:
        calls.append(people)
        return Claim.objects.filter(cardholder__in=people)

    reading: Prepared[Claim] = prepared(build)
    claim = make_claim()
    assert [reading.rows([claim.cardholder_id, n]) for n in range(-3, 0)] == [[claim]] * 3
    assert len(calls) == 1


def test_text_within_a_longer_one_is_found_and_signs_of_a_pattern_are_signs():
    make_cardholder(name="Kim Seo-yeon")
    make_cardholder(name="Team 100%")
    for text, found in (("Seo", ["Kim Seo-yeon"]), ("o-y", ["Kim Seo-yeon"]), ("100", ["Team 100%"])):
        assert [one.name for one in named.rows(text)] == found
    assert [one.name for one in named.rows("%")] == ["Team 100%"]
    assert named.rows("S_o") == []


def test_empty_list_and_null_are_what_they_are_in_a_filter():
    by_department = prepared(lambda code: Cardholder.objects.filter(department=code))
    person = make_cardholder(department=None)
    assert person in by_department.rows(None)
    assert claims.rows([], make_claim().transacted_at, "KRW") == []


def test_number_in_any_spelling_finds_its_person():
    by_number = prepared(lambda key: with_number(Cardholder.objects.all(), "employee_no", key))
    person = make_cardholder(employee_no="E-77 01")
    assert by_number.rows("e7701") == [person]


def test_a_text_that_is_looked_for_without_case_is_no_pattern():
    of_name = prepared(lambda text: Cardholder.objects.filter(name__iexact=text))
    person = make_cardholder(name="Team 100%")
    make_cardholder(name="Team 1000")
    for text, found in (
        ("team 100%", [person]),
        ("team 1000", 1),
        ("%", []),
        ("team_1000", []),
        ("TEAM 100%", [person]),
    ):
        rows = of_name.rows(text)
        assert (len(rows) if isinstance(found, int) else rows) == found, text


def test_rows_without_their_model_are_tuples_and_single_values_with_their_times():
    made = [make_claim(cardholder=make_cardholder(), amount_minor=100 + n) for n in range(3)]
    pairs = prepared(
        lambda ids: Claim.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "transacted_at")
    )
    times = prepared(
        lambda ids: Claim.objects.filter(pk__in=ids).order_by("pk").values_list("transacted_at", flat=True)
    )
    ids = [one.pk for one in made]
    assert pairs.rows(ids) == [(one.pk, one.transacted_at) for one in made]
    assert times.rows(ids) == [one.transacted_at for one in made]
    assert all(at.utcoffset() == timedelta() for at in times.rows(ids))


def test_a_row_read_this_way_is_a_model_like_any_other(django_assert_num_queries):
    claim = make_claim()
    [row] = claims.rows([claim.cardholder_id], claim.transacted_at, claim.currency)
    [plain] = _claims([claim.cardholder_id], claim.transacted_at, claim.currency)
    assert {name: value for name, value in vars(row).items() if name != "_state"} == {
        name: value for name, value in vars(plain).items() if name != "_state"
    }
    assert (row._state.adding, row._state.db) == (plain._state.adding, plain._state.db)
    assert row._state.fields_cache.keys() == plain._state.fields_cache.keys()
    with django_assert_num_queries(1):
        assert row.extra == claim.extra  # a column left out is read when asked for
    row.merchant = None  # a relation set anew takes its column along, as with any model
    assert row.merchant_id is None


def test_nothing_joined_is_nothing():
    person = make_cardholder(department=None)
    rows = prepared(lambda pk: Cardholder.objects.filter(pk=pk).select_related("department")).rows(person.pk)
    assert [one.department for one in rows] == [None]
