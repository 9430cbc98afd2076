"""What a text finds, asked in parts, is what one condition over all rows finds."""

from __future__ import annotations

import pytest
from django.db.models import Q

from fraud.claims import searched
from fraud.claims.identity import people_named
from fraud.claims.models import Cardholder, Merchant
from fraud.claims.searched import merchants_found, merchants_registered, people_found
from tests.cast import make_cardholder, make_merchant

pytestmark = pytest.mark.django_db
TEXTS = [
    "김",
    "E7-001",
    "e7 001",
    "e7001",
    "7001",
    "100%",
    "%",
    "_",
    "-",
    "Ω",
    "o'neil",
    "\\",
    "한 솔",
    "없는 이름",
]


@pytest.fixture
def people() -> None:
    for number, name in (
        ("E7001", "김하나"),
        ("e7-002", "O'Neil 100%"),
        ("E_7003", "한 솔"),
        ("Ω1", "김_둘"),
    ):
        make_cardholder(number, name=name)


@pytest.mark.parametrize("text", TEXTS)
def test_people_are_those_of_the_condition(people: None, text: str) -> None:
    for _again in range(2):  # the second time the SQL of the first is used
        assert people_found(text) == sorted(people_named(text).values_list("pk", flat=True))
    by_hand = [
        one.pk for one in Cardholder.objects.order_by("pk") if text.lower() in one.name.lower()
    ]  # by number besides
    assert set(by_hand) <= set(people_found(text) or ())


@pytest.mark.parametrize("text", TEXTS)
def test_merchants_are_those_of_the_condition(text: str) -> None:
    for name in ("김밥 100%", "한_솔 식당", "한 솔", "Ωmega", "o'neil's"):
        make_merchant(name)
    for _again in range(2):
        assert merchants_found(text) == sorted(
            Merchant.objects.filter(name__icontains=text).values_list("pk", flat=True)
        )


def test_a_business_number_finds_its_merchant_and_a_word_none() -> None:
    shop = make_merchant("한식당")
    Merchant.objects.filter(pk=shop.pk).update(brn="1234567891")
    Merchant.objects.exclude(pk=shop.pk).update(brn="")
    assert merchants_registered("1234567891") == [shop.pk]
    assert merchants_registered("") == merchants_registered("한식당") == []
    assert list(Merchant.objects.filter(Q(brn="1234567891"))) == [shop]


def test_what_too_many_share_is_not_listed(people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "_MOST", 1)
    monkeypatch.setattr(searched._people, "_threads", type(searched._people._threads)())
    assert people_found("김") is None
    assert people_found("하나") is not None
