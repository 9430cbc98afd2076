"""Misuse that a rule nearly caught: one condition false and known to be, no other active rule on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actor import Actor
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim, Merchant
from fraud.workbench.near_misses import misses_of
from rules.language import to_text
from tests.cast import make_cardholder, make_claim

pytestmark = pytest.mark.django_db
TEXT = 'amount > 300,000 KRW and merchant.name contains "바" and purpose_code = "MEAL"'


def misuse(amount: int, name: str, purpose: str = "MEAL") -> Claim:
    place, _ = Merchant.objects.get_or_create(key=f"k-{name}", defaults={"name": name})
    at = timezone.now() - timedelta(days=3)
    claim = make_claim(
        cardholder=make_cardholder(),
        merchant=place,
        merchant_name=name,
        amount_minor=amount,
        purpose_code=purpose,
        transacted_at=at,
        received_at=at,
    )
    label = NewLabel(claim.pk, True, "review", timezone.now())
    add_labels(labels=[label], by=Actor.system("training"), subject="file:F-1")
    return claim


def test_one_false_condition_is_a_near_miss_and_is_named():
    small = misuse(200_000, "심야 바")
    other = misuse(400_000, "한우 식당")
    misuse(100_000, "한우 식당")  # two are false
    found = misses_of(TEXT, [])
    assert found.n_misuse == 3
    assert {near.claim_id: to_text(near.part) for near in found.near} == {
        small.pk: "amount > 300,000 KRW",
        other.pk: 'merchant.name contains "바"',
    }
    told = {near.claim_id: near.facts for near in found.near}
    assert told[small.pk]["amount"]["value"] == 200_000
    assert told[other.pk]["merchant.name"]["value"] == "한우 식당"


def test_what_cannot_be_judged_is_no_near_miss():
    misuse(400_000, "심야 바", purpose="")
    assert misses_of(TEXT, []).near == ()


def test_what_it_alone_hits_is_told_and_what_another_rule_hits_is_not():
    caught = misuse(400_000, "심야 바")
    misuse(900_000, "심야 바")
    near = misuse(250_000, "심야 바")
    found = misses_of(TEXT, ["amount > 800,000 KRW"])
    assert found.caught == (caught.pk,)
    assert [one.claim_id for one in found.near] == [near.pk]
    assert misses_of(TEXT, ["amount > 200,000 KRW"]).near == ()


def test_a_rule_of_one_condition_has_no_near_misses():
    misuse(200_000, "심야 바")
    assert misses_of("amount > 300,000 KRW", []).near == ()


def test_without_claims_there_is_nothing_to_tell():
    assert misses_of(TEXT, []).n_misuse == 0
