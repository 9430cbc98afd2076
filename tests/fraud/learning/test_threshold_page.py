"""The threshold page: four ways to draw the line, what each would mean, and the proposal of what was shown."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from audit import clock
from fraud.claims.models import Claim
from fraud.company.changing import settings_version
from fraud.company.models import CompanySettings
from fraud.company.values import current_settings
from fraud.detection.models import ModelVersion, ScreeningRun
from fraud.learning.threshold_figures import recent_scores
from fraud.learning.threshold_page import _why_ranks
from tests.cast import make_cast, make_claim, make_run, make_score

pytestmark = pytest.mark.django_db
CHANCES = (0.0105, 0.0205, 0.0305, 0.2005, 0.6005, 0.9005)


@pytest.fixture
def cast():
    cast = make_cast()
    run = make_run()
    for p in CHANCES:
        claim = make_claim(amount_minor=100_000, currency="KRW")
        make_score(
            claim=claim, run=run, hybrid_probability=p, expected_loss_minor=round(claim.amount_minor * p)
        )
    return cast


def shown(client, **typed):
    return client.get(reverse("fraud:threshold"), typed).context


def propose(client, **typed):
    return client.post(
        reverse("fraud:propose-threshold"),
        {"note": "one seat a night is left", "seen": settings_version(), **typed},
    )


def activated(client, cast):
    """What holds once an approver has activated the newest proposal."""
    client.force_login(cast.approver)
    number = CompanySettings.objects.latest("number").number
    decide = reverse("fraud:decide-settings", args=[number, "activate"])
    assert client.post(decide, {"seen": settings_version()}).status_code == 302
    return current_settings()


def test_doing_nothing_costs_all_misuse_and_takes_no_hour(client, cast):
    client.force_login(cast.model_owner)
    context = shown(client)
    nothing = context["nothing"]
    assert nothing.alerts == nothing.found == nothing.money_found == 0
    assert nothing.cost_per_1000 == pytest.approx(1000 * sum(CHANCES) * 100 / len(CHANCES))
    assert nothing.missed == pytest.approx(sum(CHANCES))


def test_money_and_hours_follow_the_alerts(client, cast):
    client.force_login(cast.model_owner)
    context = shown(client, policy="fixed", threshold="0.5", minutes_per_case="30")
    assert context["tried"].alerts == 2
    assert context["hours"] == pytest.approx(1.0)
    assert context["tried"].money_found == pytest.approx(100_000 * (0.6005 + 0.9005), abs=1)
    assert context["tried"].money_missed == pytest.approx(100_000 * sum(CHANCES[:4]), abs=1)


def test_money_in_another_currency_is_added_to_nothing(client, cast):
    client.force_login(cast.model_owner)
    before = shown(client)["nothing"].money_missed
    make_score(
        claim=make_claim(amount_minor=5_000_000, currency="USD"),
        run=make_run(),
        hybrid_probability=0.5,
        expected_loss_minor=2_500_000,
    )
    context = shown(client)
    assert context["nothing"].money_missed * context["scores"].n_nights == pytest.approx(before, abs=2)


def test_where_no_claim_is_in_the_companys_currency_no_money_is_told_and_the_page_says_why(client, cast):
    """A bakery in Madrid left the company's currency at won; all its claims are in euros."""
    Claim.objects.update(currency="EUR")
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("fraud:threshold"))
    page = answer.content.decode()
    assert (answer.context["tried"].money_found, answer.context["nothing"].money_missed) == (None, None)
    assert "No claim is in KRW, the company’s currency" in page
    assert "The claims of these nights are in EUR" in page
    assert reverse("fraud:settings") in page
    assert "KRW 0" not in page
    file = client.get(reverse("fraud:threshold"), {"csv": "threshold-ways"}).content.decode("utf-8-sig")
    assert {row["Found a night, KRW"] for row in csv.DictReader(io.StringIO(file))} == {""}


def test_line_by_capacity_leaves_no_more_alerts_than_seats(client, cast):
    client.force_login(cast.model_owner)
    context = shown(client, policy="capacity", reviewer_minutes_per_day="40", minutes_per_case="20")
    assert context["tried"].alerts == 2
    assert not context["is_beyond_capacity"]


@pytest.mark.parametrize(
    ("policy", "minutes"), [("f1", "1200"), ("capacity", "60"), ("fixed", "1200"), ("cost", "600")]
)
def test_what_was_shown_is_what_is_proposed(client, cast, policy, minutes):
    client.force_login(cast.model_owner)
    typed = {"policy": policy, "threshold": "0.123", "reviewer_minutes_per_day": minutes}
    line = shown(client, **typed)["tried"].threshold
    assert propose(client, **typed).status_code == 302
    values = activated(client, cast)
    assert values.threshold_policy == policy
    assert values.alert_threshold == pytest.approx(line)


def test_a_line_found_on_scores_is_refused_where_there_are_none(client):
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    answer = propose(client, policy="f1")
    assert answer.status_code == 422
    assert b"By the cost matrix" in answer.content
    assert not CompanySettings.objects.exists()


def test_a_line_by_f1_stays_where_it_was_approved_when_costs_change(client, cast):
    client.force_login(cast.model_owner)
    propose(client, policy="f1")
    activated(client, cast)
    line = CompanySettings.objects.get(state="active").values["fixed_threshold"]
    client.force_login(cast.model_owner)
    propose(client, fn="50")
    values = activated(client, cast)
    assert (values.threshold_policy, values.costs.fn) == ("f1", 50)
    assert values.alert_threshold == pytest.approx(line)


