"""The model owner in a browser: threshold and its approval, ten runs side by side, an experiment, the autoencoder, a training."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fraud.claims.models import Claim
from fraud.company.models import CompanySettings
from fraud.company.values import current_settings
from fraud.detection.models import ModelVersion
from fraud.learning import experimenting
from fraud.learning.experiment_run import run_experiment
from fraud.learning.models import Experiment, ExperimentRow
from tests.browser.test_loop import Company, add_outcomes
from tests.cast import make_cast
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene(live_server, keep, monkeypatch) -> Company:
    """An experiment waits until the test itself does it."""
    monkeypatch.setattr(experimenting, "start_process", lambda experiment: None)
    return keep("six months", company_with_outcomes)


def company_with_outcomes() -> Company:
    """Six months of claims with outcomes."""
    cast = make_cast()
    add_rules()
    add_people()
    install_model()
    start = timezone.now() - timedelta(days=180)
    claims = add_claims(2600, days=178, start=start, is_history=True)
    early, late = claims[:1850], claims[2230:]
    add_outcomes(early, known_at=start + timedelta(days=126), until=start + timedelta(days=126))
    add_outcomes(late, known_at=timezone.now() - timedelta(days=1), until=timezone.now())
    return Company(cast)


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def begin(page, kind: str) -> Experiment:
    page.open(f"/detection/experiments/?kind={kind}")
    page.fill("#weeks", "4")
    page.locator("form[action$='/experiments/start/'] .primary").click()
    page.wait_for_url("**/detection/experiments/*/")
    return Experiment.objects.get(kind=kind)


def test_threshold_is_tried_proposed_and_approved_by_somebody_else(visit, scene):
    owner = visit("model_owner")
    owner.open("/detection/threshold/")
    owner.check("input[name=policy][value=fixed]")
    owner.fill("input[name=threshold]", "0.12")
    owner.fill("#c-fn", "80")
    owner.locator("#try .button:not(.primary)").click()
    owner.wait_for_url("**threshold=0.12**")
    assert owner.locator("input[name=policy][value=fixed]").is_checked()
    assert not CompanySettings.objects.exists()  # nothing is saved by looking
    owner.fill("#note", "fewer false alarms until the new reviewer starts")
    owner.locator("#try .primary").click()
    owner.wait_for_selector(".notice.success")
    assert owner.locator("form[action$='/activate/']").count() == 0
    approver = visit("approver")
    approver.open("/detection/threshold/")
    approver.locator("form[action$='/activate/'] .primary").click()
    approver.wait_for_selector(".notice.success")
    values = current_settings()
    assert (values.alert_threshold, values.costs.fn) == (0.12, 80)


def test_ten_runs_lie_side_by_side_and_the_address_can_be_shared(visit, scene):
    asked = experimenting.read_asked("methods", {})
    experiment = experimenting.start_experiment(asked=asked, by=experimenting.Actor.system("training"))
    curve = [[0.0, 0.0], [0.3, 0.7], [1.0, 1.0]]
    for i, name in enumerate(asked.options["methods"]):
        figures = {"average_precision": 0.1 + i / 20, "auc": 0.6 + i / 40, "cost_per_1000": 300 - i}
        ExperimentRow.objects.create(
            experiment=experiment,
            method=name,
            figures=figures,
            curves={"roc": curve, "precision_recall": curve},
        )
    owner = visit("model_owner")
    owner.open("/detection/side-by-side/")
    for box in owner.locator("input[name=item]").all():
        box.check()
    owner.locator("form.side .primary").click()
    owner.wait_for_url("**item=x**")
    assert owner.locator("table.table tbody tr").count() >= 10
    assert owner.locator("svg.chart").first.locator("polyline").count() == 10
    other = visit("approver", width=360, language="ko", phone=True)
    other.open(owner.page.url.removeprefix(owner.base))
    assert other.locator("svg.chart").count() == 2
    assert fits(other)


def test_experiment_is_started_watched_and_answers_whether_smote_helps(visit, scene):
    owner = visit("model_owner")
    owner.open("/detection/experiments/")
    for name in ("weights", "over", "forest", "svm", "lightgbm"):
        owner.uncheck(f"input[name=methods][value={name}]")
    owner.fill("#weeks", "4")
    owner.locator("form[action$='/experiments/start/'] .primary").click()
    owner.wait_for_url("**/detection/experiments/*/")
    experiment = Experiment.objects.get()
    assert owner.locator("progress").count() == 1
    assert run_experiment(experiment).state == "finished", experiment.error
    owner.wait_for_selector("#verdicts")  # the page looked again by itself
    assert "SMOTE" in owner.locator("#verdicts").inner_text()
    assert experiment.rows.filter(method="smote").count() == 1
    owner.locator(".actions a[href*='side-by-side']").click()
    owner.wait_for_url("**item=x**")
    owner.locator("svg.chart").nth(1).wait_for()


def test_experiment_is_cancelled_from_its_page(visit, scene):
    owner = visit("model_owner")
    experiment = begin(owner, "methods")
    owner.locator("form[action$='/cancel/'] .danger").click()
    owner.wait_for_selector(".notice.success")
    experiment.refresh_from_db()
    assert experiment.state == "cancelled"
    assert owner.locator("form[action$='/cancel/']").count() == 0


def test_autoencoder_shows_errors_by_class_and_what_of_a_claim_could_not_be_rebuilt(visit, scene):
    owner = visit("model_owner")
    experiment = begin(owner, "autoencoder")
    run_experiment(experiment)
    owner.wait_for_selector("#lines table")
    assert owner.locator("#lines tbody tr").count() == 3
    experiment.refresh_from_db()
    claim = Claim.objects.get(pk=experiment.result["claims"][0]["claim"]).external_id
    owner.fill("#claim-number", str(claim))
    owner.locator("#claim button").click()
    owner.wait_for_url(f"**claim={claim}**")
    assert owner.locator("#claim tbody tr").count() == 6
    phone = visit("auditor", width=360, language="ko", phone=True)
    phone.open(f"/detection/experiments/{experiment.pk}/?claim={claim}")
    assert fits(phone)


def ask_training(page) -> Experiment:
    page.open("/detection/")
    page.locator(".page-head .actions a.primary").click()
    page.wait_for_url("**/detection/trainings/")
    page.fill("#reason", "fifty new outcomes")
    page.locator("form[action$='/trainings/start/'] .primary").click()
    page.wait_for_url("**/detection/trainings/*/")
    return Experiment.objects.get(kind="training")


def test_training_is_started_watched_and_ends_in_a_candidate(visit, scene):
    owner = visit("model_owner")
    experiment = ask_training(owner)
    assert owner.locator("#progress ol.steps li.waiting").count() == 6
    champion = ModelVersion.objects.get(stage="champion")
    assert run_experiment(experiment).state == "finished", experiment.error
    owner.wait_for_selector("#result")  # the page looked again by itself
    assert owner.locator("#progress ol.steps li.done").count() == 6
    assert owner.locator("#result .tag.info").count() == 1
    assert ModelVersion.objects.get(stage="champion") == champion
    owner.locator("#result a").click()
    owner.wait_for_url("**/detection/M-*/")
    phone = visit("auditor", width=360, language="ko", phone=True)
    phone.open(f"/detection/trainings/{experiment.pk}/")
    assert fits(phone)
    phone.open("/detection/trainings/")
    assert fits(phone)


def test_training_is_cancelled_from_its_page(visit, scene):
    owner = visit("model_owner")
    experiment = ask_training(owner)
    owner.locator("form[action$='/cancel/'] .danger").click()
    owner.wait_for_selector(".notice.success")
    experiment.refresh_from_db()
    assert (experiment.state, run_experiment(experiment).state) == ("cancelled", "cancelled")
    assert owner.locator("form[action$='/cancel/']").count() == 0
    assert ModelVersion.objects.count() == 1
