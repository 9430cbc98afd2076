"""A rule by itself through the nights: a new narrow one opens from its first night, a noisy one falls silent by its outcomes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit.actor import Actor
from cases.models import Alert, Case, HeldBack
from cases.services.night import run_night
from cases.services.night_claims import sample_population
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.company.models import CompanySettings
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.detection.screening import services as screening
from rules.models import RuleVersion
from tests.cast import make_claim
from tests.night_company import START, add_rules
from tests.night_model import ready_company

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
FIRST = START + timedelta(days=61)
#: Weights so small that the expert formula opens nothing: what opens here, the belief opens.
NEW = ('merchant.name contains "신규수법"', 0.5, False)
NOISY = ("amount > 20,000 KRW", 0.5, False)


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    ready_company(settings, tmp_path, 1500)


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
    both = Score.objects.filter(run=run, claim__in=claims).order_by("claim_id")
    assert all(score.model_probability < 0.05 < score.hybrid_probability for score in both)
    score = both[0]
    assert sum(reason["value"] for reason in score.reasons) == pytest.approx(score.z, abs=1e-4)
    lead = max(score.reasons, key=lambda reason: reason["value"])
    assert (lead["kind"], lead["code"]) == ("rule", "N01")
    version = RuleVersion.objects.get(rule__code="N01")
    belief = run.rule_evidence[str(version.pk)]["belief"]
    assert belief == pytest.approx(0.125, abs=0.03)
    assert belief == pytest.approx(np.mean([each.hybrid_probability for each in both]), abs=1e-4)


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
    # the model tells the likelier ones among the hits, so some are over the threshold while the mean is a little under it
    assert not any(n for n, belief in zip(counts, beliefs, strict=True) if belief < 0.03)
    assert (counts[0] > 0, counts[4]) == (True, 0)  # nothing but genuine outcomes: silent
    late = [misuse(each, 5) for each in range(3)]
    again = night(5)
    assert again.rule_evidence[version]["belief"] > 0.05
    assert opened(again, late) == 3


def test_a_rule_true_in_two_of_five_hits_opens_at_once_and_twenty_outcomes_tell_how_good_it_is() -> None:
    add_rules({"N01": NEW})
    runs = []
    for number in range(4):
        claims = [misuse(each, number) for each in range(5)]
        runs.append(night(number))
        if number == 0:
            assert opened(runs[0], claims) == 5
        decide(claims[:2], number, is_misuse=True)
        decide(claims[2:], number, is_misuse=False)
    misuse(9, 4)
    version = str(RuleVersion.objects.get(rule__code="N01").pk)
    evidence = night(4).rule_evidence[version]
    assert (evidence["reviewed"], evidence["confirmed"]) == (20.0, 8.0)
    assert evidence["belief"] == pytest.approx(0.4, abs=0.08)


def test_while_nothing_of_a_rule_is_confirmed_its_sixth_hit_lets_others_go_first() -> None:
    """Five of its hits are under review and nobody has decided yet: with two seats left those of another new rule come first."""
    other = "다른수법 상회"
    add_rules({"N01": NEW, "N09": ('merchant.name contains "다른수법"', 0.4, False)})
    first = [misuse(each, 0) for each in range(5)]
    assert opened(night(0), first) == 5
    CompanySettings.objects.create(
        number=1,
        state="active",
        values={"reviewer_minutes_per_day": 60, "minutes_per_case": 20, "control_sample_number": 0},
        proposed_by="test",
    )
    again = [misuse(10 + each, 1) for each in range(4)]
    others = [misuse(20 + each, 1, name=other) for each in range(2)]
    run = night(1)
    assert opened(run, others) == 2
    held = HeldBack.objects.filter(claim__in=again, resolved_at=None)
    assert held.count() >= 3
    assert set(held.values_list("why", flat=True)) == {"unproven"}
    decide(first[:1], 1, is_misuse=True)  # one confirmed hit, and they compete as anything else
    late = [misuse(30 + each, 2) for each in range(2)]
    assert opened(night(2), [*again, *late]) > opened(run, again)


def test_a_noisy_new_rule_keeps_to_its_budget_until_its_outcomes_silence_it() -> None:
    add_rules({"N01": NEW})
    CompanySettings.objects.create(number=1, state="active", values={"rule_budget": 3}, proposed_by="test")
    counts = []
    for number in range(5):
        claims = [misuse(each, number) for each in range(9)]
        run = night(number)
        counts.append(Case.objects.filter(run=run, source="model").count())
        decide(claims, number, is_misuse=False)
        if number == 0:
            assert set(HeldBack.objects.filter(run=run).values_list("why", flat=True)) == {"rule_budget"}
    assert counts[0] == 3
    assert max(counts) == 3
    assert counts[4] == 0


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


def test_outcomes_that_came_with_the_history_teach_a_rule_on_its_first_night() -> None:
    past = [misuse(number, -20) for number in range(6)]
    Claim.objects.filter(pk__in=[claim.pk for claim in past]).update(is_history=True)
    for number, claim in enumerate(past):
        known_at = FIRST - timedelta(days=10)
        add_label(label=NewLabel(claim.pk, number < 2, "import", known_at, scheme="card"), by=NIGHTLY)
    add_rules({"N01": NEW})
    misuse(9, 0)
    first, version = night(0), str(RuleVersion.objects.get(rule__code="N01").pk)
    assert first.rule_evidence[version]["past_reviewed"] == 6
    assert first.rule_evidence[version]["past_confirmed"] == 2
    # by the formula: the prior of a narrow rule, half an outcome each, and what was confirmed counts less
    a_night = first.rule_evidence[version]["hits"] / first.rule_evidence[version]["nights"]
    expected = (5 * 0.5 * min(0.3, 0.5 / a_night) + 0.15 * 2) / (5 + 0.5 * 6)
    assert first.rule_evidence[version]["belief"] == pytest.approx(expected, abs=1e-6)
    misuse(10, 1)
    second = night(1)
    assert second.rule_evidence[version]["past_reviewed"] == 6  # kept, not counted twice


def test_within_a_rules_hits_the_model_tells_the_likelier_ones() -> None:
    add_rules({"N01": NEW})
    first = night_with(0, 4)
    scores = Score.objects.filter(run=first, claim__merchant_name__contains="신규수법").order_by("pk")
    for score, alone in zip(scores, (0.001, 0.002, 0.004, 0.008), strict=True):
        Score.objects.filter(pk=score.pk).update(model_probability=alone)
    version = str(RuleVersion.objects.get(rule__code="N01").pk)
    second = night_with(1, 2)
    level = second.rule_evidence[version]["level"]
    assert level is not None
    belief = second.rule_evidence[version]["belief"]
    for score in Score.objects.filter(run=second, claim__merchant_name__contains="신규수법"):
        odds = np.log(belief / (1 - belief)) + 0.5 * (
            np.log(score.model_probability / (1 - score.model_probability)) - level
        )
        assert score.hybrid_probability == pytest.approx(1 / (1 + np.exp(-odds)), rel=1e-4)


def test_on_its_first_night_after_months_of_history_a_broad_rule_does_not_accuse_everybody_it_hits() -> None:
    """A bakery imports two months of claims and seventy outcomes, a fifth of them misuse, and a rule hits every second claim."""
    past = [misuse(number, -3 - number % 20, name=f"옛 가게 {number % 9}") for number in range(70)]
    Claim.objects.filter(pk__in=[claim.pk for claim in past]).update(is_history=True)
    for number, claim in enumerate(past):
        known_at = FIRST - timedelta(days=2)
        add_label(label=NewLabel(claim.pk, number % 5 == 0, "import", known_at, scheme="card"), by=NIGHTLY)
    add_rules({"N03": NOISY})
    usual = Claim.objects.filter(amount_minor__range=(21_000, 60_000)).exclude(pk__in=[p.pk for p in past])
    claims = [again_tonight(claim, number) for number, claim in enumerate(usual.order_by("pk")[100:126])]
    run = night(0)
    evidence = run.rule_evidence[str(RuleVersion.objects.get(rule__code="N03").pk)]
    assert evidence["belief"] > 0.05  # so that without a level all 26 would be over the threshold
    assert opened(run, claims) < 13
    for score in Score.objects.filter(run=run, claim__in=claims):  # by the formula, from what is kept
        odds = np.log(evidence["belief"] / (1 - evidence["belief"])) + 0.5 * (
            np.log(score.model_probability / (1 - score.model_probability)) - evidence["level"]
        )
        believed = 1 / (1 + np.exp(-odds))
        assert score.hybrid_probability == pytest.approx(max(score.model_probability, believed), rel=1e-3)


def again_tonight(claim: Claim, number: int) -> Claim:
    """What the same person paid before, at the same place, once more."""
    at = FIRST + timedelta(hours=3, minutes=number)
    return make_claim(
        cardholder=claim.cardholder,
        merchant=claim.merchant,
        merchant_name=claim.merchant_name,
        amount_minor=claim.amount_minor + 10,
        transacted_at=at,
        received_at=at + timedelta(hours=1),
    )


def test_what_the_model_thought_of_a_rules_hits_before_its_first_night_holds_until_nights_have_seen_enough() -> (
    None
):
    add_rules({"N03": NOISY})
    misuse(0, 0, amount=5_000)
    first = night(0)
    misuse(1, 1, amount=5_000)
    second = night(1)
    version = str(RuleVersion.objects.get(rule__code="N03").pk)
    assert len(first.rule_evidence[version]["tried_odds"]) == 20
    assert not RuleHit.objects.filter(run__in=[first, second]).exists()
    assert second.rule_evidence[version]["level"] == pytest.approx(
        first.rule_evidence[version]["level"], abs=0.3
    )


def night_with(number: int, n_claims: int) -> ScreeningRun:
    for each in range(n_claims):
        misuse(each, number)
    return night(number)


def test_a_useless_new_rule_gets_three_seats_a_night_and_nothing_extra_once_enough_hits_are_under_review() -> (
    None
):
    add_rules({"N03": NOISY})
    night(0)
    taught, runs = [], []
    for number in range(1, 6):
        claims = [misuse(each, number, name=f"가게 {number}-{each}") for each in range(12)]
        runs.append(night(number))
        taught.append(Alert.objects.filter(run=runs[-1], channel="learning", claim__in=claims).count())
    assert taught[0] == max(taught) == 3
    assert sample_population(runs[0])["n_untried"].sum() > 0
    assert sample_population(runs[-1])["n_untried"].sum() == 0  # ten are being looked at, none is decided


def test_outcomes_from_before_the_product_are_enough_to_know_a_rule() -> None:
    """A hauler's history holds seventy reviewed hits of a rule and one misuse among them: no seat is spent to learn that again."""
    past = [misuse(number, -3 - number % 20, name=f"옛 가게 {number % 9}") for number in range(70)]
    Claim.objects.filter(pk__in=[claim.pk for claim in past]).update(is_history=True)
    for number, claim in enumerate(past):
        add_label(
            label=NewLabel(claim.pk, number == 0, "import", FIRST - timedelta(days=2), scheme="card"),
            by=NIGHTLY,
        )
    add_rules({"N03": NOISY})
    claims = [misuse(number, 0, name=f"가게 {number}") for number in range(10)]
    run = night(0)
    assert run.rule_evidence[str(RuleVersion.objects.get(rule__code="N03").pk)]["past_reviewed"] == 70
    assert not Alert.objects.filter(run=run, channel="learning", claim__in=claims).exists()


def test_free_seats_look_at_hits_nobody_has_judged_and_store_the_chance() -> None:
    add_rules({"N03": NOISY})
    night(0)
    for number in range(10):
        misuse(number, 1, name=f"가게 {number}")
    run = night(1)
    taught = Alert.objects.filter(run=run, channel="learning")
    assert taught.exists()
    assert all(0 < alert.inclusion_probability <= 1 for alert in taught)
    assert {alert.case.source for alert in taught.select_related("case")} == {"learning"}
    stage = next(row for row in run.stages if row["name"] == "opening")
    counts = stage["counts"]
    assert counts["seats"] == counts["seats_used"] + counts["seats_free"]
    assert counts["seats_used"] >= taught.count()
