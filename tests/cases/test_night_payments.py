"""A night opens and draws payments of which something is still gone: nothing that was declined, came back or was taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cases.models import Alert
from cases.services.night_claims import candidate_claims, chosen_claims, sample_population
from fraud.claims.models import Claim
from tests.cases.test_rule_beliefs import misuse, night
from tests.night_company import add_rules
from tests.night_model import ready_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    ready_company(settings, tmp_path, 600)


def kinds() -> dict[str, Claim]:
    """A payment, a declined one, one that was taken back in full and the row that took it back."""
    found = {name: misuse(number, 0) for number, name in enumerate(("paid", "declined", "undone", "back"))}
    Claim.objects.filter(pk=found["declined"].pk).update(txn_type="decline")
    Claim.objects.filter(pk=found["back"].pk).update(
        txn_type="cancel",
        cardholder=found["undone"].cardholder,
        amount_minor=-found["undone"].amount_minor,
        original_claim=found["undone"],
        credit_minor=found["undone"].amount_minor,
    )
    return found


def test_only_what_is_still_gone_competes_for_seats_and_is_drawn() -> None:
    add_rules({"N01": ('merchant.name contains "신규수법"', 0.5, True)})
    claims = kinds()
    run = night(0)
    opened = set(Alert.objects.filter(claim__in=claims.values()).values_list("claim_id", flat=True))
    assert opened == {claims["paid"].pk}
    drawn = set(sample_population(run)["claim_id"]) & {claim.pk for claim in claims.values()}
    assert drawn == {claims["paid"].pk}
    losses = {
        pk: row["expected_loss_minor"]
        for pk, row in chosen_claims(
            run, list(Claim.objects.filter(scores__run=run).values_list("pk", flat=True))
        ).items()
    }
    assert [losses[claims[name].pk] for name in ("declined", "undone", "back")] == [0, 0, 0]
    assert losses[claims["paid"].pk] > 0


def test_a_rule_about_the_kind_of_transaction_still_opens_what_it_speaks_of() -> None:
    add_rules({"N01": ('txn_type == "decline" and merchant.name contains "신규수법"', 0.5, True)})
    claims = kinds()
    run = night(0)
    candidates, _ = candidate_claims(run, 0.05)
    assert set(candidates["claim_id"]) & {claim.pk for claim in claims.values()} <= {claims["declined"].pk}
    opened = set(Alert.objects.filter(claim__in=claims.values()).values_list("claim_id", flat=True))
    assert claims["declined"].pk in opened
    assert not opened & {claims["undone"].pk, claims["back"].pk}
