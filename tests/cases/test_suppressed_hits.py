"""Suppression in the night: the hit is stored, marked and counted; it lifts no score and opens no case, and the run's pin decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit import clock
from cases.models import Alert
from fraud.detection.models import RuleHit, RuleSuppression, Score
from rules.models import Rule
from tests.cases.test_rule_beliefs import NEW, decide, misuse, night
from tests.night_company import add_rules
from tests.night_model import ready_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    ready_company(settings, tmp_path, 1500)


def leave_alone(**whom: Any) -> RuleSuppression:
    return RuleSuppression.objects.create(
        rule=Rule.objects.get(code="N01"),
        state="active",
        reason="x",
        until=clock.today() + timedelta(days=400),
        proposed_at=clock.now(),
        **whom,
    )


@pytest.mark.parametrize("always_open", [False, True])
def test_a_suppressed_hit_is_stored_and_counted_and_opens_nothing(always_open: bool) -> None:
    add_rules({"N01": (*NEW[:2], always_open)})
    left_alone, other = misuse(0, 0), misuse(1, 0, name="신규수법 둘째")
    leave_alone(cardholder=left_alone.cardholder)
    run = night(0)
    marks = dict(RuleHit.objects.filter(run=run).values_list("claim_id", "is_suppressed"))
    assert marks == {left_alone.pk: True, other.pk: False}
    by_rule = Alert.objects.filter(
        run=run, claim__in=marks, channel__in=["model", "rule"]
    )  # others may draw it
    assert set(by_rule.values_list("claim_id", flat=True)) == {other.pk}
    scores = {score.claim_id: score for score in Score.objects.filter(run=run, claim__in=marks)}
    quiet, lifted = scores[left_alone.pk], scores[other.pk]
    assert quiet.hybrid_probability == pytest.approx(quiet.model_probability)
    assert lifted.hybrid_probability > lifted.model_probability
    assert quiet.rule_score < lifted.rule_score
    decide([left_alone], 0, is_misuse=False)
    misuse(3, 1)
    version = str(Rule.objects.get(code="N01").versions.get().pk)
    assert night(1).rule_evidence[version]["reviewed"] == 1.0


def test_a_merchant_is_left_alone_by_that_rule_only_and_as_the_run_began() -> None:
    add_rules({"N01": NEW, "N02": ('merchant.name contains "수법"', 0.5, False)})
    claim = misuse(0, 0)
    row = leave_alone(merchant=claim.merchant)
    run = night(0)
    marks = dict(
        RuleHit.objects.filter(run=run, claim=claim).values_list("rule_version__rule__code", "is_suppressed")
    )
    assert marks == {"N01": True, "N02": False}
    assert run.rule_set["suppressions"] == [
        {"code": "N01", "cardholder_id": None, "merchant_id": claim.merchant_id}
    ]
    RuleSuppression.objects.filter(pk=row.pk).update(state="ended")
    again = misuse(5, 1)
    later = night(1)
    assert "suppressions" not in later.rule_set
    assert later.rule_set["hash"] == run.rule_set["hash"]
    assert not RuleHit.objects.get(run=later, claim=again, rule_version__rule__code="N01").is_suppressed
