"""A rule by itself through the nights: a new narrow one opens from its first night, a noisy one falls silent by its outcomes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.actor import Actor
from cases.models import Alert
from cases.services.night import run_night
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.detection.screening import services as screening
from rules.models import RuleVersion
from tests.cast import make_claim
from tests.night_company import START, add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
FIRST = START + timedelta(days=61)
#: Weights so small that the expert formula opens nothing: what opens here, the belief opens.
NEW = ('merchant.name contains "신규수법"', 0.5, False)
NOISY = ("amount > 20,000 KRW", 0.5, False)


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    screening.forget_frames()
    add_people()
    add_claims(1500, is_history=True)
    install_model()


def misuse(number: int, night: int, name: str = "신규수법 상회", amount: int = 31_000) -> Claim:
    place, _ = Merchant.objects.get_or_create(key=f"new-{name}", defaults={"name": name, "mcc": "5812"})
    at = FIRST + timedelta(days=night, hours=3, minutes=number)
    return make_claim(
        cardholder=Cardholder.objects.order_by("pk")[number % 40],
        merchant=place,
        merchant_name=name,
        amount_minor=amount,
        transacted_at=at,
        received_at=at + timedelta(hours=1),
    )


def night(number: int) -> ScreeningRun:
    return run_night(
        business_date=date(2026, 5, 2) + timedelta(days=number),
        by=NIGHTLY,
        cut_off_at=FIRST + timedelta(days=number, hours=17),
    )


def decide(claims: list[Claim], night: int, is_misuse: bool) -> None:
    for claim in claims:
        known_at = FIRST + timedelta(days=night, hours=16)
        add_label(label=NewLabel(claim.pk, is_misuse, "review", known_at, scheme="card"), by=NIGHTLY)


def opened(run: ScreeningRun, claims: list[Claim]) -> int:
    return Alert.objects.filter(run=run, claim__in=claims, channel="model").count()


def test_a_new_narrow_rule_opens_its_hits_from_its_first_night_and_says_why() -> None:
    add_rules({"N01": NEW})
    claims = [misuse(number, 0) for number in range(2)]
    run = night(0)
    assert opened(run, claims) == 2
    score = Score.objects.get(run=run, claim=claims[0])
    assert score.model_probability < 0.05 < score.hybrid_probability == pytest.approx(0.25, abs=0.06)
    assert sum(reason["value"] for reason in score.reasons) == pytest.approx(score.z, abs=1e-4)
    lead = max(score.reasons, key=lambda reason: reason["value"])
    assert (lead["kind"], lead["code"]) == ("rule", "N01")
    version = RuleVersion.objects.get(rule__code="N01")
    assert run.rule_evidence[str(version.pk)]["belief"] == pytest.approx(score.hybrid_probability, abs=1e-6)


def test_without_the_rule_the_same_claims_open_nothing() -> None:
    add_rules({"N02": ("amount > 900,000,000 KRW", 0.5, False)})
    claims = [misuse(number, 0) for number in range(2)]
    assert opened(night(0), claims) == 0


def test_a_rule_that_hits_a_fifth_of_everything_opens_nothing_by_itself() -> None:
    add_rules({"N03": NOISY})
    run = night(0)
    claims = [misuse(number, 1, name=f"가게 {number}") for number in range(10)]
    run = night(1)
    assert RuleHit.objects.filter(run=run).count() == 10
    assert opened(run, claims) == 0


def test_a_rule_falls_silent_by_its_first_outcomes_and_comes_back_by_others() -> None:
    add_rules({"N01": NEW})
    beliefs, counts = [], []
    for number in range(5):
        claims = [misuse(each, number) for each in range(9)]
        run = night(number)
        version = str(RuleVersion.objects.get(rule__code="N01").pk)
        beliefs.append(run.rule_evidence[version]["belief"])
        counts.append(opened(run, claims))
        decide(claims, number, is_misuse=number == 4)
    assert beliefs == sorted(beliefs, reverse=True)
    assert [n > 0 for n in counts] == [belief > 0.05 for belief in beliefs]
    assert (counts[0] > 0, counts[4]) == (True, 0)  # nothing but genuine outcomes: silent
    late = [misuse(each, 5) for each in range(3)]
    again = night(5)
    assert again.rule_evidence[version]["belief"] > 0.05
    assert opened(again, late) == 3


def test_outcomes_of_hits_that_the_model_opened_itself_teach_the_rule_nothing() -> None:
    add_rules({"N01": NEW})
    claims = [misuse(each, 0) for each in range(3)]
    first = night(0)
    Score.objects.filter(run=first).update(model_probability=0.6)
    decide(claims, 0, is_misuse=True)
    misuse(9, 1)
    second = night(1)
    version = str(RuleVersion.objects.get(rule__code="N01").pk)
    assert (second.rule_evidence[version]["reviewed"], second.rule_evidence[version]["confirmed"]) == (
        0.0,
        0.0,
    )


def test_an_interrupted_night_goes_on_with_the_belief_it_began_with() -> None:
    add_rules({"N01": NEW})
    claims = [misuse(each, 0) for each in range(2)]
    run = screening.open_run(
        business_date=date(2026, 5, 2), by=NIGHTLY, cut_off_at=FIRST + timedelta(hours=17)
    )
    screening.prepare_run(run=run, by=NIGHTLY, first_model=lambda *_: None)
    pinned = ScreeningRun.objects.get(pk=run.pk).rule_evidence
    decide([claims[0]], -3, is_misuse=False)
    screening.forget_frames()
    done = night(0)
    assert (done.pk, done.rule_evidence) == (run.pk, pinned)
    assert opened(done, claims) == 2
