"""A claim judged again that stands in an open case brings its new hits there; a decided case stays as it was."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.actor import Actor
from audit.models import AuditEvent
from cases.models import Alert, Case
from cases.services.night import run_night
from cases.workflow import State
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.detection.screening import services as screening
from tests.cast import make_claim, put_case
from tests.night_company import START, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 4)
PAID_AT = START + timedelta(days=10)
CUT_OFF = START + timedelta(days=20)


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()


def night(number: int) -> ScreeningRun:
    day, cut_off = DAY + timedelta(days=number), CUT_OFF + timedelta(days=number)
    return run_night(business_date=day, by=Actor.system("nightly"), cut_off_at=cut_off)


def paid(at: Any, number: int, **facts: Any) -> Claim:
    """A payment at one shop by one person, received an hour before the night of that number."""
    return make_claim(
        cardholder=Cardholder.objects.earliest("pk"),
        merchant=Merchant.objects.earliest("pk"),
        transacted_at=at,
        received_at=CUT_OFF + timedelta(days=number, hours=-1),
        amount_minor=77_000,
        **facts,
    )


def rules_hit(claim: Claim, run: ScreeningRun) -> set[str]:
    return set(
        RuleHit.objects.filter(claim=claim, run=run).values_list("rule_version__rule__code", flat=True)
    )


def case_of_a_banned_payment() -> tuple[Case, Claim, ScreeningRun]:
    claim = paid(PAID_AT, 0, card_status="stopped")
    run = night(0)
    assert rules_hit(claim, run) == {"X01"}
    return Case.objects.get(alerts__claim=claim), claim, run


def entries(case: Case) -> list[dict[str, Any]]:
    found = AuditEvent.objects.filter(subject=f"case:{case.reference}", action="case.hits_added")
    return [entry.after for entry in found]


def test_new_hit_of_a_claim_in_an_open_case_is_marked_there() -> None:
    case, claim, _ = case_of_a_banned_payment()
    paid(PAID_AT - timedelta(hours=3), 1)  # the same amount earlier, delivered late
    second = night(1)
    assert rules_hit(claim, second) == {"X01", "D03"}
    case.refresh_from_db()
    alert = Alert.objects.get(claim=claim)
    assert (alert.case_id, alert.run_id, alert.score.run_id) == (case.pk, second.pk, second.pk)
    assert case.has_news
    assert [(entry["claims"], entry["rules"]) for entry in entries(case)] == [([claim.pk], ["D03"])]


def test_claim_judged_again_with_the_same_hits_leaves_its_case_alone() -> None:
    case, claim, first = case_of_a_banned_payment()
    other = paid(PAID_AT - timedelta(hours=3), 1, card_last4="1111")
    Claim.objects.filter(pk=other.pk).update(amount_minor=12_345)
    second = night(1)
    assert rules_hit(claim, second) == {"X01"}
    assert Alert.objects.get(claim=claim).run_id == first.pk
    assert entries(case) == []


def test_decided_case_stays_as_it_was_when_its_claim_gets_a_new_hit() -> None:
    case, claim, first = case_of_a_banned_payment()
    put_case(case, state=State.PENDING_APPROVAL.value)
    version = case.version
    paid(PAID_AT - timedelta(hours=3), 1)
    second = night(1)
    assert "D03" in rules_hit(claim, second)
    case.refresh_from_db()
    assert (case.version, case.has_news) == (version, False)
    assert Alert.objects.get(claim=claim, case=case).run_id == first.pk
    assert entries(case) == []
