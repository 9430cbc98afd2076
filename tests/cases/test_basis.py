"""What stands behind a reason: the same payments and outcomes the run counted, as it knew them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from fraud.claims.models import Label
from fraud.detection.basis import basis_of, has_basis
from tests.cast import (
    NOW,
    Cast,
    make_case,
    make_cast,
    make_claim,
    make_hit,
    make_merchant,
    make_rule_version,
    make_run,
    make_score,
)

pytestmark = pytest.mark.django_db

WINDOW = "count(same cardholder, merchant within 30 minutes)"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_window_opens_exactly_the_payments_it_counted(cast: Cast) -> None:
    place, elsewhere = make_merchant("한우마을"), make_merchant("다른집")
    run = make_run(cut_off_at=NOW)
    at = NOW - timedelta(hours=14)
    minutes = (-45, -22, -9, 0, 5)
    here = [
        make_claim(merchant=place, transacted_at=at + timedelta(minutes=n), has_time=True) for n in minutes
    ]
    make_claim(merchant=elsewhere, transacted_at=at - timedelta(minutes=5), has_time=True)
    make_claim(merchant=place, cardholder=cast.stranger_record, transacted_at=at, has_time=True)
    make_claim(
        merchant=place,
        transacted_at=at - timedelta(minutes=3),
        has_time=True,
        received_at=NOW + timedelta(days=1),
    )
    counted = basis_of(WINDOW, here[3], run).claim_ids
    assert counted == tuple(claim.pk for claim, n in zip(here, minutes, strict=True) if -30 <= n <= 0)


def test_a_condition_of_a_window_is_asked_of_every_payment_behind_it(cast: Cast) -> None:
    at, run = NOW - timedelta(hours=14), make_run(cut_off_at=NOW)
    amounts = (90_000, 4_000, 70_000, 60_000)
    claims = [
        make_claim(transacted_at=at + timedelta(minutes=5 * n), has_time=True, amount_minor=amount)
        for n, amount in enumerate(amounts)
    ]
    told = "count(same cardholder, merchant within 30 minutes where amount > 50,000 KRW)"
    assert basis_of(told, claims[3], run).claim_ids == (claims[0].pk, claims[2].pk, claims[3].pk)


def test_known_misuse_opens_the_outcomes_known_at_the_time(cast: Cast) -> None:
    place = make_merchant("한우마을")
    run, claim = make_run(cut_off_at=NOW), make_claim(merchant=place, cardholder=cast.stranger_record)
    at = claim.transacted_at
    expected = set()
    for n, (days_before, is_misuse) in enumerate([(1, True), (3, False), (20, True), (40, True), (-1, True)]):
        earlier = make_claim(merchant=place, transacted_at=at - timedelta(days=60 + n))
        Label.objects.create(
            claim=earlier,
            claim_version=1,
            is_misuse=is_misuse,
            source="case",
            known_at=at - timedelta(days=days_before),
        )
        if is_misuse and 0 <= days_before < 30:
            expected.add(earlier.pk)
    found = basis_of("n_known_misuse_merchant_30d", claim, run)
    assert set(found.claim_ids) == expected
    assert all(is_misuse for is_misuse, _ in found.outcomes.values())


def test_a_habit_opens_the_spending_it_was_computed_from(cast: Cast) -> None:
    run, claim = make_run(cut_off_at=NOW), make_claim()
    days = (1, 29, 31)
    earlier = [make_claim(transacted_at=claim.transacted_at - timedelta(days=n)) for n in days]
    make_claim(transacted_at=claim.transacted_at - timedelta(days=2), txn_type="decline")
    make_claim(transacted_at=claim.transacted_at - timedelta(days=2), currency="USD")
    found = basis_of("amount_ratio_self_30d", claim, run).claim_ids
    assert set(found) == {one.pk for one, n in zip(earlier, days, strict=True) if n <= 30}


def test_a_fact_of_the_claim_alone_has_nothing_behind_it() -> None:
    assert [has_basis(name) for name in ("amount", "is_night", "not a window (")] == [False, False, False]


@pytest.fixture
def flagged(cast: Cast) -> Case:
    """A case whose rule counted two payments."""
    run = make_run(cut_off_at=NOW)
    at = NOW - timedelta(hours=14)
    make_claim(transacted_at=at - timedelta(minutes=10), has_time=True)
    claim = make_claim(transacted_at=at, has_time=True)
    facts = {"values": {WINDOW: {"kind": "number", "value": 2}}}
    make_hit(claim=claim, run=run, rule_version=make_rule_version(), facts=facts)
    make_score(claim=claim, run=run)
    return make_case(claims=[claim], run=run)


def test_the_case_page_leads_to_the_payments_and_a_blind_case_to_nothing(
    client: Client, cast: Cast, flagged: Case
) -> None:
    claim = flagged.alerts.get().claim
    address = reverse("cases:basis", args=[flagged.reference, claim.pk, WINDOW])
    client.force_login(cast.reviewer)
    assert address in client.get(reverse("cases:detail", args=[flagged.reference])).content.decode()
    page = client.get(address).content.decode()
    assert page.count(reverse("fraud:claim", args=[claim.pk])) == 1
    assert page.count("<tr>") == 3
    absent = reverse("cases:basis", args=[flagged.reference, claim.pk, "n_known_misuse_merchant_30d"])
    assert client.get(absent).status_code == 404
    client.force_login(cast.stranger)
    assert client.get(address).status_code in (403, 404)
    Case.objects.filter(pk=flagged.pk).update(drawn_blind=True)
    client.force_login(cast.reviewer)
    assert client.get(address).status_code == 404
