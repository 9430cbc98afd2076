"""Detection pages: threshold figures against a plain sum, proposals with four eyes, versions and their comparison, misses."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.actor import Actor
from audit.services import actor_of
from fraud.claims.importing.locks import folder_lock
from fraud.claims.models import Label
from fraud.company.changing import propose_settings
from fraud.company.models import CompanySettings
from fraud.company.thresholds import CostMatrix
from fraud.company.values import current_settings
from fraud.detection.features import LABEL_FEATURES
from fraud.detection.models import DriftReport, ModelVersion
from fraud.learning.being_tested import test_lock as lock_of
from fraud.learning.misses import miss_panel
from fraud.learning.model_card_page import card_context
from fraud.learning.models import Evaluation
from fraud.learning.threshold_figures import Distribution, at_threshold, recent_scores
from tests.cast import make_cast, make_claim, make_run, make_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def make_version(stage: str = "challenger", **fields) -> ModelVersion:
    n = ModelVersion.objects.count() + 1
    return ModelVersion.objects.create(
        reference=f"M-2026-{n:04}",
        stage=stage,
        folder=f"M-{n}",
        sha256="0" * 64,
        created_by="system:test",
        card={"counts": {"claims": 10}, "rules": {"A01": 2.0}, "tree_features": ["amount"], "versions": {}},
        **fields,
    )


def test_threshold_figures_equal_a_plain_sum():
    probabilities = np.array([0.0105, 0.0405, 0.0605, 0.3005, 0.9005])
    counts = np.zeros(1000)
    for p in probabilities:
        counts[int(p * 1000)] += 1
    scores = Distribution(counts, (np.arange(1000) + 0.5) / 1000, 1, True)
    cost = CostMatrix()
    point = at_threshold(scores, 0.05, cost)
    on = probabilities >= 0.05
    assert point.alerts == on.sum()
    assert point.found == pytest.approx(probabilities[on].sum())
    assert point.missed == pytest.approx(probabilities[~on].sum())
    plain = (on * 5 + ~on * probabilities * 100).sum() / len(probabilities) * 1000
    assert point.cost_per_1000 == pytest.approx(plain)


def test_stored_scores_are_counted_by_thousandth(cast):
    run = make_run()
    for p in (0.1234, 0.1238, 0.9999, 1.0):
        make_score(claim=make_claim(), run=run, hybrid_probability=p)
    counts = recent_scores().counts
    assert (counts[123], counts[999]) == (2, 2)


def test_threshold_page_shows_what_another_choice_would_mean(client, cast):
    run = make_run()
    for p in (0.01, 0.2, 0.6):
        make_score(claim=make_claim(), run=run, hybrid_probability=p)
    client.force_login(cast.model_owner)
    answer = client.get(reverse("fraud:threshold"), {"threshold": "0.5", "policy": "fixed"})
    assert answer.context["tried"].alerts == 1
    assert b"<svg" in answer.content


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"threshold": "nan"}, "0.05나 100처럼 숫자만"),
        ({"threshold": "1e999"}, "0.05나 100처럼 숫자만"),
        ({"threshold": "-1"}, "0.001에서 0.999 사이"),
        ({"threshold": "many"}, "0.05나 100처럼 숫자만"),
        ({"fn": "-5"}, "0에서 1,000,000 사이"),
        ({"minutes_per_case": "0"}, "1에서 999,999 사이의 정수"),
        ({"policy": "dice"}, "dice"),
    ],
)
def test_what_is_no_threshold_is_told_beside_what_holds_and_never_proposed(client, cast, typed, said):
    client.force_login(cast.model_owner)
    answer = client.get(reverse("fraud:threshold"), typed)
    assert answer.status_code == 200
    assert answer.context["tried"].threshold == pytest.approx(0.05)
    assert said in answer.content.decode()
    refused = client.post(reverse("fraud:propose-threshold"), {**typed, "note": "시험입니다.", "seen": "0"})
    assert (refused.status_code, said in refused.content.decode()) == (422, True)
    assert not CompanySettings.objects.exists()


def test_what_was_understood_is_not_told(client, cast):
    client.force_login(cast.model_owner)
    shown = client.get(reverse("fraud:threshold"), {"threshold": "0.2", "fn": "1,000", "policy": "fixed"})
    assert shown.context["unread"] == []


def activated(client, cast):
    """The settings that hold once an approver has activated the only proposal."""
    client.force_login(cast.approver)
    number = CompanySettings.objects.get().number
    assert (
        client.post(reverse("fraud:decide-settings", args=[number, "activate"]), {"seen": "0"}).status_code
        == 302
    )
    return current_settings()


def test_costs_alone_change_no_policy_and_what_is_shown_is_what_is_proposed(client, cast):
    client.force_login(cast.model_owner)
    typed = {"fn": "50", "threshold": "0.2", "note": "리뷰가 늘었습니다.", "seen": "0"}
    shown = client.get(reverse("fraud:threshold"), typed).context
    assert shown["tried"].threshold == pytest.approx(5 / (50 - 5 + 5))
    client.post(reverse("fraud:propose-threshold"), typed)
    values = activated(client, cast)
    assert (values.threshold_policy, values.costs.fn) == ("cost", 50)
    assert values.alert_threshold == pytest.approx(shown["tried"].threshold)


def test_a_fixed_threshold_is_proposed_as_it_was_shown(client, cast):
    client.force_login(cast.model_owner)
    typed = {"policy": "fixed", "threshold": "0.123", "note": "리뷰가 늘었습니다.", "seen": "0"}
    shown = client.get(reverse("fraud:threshold"), typed).context["tried"].threshold
    client.post(reverse("fraud:propose-threshold"), typed)
    assert activated(client, cast).alert_threshold == pytest.approx(shown) == 0.123


def test_proposing_what_holds_already_is_refused(client, cast):
    client.force_login(cast.model_owner)
    assert client.post(reverse("fraud:propose-threshold"), {"fn": "100", "seen": "0"}).status_code == 422
    assert not CompanySettings.objects.exists()


def test_proposer_cannot_activate_settings_and_an_approver_can(client, cast):
    client.force_login(cast.model_owner)
    typed = {"threshold": "0.08", "policy": "fixed", "seen": "0"}
    assert client.post(reverse("fraud:propose-threshold"), typed).status_code == 422  # it does not say why
    typed["note"] = "too many alerts"
    assert client.post(reverse("fraud:propose-threshold"), typed).status_code == 302
    row = CompanySettings.objects.get()
    decide = reverse("fraud:decide-settings", args=[row.number, "activate"])
    assert client.post(decide, {"seen": "0"}).status_code == 403
    client.force_login(cast.approver)
    for seen in ({}, {"seen": "x"}, {"seen": "9"}):
        assert client.post(decide, seen).status_code == 409
    assert client.post(decide, {"seen": "0"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.values["fixed_threshold"]) == ("active", 0.08)


@pytest.mark.parametrize(
    "fields", [{"threshold": "2"}, {"threshold": "abc"}, {"fn": "1", "tp": "5"}, {"minutes_per_case": "x"}]
)
def test_settings_that_cannot_be_are_refused_with_a_sentence(client, cast, fields):
    client.force_login(cast.model_owner)
    answer = client.post(reverse("fraud:propose-threshold"), {"policy": "fixed", "seen": "0", **fields})
    assert answer.status_code == 422
    assert not CompanySettings.objects.exists()


def test_comparison_shows_figures_gates_curves_and_segments(client, cast):
    champion = make_version("champion")
    version = make_version()
    now = timezone.now()
    figures = {
        "average_precision": 0.5,
        "cost_per_1000": 200.0,
        "confusion": {"tp": 3, "fp": 2, "fn": 1, "tn": 94},
    }
    Evaluation.objects.create(
        model_version=version,
        against=champion,
        window_from=now - timedelta(days=28),
        window_to=now,
        n_claims=100,
        n_misuse=4,
        figures={"challenger": figures, "champion": {**figures, "average_precision": 0.4}},
        curves={
            "challenger": {
                "precision_recall": [[0.1, 1.0], [1.0, 0.2]],
                "cost": [{"threshold": 0.1, "cost": 5.0}],
            }
        },
        segments=[
            {
                "kind": "department",
                "name": "D01",
                "n_claims": 50,
                "n_misuse": 2,
                "challenger": {"recall": 0.5},
            }
        ],
        gates=[{"gate": "better", "value": 0.1, "limit": "> 0", "holds": True}],
    )
    client.force_login(cast.model_owner)
    page = client.get(reverse("fraud:version", args=[version.reference])).content.decode()
    assert "<b>0.500</b>" in page
    assert "D01" in page
    assert "<svg" in page


def seen_on(client, version) -> str:
    """What the page of a version sends back with a step."""
    page = client.get(reverse("fraud:version", args=[version.reference])).content.decode()
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', page))
    return seen


def test_promotion_without_reason_or_by_the_proposer_is_refused(client, cast):
    make_version("champion")
    version = make_version()
    client.force_login(cast.model_owner)
    url = reverse("fraud:version-step", args=[version.reference, "propose"])
    assert client.post(url, {"reason": ""}).status_code == 409
    sent = {"reason": "finds more at the same load", "seen": seen_on(client, version)}
    assert client.post(url, sent).status_code == 409  # never compared
    for stale in ("", "challenger-7"):  # the comparison that the page showed is another
        answer = client.post(url, sent | {"despite_gates": "on", "seen": stale})
        assert answer.status_code == 409
    assert client.post(url, sent | {"despite_gates": "on"}).status_code == 302
    version.refresh_from_db()
    assert version.stage == "proposed"
    promote = reverse("fraud:version-step", args=[version.reference, "promote"])
    assert client.post(promote, {"reason": "I agree with myself"}).status_code == 403
    client.force_login(cast.approver)
    sent = {"reason": "figures are convincing", "seen": seen_on(client, version)}
    assert client.post(promote, sent).status_code == 409  # never compared
    version.refresh_from_db()
    assert version.stage == "proposed"


def test_miss_panel_estimates_from_the_control_sample_alone(client, cast):
    run = make_run(
        n_scored=1000, n_alerts=20, state="finished", started_at=timezone.now() - timedelta(days=3)
    )
    now = timezone.now()
    assert miss_panel().estimate is None
    for i in range(20):
        claim = make_claim()
        make_score(claim=claim, run=run)
        Label.objects.create(
            claim=claim,
            is_misuse=i == 0,
            source="control_sample",
            known_at=now,
            labelled_by="x",
            selection_probability=0.02,
        )
    for i in range(10):
        Label.objects.create(
            claim=make_claim(), is_misuse=i < 6, source="review", known_at=now, labelled_by="x"
        )
    estimate = miss_panel(now + timedelta(seconds=1)).estimate
    assert estimate.missed == pytest.approx(980 / 20)
    assert estimate.recall == pytest.approx(6 / (6 + 49))
    assert not estimate.is_enough
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:detection")).content.decode()
    tile = page[page.index("Recall, estimated") :].split("</div>")[0]
    bounds = [
        f"{100 * bound:.0f} %" for bound in (estimate.recall_interval.low, estimate.recall_interval.high)
    ]
    assert all(bound in tile.split("</span>")[1] for bound in bounds)  # the large figure
    assert f">{100 * estimate.recall:.0f} %" not in tile  # one check more or less would move it by halves


def test_version_that_is_being_tested_says_so_until_the_test_has_ended(client, cast, settings, tmp_path):
    settings.HOME = tmp_path
    version, said = make_version("champion"), "이후 청구로 시험하고 있습니다"
    client.force_login(cast.model_owner)
    page = reverse("fraud:version", args=[version.reference])
    with folder_lock(lock_of(version)):
        assert said in client.get(page).content.decode()
    assert said not in client.get(page).content.decode()


def test_where_no_misuse_is_known_no_recall_and_no_interval_are_shown(client, cast):
    run = make_run(n_scored=1000, n_alerts=0, state="finished", started_at=timezone.now() - timedelta(days=3))
    for _ in range(3):
        claim = make_claim()
        make_score(claim=claim, run=run)
        Label.objects.create(
            claim=claim,
            is_misuse=False,
            source="control_sample",
            known_at=timezone.now(),
            labelled_by="x",
            selection_probability=0.02,
        )
    estimate = miss_panel(timezone.now() + timedelta(seconds=1)).estimate
    assert not estimate.has_recall
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:detection")).content.decode()
    assert "no misuse known and none found at random" in page
    assert "– –" not in page


def test_drift_lists_what_moved_and_apart_what_moves_by_itself(client, cast):
    """At a stationary company twenty-six features grow; of the others one has moved, and it is not hidden among them."""
    champion = make_version("champion")
    quiet = {f"quiet_{i}": {"psi": 0.02, "floor": 0.04, "level": "calm"} for i in range(20)}
    grown = {feature.name: {"psi": 5.0, "floor": 0.04, "level": "calm"} for feature in LABEL_FEATURES[:25]}
    moved = {"log_amount": {"psi": 0.4, "floor": 0.04, "level": "act"}}
    DriftReport.objects.create(
        model_version=champion,
        run=make_run(),
        n_claims=700,
        n_nights=7,
        is_whole_week=True,
        level="act",
        psi=quiet | grown | moved | {"days_since_hired": {"psi": 6.35, "floor": 0.04, "level": "calm"}},
    )
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("fraud:detection"))
    assert answer.context["shifts"][0]["name"] == "log_amount"
    assert len(answer.context["shifts"]) == 12
    assert len(answer.context["growing"]) == 26
    page = answer.content.decode()
    assert "Features that move by themselves: 26" in page
    assert ("Days go by" in page, "Outcomes become known" in page) == (True, True)


def test_overview_says_what_is_missing_before_the_first_night(client, cast):
    client.force_login(cast.auditor)
    page = client.get(reverse("fraud:detection")).content.decode()
    assert 'class="empty' in page


@pytest.mark.parametrize("who", ["reviewer", "cardholder", "clerk"])
def test_others_have_no_detection_pages(client, cast, who):
    client.force_login(getattr(cast, who))
    for address in (reverse("fraud:detection"), reverse("fraud:threshold"), reverse("fraud:settings")):
        assert client.get(address).status_code == 403


def test_settings_page_takes_a_change_as_a_proposal_and_refuses_nonsense(client, cast):
    client.force_login(cast.system_admin)
    url = reverse("fraud:propose-settings")
    typed = {"novelty_share": "20", "minutes_per_case": "20", "note": "more of the new"}
    for seen in ({}, {"seen": "x"}, {"seen": "9"}):
        assert client.post(url, {**typed, **seen}).status_code == 409
    typed["seen"] = "0"
    assert client.post(url, typed).status_code == 302
    assert CompanySettings.objects.get().changes == {"novelty_share": {"old": 0.1, "new": 0.2}}
    for value in ("[", "700", '"x"', "{}", "10"):
        assert client.post(url, {**typed, "novelty_share": value}).status_code == 422
    answer = client.post(url, {**typed, "four_eyes_limit_minor": "1.5"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="1.5"' in page  # what was typed stays
    assert "more of the new" in page
    assert 'aria-invalid="true"' in page
    assert CompanySettings.objects.count() == 1


def test_settings_page_shows_no_internal_name_or_form(client, cast):
    by_system = propose_settings(changes={"rule_budget": None}, note="a test", by=Actor.system("demo"))
    client.force_login(cast.system_admin)
    text = re.sub("<[^>]*>", " ", client.get(reverse("fraud:settings")).content.decode())
    assert "제한 없음" in text
    for internal in ("null", "_minor", "per_day", "cost", "system:", "{", str(by_system.changes)):
        assert internal not in text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/detection/", "/detection/threshold/"])
def test_approver_sees_what_proposed_settings_change_whichever_it_is(client, path):
    cast = make_cast()
    propose_settings(
        changes={"four_eyes_limit_minor": 765_432}, note="limit raised", by=actor_of(cast.system_admin)
    )
    client.force_login(cast.approver)
    text = client.get(path).content.decode()
    assert "500,000원 → <b>765,432원</b>" in text
    assert "/detection/settings/" in text


@pytest.mark.parametrize(("n_unreviewed", "words"), [(4_735, "all of them"), (99_900, "a sample")])
def test_a_card_calls_a_sample_only_what_was_drawn(n_unreviewed, words):
    counts = {
        "rows": n_unreviewed + 160,
        "confirmed": 60,
        "reviewed_genuine": 100,
        "unreviewed": n_unreviewed,
    }
    version = ModelVersion(card={"counts": counts, "config": {"max_negatives": 100_000}})
    with override("en"):
        told = {str(label): n for label, n in card_context(version, "en")["counts"]}
    assert told[f"Not reviewed, {words}"] == n_unreviewed
