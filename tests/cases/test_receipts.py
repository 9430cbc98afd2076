"""A file sent with an answer is read as a receipt, and the next night judges the claim again by what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.evidence import store
from cases.models import Evidence
from cases.services import evidence, explanations
from cases.services.receipts import read_sent_receipts
from cases.services.steps import current_request
from fraud.claims.models import Receipt
from fraud.claims.receipts.traces import traces_of
from tests.cases.stage import Stage, fresh
from tests.cast import make_claim
from tests.fraud.claims.receipts import made

pytestmark = pytest.mark.django_db


def sent(stage: Stage, content: bytes, name: str = "receipt.jpg", **more: object) -> Evidence:
    """A file added and sent with an answer by the cardholder."""
    case = stage.asked(**more)
    request = current_request(case)
    assert request is not None
    kept = evidence.add_evidence(request=request, name=name, content=content, by=stage.actor("cardholder"))
    assert read_sent_receipts() == 0  # until it is sent it is its author's alone
    explanations.submit_explanation(
        request=request,
        text="영수증을 첨부합니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    kept.refresh_from_db()
    return kept


def test_what_a_picture_told_before_its_metadata_went_is_kept_as_a_sign(stage: Stage) -> None:
    photo = made.photo(made.lines(), software="Adobe Photoshop 25.1")
    kept = sent(stage, photo)
    assert traces_of(store.read(kept.key)).programs == ()
    assert read_sent_receipts() == 1
    found = Receipt.objects.get()
    assert (found.source, found.source_key, found.signs) == ("answer", kept.reference, ["editor"])
    assert kept.traces is not None
    assert found.sha256 == kept.traces["sha256"] != kept.sha256
    assert found.claim in {alert.claim for alert in kept.case.alerts.all()}
    assert read_sent_receipts() == 0
    assert Receipt.objects.count() == 1
    assert found.handed_in_at <= found.received_at


def test_of_a_case_with_several_claims_the_one_whose_amount_it_says_gets_it_and_a_withdrawn_one_counts_no_longer(
    stage: Stage,
) -> None:
    holder = stage.cast.cardholder_record
    claims = [make_claim(cardholder=holder, amount_minor=amount) for amount in (20_000, 84_000)]
    kept = sent(stage, made.page(made.lines(total=84_000)), "receipt.pdf", claims=claims)
    assert read_sent_receipts() == 1
    found = Receipt.objects.get()
    assert (found.claim, found.total_minor, found.read_by) == (claims[1], 84_000, "text")
    stage.go_on(minutes=5)
    evidence.withdraw_evidence(evidence=kept, by=stage.actor("cardholder"))
    found.refresh_from_db()
    assert found.superseded_at is not None
    assert found.superseded_at - found.received_at >= timedelta(minutes=5)
