"""Learning: what a training may know, shadow scores, and the comparison with the champion."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import Role
from cases.services.night import run_night
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim, User
from fraud.company.changing import activate_settings, propose_settings
from fraud.detection.model_files import load_version
from fraud.detection.models import ModelVersion, Score
from fraud.detection.screening import services as screening
from fraud.learning.comparing import compare_versions, evaluate_out_of_time
from fraud.learning.later_claims import later_claims
from fraud.learning.models import Evaluation
from fraud.learning.registry import failed_gates
from fraud.learning.rounds import drift_references, learnt_from, train_challenger, training_set
from fraud.learning.training import TrainingConfig, process
from rules.models import RuleVersion
from tests.cast import give
from tests.night_company import START, add_claims, add_people, add_rules
from tests.night_model import QUICK, install_model
from tests.warm import TRAINING, apart

pytestmark = pytest.mark.django_db
BY = Actor.system("training")
CUT_OFF = START + timedelta(days=45)
CONFIG = TrainingConfig(detectors=QUICK.detectors, min_confirmed=10)


@pytest.fixture(autouse=True)
def _training_starts_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process as it is started is tested with training itself; it takes longer to start than to train."""
    train = process.run_job
    monkeypatch.setattr(process, "_run", lambda job, threads, seconds: apart(train, job, loaded=TRAINING))


@pytest.fixture
def reviewed() -> list[int]:
    """1,200 claims over 60 days; large ones are misuse, every label is known five days after its claim."""
    screening.forget_frames()
    add_rules()
    add_people()
    ids = add_claims(1200, seed=3)
    labels = [
        NewLabel(
            claim.pk,
            claim.amount_minor > 400_000,
            "review",
            claim.transacted_at + timedelta(days=5),
            scheme="large",
        )
        for claim in Claim.objects.all()
        if claim.amount_minor > 400_000 or claim.pk % 5 == 0
    ]
    add_labels(labels=labels, by=BY, subject="file:F-1")
    return ids


def test_training_set_knows_nothing_of_after_its_cut_off(reviewed: list[int]) -> None:
    data = training_set(cut_off=CUT_OFF, config=CONFIG)
    assert data.features["transacted_at"].max() < CUT_OFF
    assert data.labels["known_at"].max() <= CUT_OFF
    known = sum(
        1
        for c in Claim.objects.all()
        if c.transacted_at + timedelta(days=5) <= CUT_OFF and c.amount_minor > 400_000
    )
    assert data.labels["is_misuse"].sum() == known > 0
    late = data.features.filter(data.features["transacted_at"] > CUT_OFF - timedelta(days=1))
    merchant = late["n_known_misuse_merchant_90d"].to_numpy()
    for row, count in zip(late.iter_rows(named=True), merchant, strict=True):
        expected = [
            c
            for c in Claim.objects.filter(merchant_id=row["merchant_id"], amount_minor__gt=400_000)
            if row["transacted_at"] - timedelta(days=90)
            <= c.transacted_at + timedelta(days=5)
            <= row["transacted_at"]
        ]
        assert count == len(expected)


def test_ground_of_a_training_moves_with_outcomes_rules_and_settings(reviewed: list[int]) -> None:
    before = learnt_from(CUT_OFF)
    assert learnt_from(CUT_OFF) == before
    row = propose_settings(changes={"minimum_confirmed": 31}, note="test", by=Actor.system("test"))
    activate_settings(number=row.number, by=Actor.system("test"))
    RuleVersion.objects.filter(rule__code="M01").update(weight=2.5)
    labelled = NewLabel(reviewed[0], True, "review", CUT_OFF - timedelta(minutes=1))
    add_labels(labels=[labelled], by=BY, subject="file:F-3")
    after = learnt_from(CUT_OFF)
    assert {name for name in before if before[name] != after[name]} == {"labels", "rules", "settings"}


