"""A rule that counts for a share of the cardholders in the night: the others' hits are stored as watched, lift no score and open nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit.people import number_key
from cases.models import Alert
from fraud.detection.models import RuleHit, Score
from rules.models import Rule, RuleVersion
from rules.rollout import is_inside
from tests.cases.test_rule_beliefs import NEW, misuse, night
from tests.night_company import add_rules
from tests.night_model import ready_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    ready_company(settings, tmp_path, 1500)


def test_only_people_inside_the_share_are_judged_and_the_run_keeps_the_share_it_began_with() -> None:
    add_rules({"N01": NEW})
    claims = [misuse(number, 0, name=f"신규수법 {number}") for number in range(8)]
    inside = {claim.pk for claim in claims if is_inside("N01", number_key(claim.cardholder.employee_no), 0.5)}
    assert 0 < len(inside) < 8
    version = Rule.objects.get(code="N01").versions.get()
    RuleVersion.objects.filter(pk=version.pk).update(rollout_rate=Decimal("0.5"))
    run = night(0)
    hits = RuleHit.objects.filter(run=run, rule_version=version)
    assert {hit.claim_id: (hit.is_shadow, hit.is_suppressed) for hit in hits} == {
        claim.pk: (claim.pk not in inside, False) for claim in claims
    }
    by_rule = Alert.objects.filter(run=run, channel="rule").values_list("claim_id", flat=True)
    assert set(by_rule) <= inside
    for score in Score.objects.filter(run=run, claim__in=claims):
        is_lifted = score.hybrid_probability > score.model_probability + 1e-9
        assert is_lifted == (score.claim_id in inside)
    assert [row.get("rate") for row in run.rule_set["rules"]] == ["0.50"]