def test_both_tables_come_as_files_with_the_figures_of_the_page(client, cast):
    calibrated()
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("fraud:threshold"), {"csv": "threshold-ways", "fn": "50"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Drawn"] for row in rows][-1] == "Doing nothing"
    assert float(rows[-1]["Cost per 1,000 claims"]) == pytest.approx(1000 * sum(CHANCES) * 50 / len(CHANCES))
    assert client.get(reverse("fraud:threshold"), {"csv": "threshold-curve"}).status_code == 200
    assert client.get(reverse("fraud:threshold"), {"csv": "another"}).status_code == 404


def calibrated():
    version = ModelVersion.objects.create(
        reference="M-2026-0001", stage="champion", folder="m", is_calibrated=True
    )
    ScreeningRun.objects.update(model_version=version)
    return version


@pytest.mark.parametrize(
    ("fn", "expected"), [("2000", 0.0025), ("5000", 0.001), ("8", 0.625), ("30", 0.1667)]
)
def test_the_lowest_cost_is_the_lowest_of_all_thresholds_and_where_the_matrix_says(
    client, cast, fn, expected
):
    client.force_login(cast.model_owner)
    context = shown(client, fn=fn, fp="5", tp="5")
    costs = {t: plain_cost(t, float(fn)) for t in [n / 1000 for n in range(1001)]}
    assert context["best"].cost_per_1000 == pytest.approx(min(costs.values()))
    assert plain_cost(context["best"].threshold, float(fn)) == pytest.approx(min(costs.values()))
    assert context["tried"].threshold == pytest.approx(expected, abs=1e-4)
    assert context["tried"].cost_per_1000 >= context["best"].cost_per_1000 - 1e-9
    table = context["curve_table"]
    assert any(row["threshold"] == pytest.approx(expected, abs=1e-4) for row in table.rows)


def plain_cost(threshold: float, fn: float) -> float:
    """Claim by claim: reviewing costs five, leaving alone the missed misuse."""
    return 1000 * sum(5 if p >= threshold else p * fn for p in CHANCES) / len(CHANCES)


def test_where_missing_costs_less_than_looking_nothing_is_the_cheapest_and_the_page_says_so(client, cast):
    calibrated()
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("fraud:threshold"), {"fn": "4"})
    assert answer.context["best"].alerts == 0
    assert "nothing costs less than doing nothing" in answer.content.decode()


def test_what_holds_now_costs_the_same_in_the_tile_and_in_the_table(client, cast):
    calibrated()
    client.force_login(cast.model_owner)
    context = shown(client, fn="1000")
    now = [row for row in context["ways_table"].rows if row["alerts"] == context["now"].alerts]
    assert context["now"].cost_per_1000 in [row["cost"] for row in now]


def test_ranks_are_summed_to_nothing_and_the_page_says_what_is_missing(client, cast):
    calibrated()
    ModelVersion.objects.update(
        is_calibrated=False, card={"out_of_fold": {"confirmed": 20}, "config": {"percent_from": 30}}
    )
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:threshold")).content.decode()
    assert "Percentages need 30 confirmed misuses" in page
    assert "there were 20" in page
    for words in ("Recall, expected", "Misused money found a night", "Cost per 1,000 claims</span>"):
        assert words not in page
    file = client.get(reverse("fraud:threshold"), {"csv": "threshold-ways"}).content.decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(file)):
        assert (row["Recall"], row["Cost per 1,000 claims"], row["F1"]) == ("", "", "")
        assert row["Alerts a night"]


def test_a_look_back_at_a_week_of_history_is_no_night(client, cast):
    client.force_login(cast.model_owner)
    before = shown(client)["tried"]
    run = make_run(source=ScreeningRun.LOOK_BACK)
    for _number in range(20):
        make_score(claim=make_claim(), run=run, hybrid_probability=0.9)
    after = shown(client)["tried"]
    assert (after.alerts, after.found) == (before.alerts, before.found)


def test_a_night_without_claims_says_nothing_of_the_scores(client, cast):
    """It has no model version and no scores: neither the calibration nor the figures a night may come from it."""
    ScreeningRun.objects.update(
        model_version=ModelVersion.objects.create(reference="M-1", is_calibrated=True, stage="champion")
    )
    client.force_login(cast.model_owner)
    before = shown(client)
    for days in (1, 2):
        make_run(business_date=clock.today() + timedelta(days=days))
    after = shown(client)
    assert (before["scores"].is_calibrated, before["scores"].n_nights) == (True, 1)
    assert (after["scores"].is_calibrated, after["scores"].n_nights) == (True, 1)
    assert after["now"].alerts == before["now"].alerts > 0
    assert after["why_ranks"] == ""


@pytest.mark.parametrize(
    ("language", "words", "ranked"),
    [
        ("en", "No night has scored claims lately.", "a version that only ranks"),
        ("ko", "최근 청구를 채점한 야간 심사가 없습니다.", "순위만 매기는 버전"),
    ],
)
def test_the_answer_says_why_nothing_is_expected(client, cast, language, words, ranked):
    with override(language):
        assert ranked in _why_ranks(recent_scores())
        ScreeningRun.objects.update(n_scored=0)
        assert _why_ranks(recent_scores()) == words