def test_challenger_scores_in_shadow_and_is_compared(reviewed: list[int]) -> None:
    champion = install_model()
    version = train_challenger(by=BY, cut_off=CUT_OFF, config=CONFIG)
    assert (version.stage, version.label_cut_off_at) == (ModelVersion.Stage.CHALLENGER, CUT_OFF)
    assert version.n_confirmed > 0
    assert train_challenger(by=BY, cut_off=CUT_OFF, config=CONFIG) == version

    run = run_night(business_date=date(2026, 5, 4), by=Actor.system("nightly"))
    assert (run.model_version, run.shadow_version) == (champion, version)
    frame = screening.night_frame(run)
    expected = load_version(version).score(frame.features, frame.hits, frame.rules.for_score())
    by_claim = dict(zip(frame.features["claim_id"], expected["model_probability"], strict=True))
    for score in Score.objects.filter(run=run):
        assert score.shadow_probability == pytest.approx(by_claim[score.claim_id], abs=1e-6)

    found = compare_versions(version=version, by=BY, window_to=START + timedelta(days=60))
    assert Evaluation.objects.get() == found
    assert (found.model_version, found.against, found.window_from) == (version, champion, CUT_OFF)
    assert set(found.figures) >= {
        "champion",
        "challenger",
        "tree",
        "rules",
        "anomaly",
        "either",
        "differences",
    }
    assert found.figures["challenger"]["average_precision"] >= found.figures["champion"]["average_precision"]
    assert found.gates[0]["gate"] == "enough_misuse"
    assert found.gates[0]["value"] == found.n_misuse
    assert len(found.curves["challenger"]["precision_recall"]) > 1
    assert AuditEvent.objects.filter(action="model.compared").count() == 1
    promote_with_two_people(version, champion)


def test_training_sees_a_claim_as_the_night_that_scored_it_did(reviewed: list[int]) -> None:
    """Labels that become known after the night change neither features nor score of its claims when training reads them."""
    install_model()
    version = train_challenger(by=BY, cut_off=CUT_OFF, config=CONFIG)
    run = run_night(business_date=date(2026, 5, 4), by=Actor.system("nightly"))
    stored = dict(Score.objects.filter(run=run).values_list("claim_id", "shadow_probability"))
    known_later = datetime.now(UTC) + timedelta(hours=1)
    new = [NewLabel(pk, pk % 2 == 0, "review", known_later) for pk in stored]
    add_labels(labels=new, by=BY, subject="file:F-2")

    data = training_set(cut_off=known_later + timedelta(hours=1), config=CONFIG)
    assert set(data.labels.filter(data.labels["known_at"] == known_later)["claim_id"]) == set(stored)
    again = load_version(version).score(data.features, data.hits, data.rules)["model_probability"]
    found = dict(zip(data.features["claim_id"], again, strict=True))
    shared = stored.keys() & found.keys()
    assert len(shared) > 10
    for claim_id in shared:
        assert found[claim_id] == pytest.approx(stored[claim_id], abs=1e-9)


def test_out_of_time_test_scores_what_the_recipe_had_not_seen(reviewed: list[int]) -> None:
    install_model()
    end = START + timedelta(days=60)
    as_of_then = train_challenger(by=BY, cut_off=CUT_OFF, config=CONFIG)
    expected = compare_versions(version=as_of_then, by=BY, window_to=end)
    now = train_challenger(by=BY, cut_off=end, config=CONFIG)
    assert now != as_of_then

    found = evaluate_out_of_time(version=now, by=BY, cut_off=CUT_OFF, window_to=end)
    assert (found.model_version, found.against, found.trained_again_at) == (now, None, CUT_OFF)
    # Trained again as of the cut-off, the recipe is the version that was trained then.
    assert found.figures["challenger"] == expected.figures["challenger"]
    assert found.figures["outcomes"] == {"review": labels_between(CUT_OFF, end)}
    assert failed_gates(now) == ["not_compared"]  # it decides no promotion


