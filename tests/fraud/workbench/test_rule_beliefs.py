"""How good a rule is: what the last night believed of it, on its page and in the list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from scipy.stats import binomtest

from audit.actor import Actor
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.beliefs import RuleEvidence
from fraud.workbench.rule_beliefs import beliefs_by_version
from fraud.workbench.rule_hits import VersionHits
from rules.models import RuleVersion
from rules.services import install_starter_rules
from tests.cast import make_cast, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    install_starter_rules(by=Actor.system("test"))
    return make_cast()


def night(state: str = "finished", **evidence: RuleEvidence):
    versions = {v.rule.code: v.pk for v in RuleVersion.objects.filter(state="active").select_related("rule")}
    day = date(2026, 11, 1) + timedelta(days=ScreeningRun.objects.count())
    return make_run(
        business_date=day,
        state=state,
        rule_evidence={str(versions[code]): each.to_json() for code, each in evidence.items()},
    )


def test_a_rule_is_useless_once_even_its_best_case_is_under_the_threshold(cast) -> None:
    night(
        A01=RuleEvidence("A01", 280, 28, 120, 1),
        A02=RuleEvidence("A02", 280, 28, 120, 4),
        T01=RuleEvidence("T01", 2800, 28, 0, 0),
    )
    codes = dict(RuleVersion.objects.values_list("pk", "rule__code"))
    found = {codes[version]: belief for version, belief in beliefs_by_version().items()}
    assert {code for code, belief in found.items() if belief.is_useless} == {"A01"}
    exact = binomtest(1, 120).proportion_ci(0.95, "exact")
    assert found["A01"].evidence.upper == pytest.approx(exact.high)
    assert found["T01"].evidence.upper == 1.0  # nobody has looked: nothing speaks against it


def test_only_a_finished_night_counts(cast) -> None:
    assert beliefs_by_version() == {}
    night(state="running", A01=RuleEvidence("A01", 280, 28, 120, 1))
    assert beliefs_by_version() == {}


def test_rule_page_tells_what_only_the_rule_finds_from_all_of_its_outcomes(client, cast, monkeypatch) -> None:
    """Eleven of thirteen known hits are misuse; the model finds twelve of them, and the one that only the rule finds is in order."""
    night(A01=RuleEvidence("A01", 13, 28, 1, 0))
    version = RuleVersion.objects.get(rule__code="A01", state="active")
    found = {version.pk: VersionHits(n_claims=13, n_known=13, n_misuse=11)}
    monkeypatch.setattr("fraud.workbench.views.rules.hits_by_version", lambda **of: found)
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:rule", args=["A01"])).content.decode()
    panel = page[page.index('id="belief"') :]
    assert "12.5 % of the hits that only it finds are misuse" in panel  # 5 * .5 * .3 / 6
    assert "11 of 13 known were misuse" in panel
    assert "Most of them the model finds as well" in panel
    assert "0.0 confirmed of 1.0" in panel


def test_rule_page_and_list_say_how_good_a_rule_is_and_that_it_might_stop(client, cast) -> None:
    run = night(A01=RuleEvidence("A01", 280, 28, 120, 1), A02=RuleEvidence("A02", 14, 28, 10, 4))
    client.force_login(cast.rule_admin)
    useless = client.get(reverse("fraud:rule", args=["A01"])).content.decode()
    assert run.reference in useless
    assert "1.0 confirmed of 120.0" in useless or "120.0건 중 1.0건 확인" in useless
    assert 'class="notice warning"' in useless
    good = client.get(reverse("fraud:rule", args=["A02"])).content.decode()
    assert "31.7 %" in good or "31.7%" in good  # (5 * .15 + 4) / (5 + 10)
    nobody = night(A03=RuleEvidence("A03", 3, 28))
    fresh = client.get(reverse("fraud:rule", args=["A03"])).content.decode()
    assert nobody.reference in fresh
    assert "기대" in fresh or "Hoped" in fresh
    assert "아직 없음" in fresh or "none yet" in fresh
    night(A01=RuleEvidence("A01", 280, 28, 120, 1))
    listed = client.get(reverse("fraud:rules")).content.decode()
    assert listed.count("tag warning") == 1
