"""Claims a preview runs on: as little as a rule asks for, and the same hits as with everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fraud.claims.models import Claim, Merchant, Receipt
from fraud.workbench import frames
from rules.engine import RuleSpec
from rules.language import parse
from rules.services.rule_sets import current_context
from tests.cast import make_cardholder, make_claim

pytestmark = pytest.mark.django_db
TEXTS = (
    "amount > 300,000 KRW",
    "is_night or is_weekend or amount > 400,000 KRW",
    "count(same cardholder, merchant within 150 days) >= 2",
    'count(same cardholder within 200 days where merchant.name contains "바") >= 2',
    "amount_ratio_self_max > 1 or amount > 400,000 KRW",
)


@pytest.fixture
def claims():
    frames._kept.clear()
    person, now = make_cardholder(), timezone.now()
    for at, (days, amount, name) in enumerate(
        [
            (140, 100_000, "바"),
            (120, 450_000, "식당"),
            (60, 500_000, "식당"),
            (3, 350_000, "바"),
            (1, 90_000, "바"),
        ]
    ):
        place, _ = Merchant.objects.get_or_create(key=f"k-{name}", defaults={"name": name})
        when = now - timedelta(days=days, minutes=at)
        make_claim(
            cardholder=person,
            merchant=place,
            merchant_name=name,
            amount_minor=amount,
            transacted_at=when,
            received_at=when,
        )
    yield
    frames._kept.clear()


def hits(text: str, *, lean: bool) -> tuple[list[bool], bool]:
    spec = RuleSpec("draft", 0, parse(text))
    made = frames.window_frames([spec], lean=lean)
    assert made is not None
    return made.evaluate([spec], current_context()).hits_of(0).tolist(), made.is_lean


def test_little_hits_what_everything_hits(claims):
    for text in TEXTS:
        frames._kept.clear()
        little, is_lean = hits(text, lean=True)
        assert is_lean == ("ratio" not in text)  # what is computed of other claims needs all of them
        frames._kept.clear()
        assert hits(text, lean=False) == (little, False)
        assert any(little)


def test_more_is_read_when_a_rule_asks_for_more_and_serves_what_asked_before(claims):
    assert [hits(text, lean=True)[1] for text in (TEXTS[0], TEXTS[1], TEXTS[2])] == [True, True, True]
    assert hits(TEXTS[4], lean=True)[1] is False
    assert hits(TEXTS[2], lean=True)[1] is False
    assert hits(TEXTS[0], lean=False)[1] is False


def test_a_receipt_that_was_read_after_the_newest_claim_counts_at_once_until_it_is_taken_back(claims):
    text = "receipt.amount > amount * 2"
    assert not any(hits(text, lean=True)[0])  # and the frame is kept
    of = Claim.objects.latest("transacted_at")
    later = of.received_at + timedelta(hours=5)
    receipt = Receipt.objects.create(
        claim=of, source="folder", source_key="a.pdf", sha256="0" * 64, n_same=0, n_alike=0, total_minor=900_000,
        currency="KRW", read_by="text", handed_in_at=later, received_at=later,
    )  # fmt: skip
    for lean in (True, False):
        assert hits(text, lean=lean)[0].count(True) == 1
    Receipt.objects.filter(pk=receipt.pk).update(superseded_at=later + timedelta(hours=1))
    assert not any(hits(text, lean=True)[0])


def test_a_rule_whose_windows_look_at_behaviour_is_counted_on_everything(claims):
    text = "count(same cardholder within 200 days where amount_ratio_self_max > 1) >= 1"
    assert hits(text, lean=True) == hits(text, lean=False)