def labels_between(since: datetime, until: datetime) -> int:
    from fraud.claims.models import Label

    return Label.objects.filter(claim__transacted_at__gte=since, claim__transacted_at__lt=until).count()


def test_compare_command_prints_what_each_scorer_does(reviewed: list[int], capsys) -> None:
    install_model()
    end = f"{START + timedelta(days=60):%Y-%m-%d}"
    version = train_challenger(by=BY, cut_off=CUT_OFF, config=CONFIG)
    call_command("compare", version.reference, "--until", end)
    told = capsys.readouterr().out
    for word in ("challenger", "champion", "tree", "rules", "enough_misuse"):
        assert word in told
    with translation.override("en"), pytest.raises(CommandError, match="younger than both"):
        call_command("compare", version.reference, "--from", "2030-01-01", "--until", "2030-02-01")
    with pytest.raises(CommandError, match="모델 버전이 없습니다"):
        call_command("compare", "M-none")


def promote_with_two_people(version: ModelVersion, champion: ModelVersion) -> None:
    for name, role in (("owner", Role.MODEL_OWNER), ("lead", Role.APPROVER), ("second", Role.APPROVER)):
        give(User.objects.create(username=name), role)
    ref = version.reference
    with pytest.raises(CommandError, match="--despite-gates"):
        call_command("promote", ref, "--propose", "--as", "owner", "--reason", "finds more")
    call_command("promote", ref, "--propose", "--as", "owner", "--reason", "finds more", "--despite-gates")
    with pytest.raises(CommandError, match="맡은 역할"):
        call_command("promote", ref, "--approve", "--as", "owner", "--reason", "mine", "--despite-gates")
    with pytest.raises(CommandError, match="확인된 오남용"):
        call_command("promote", ref, "--approve", "--as", "lead", "--reason", "yes")
    call_command("promote", ref, "--approve", "--as", "lead", "--reason", "small company", "--despite-gates")
    assert ModelVersion.objects.get(stage="champion") == version
    call_command("promote", "--roll-back", "--as", "lead", "--reason", "too many alerts")
    assert ModelVersion.objects.get(stage="champion") == version
    call_command("promote", champion.reference, "--approve", "--as", "second", "--reason", "yes")
    assert ModelVersion.objects.get(stage="champion") == champion


def test_comparison_weighs_a_claim_by_how_it_came_to_be_looked_at(reviewed: list[int]) -> None:
    extra = Claim.objects.filter(transacted_at__gte=CUT_OFF).exclude(pk__in=labelled()).first()
    assert extra is not None
    at = extra.transacted_at + timedelta(days=1)
    add_labels(
        labels=[NewLabel(extra.pk, False, "control_sample", at, selection_probability=0.02)],
        by=BY,
        subject="x",
    )
    end = START + timedelta(days=60)
    later = later_claims(window_from=CUT_OFF, window_to=end, known_by=datetime.now(UTC))
    inside = Claim.objects.filter(transacted_at__gte=CUT_OFF, transacted_at__lt=end)
    assert later.features.height == inside.count()
    weights = dict(zip(later.features["claim_id"].to_list(), later.window.weight.tolist(), strict=True))
    assert weights[extra.pk] == pytest.approx(50)
    assert {w for claim, w in weights.items() if claim != extra.pk} == {0.0, 1.0}
    assert later.window.y.sum() == inside.filter(amount_minor__gt=400_000).count()
    assert set(np.unique(later.scheme)) == {"", "large"}


def labelled() -> list[int]:
    from fraud.claims.models import Label

    return list(Label.objects.values_list("claim_id", flat=True))


def test_drift_is_not_judged_by_what_moves_with_the_calendar_alone() -> None:
    rows = pl.DataFrame({"amount": [1.0, 2.0, 3.0], "days_to_month_end": [0, 1, 2]})
    assert set(drift_references(rows, ("amount", "days_to_month_end", "absent"))) == {"amount"}
