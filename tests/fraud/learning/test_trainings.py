"""A training that somebody asks for: one at a time, watched step by step, cancelled, failed with its reason, ended in a candidate."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.detection.models import ModelVersion
from fraud.learning import experimenting, tasks, training_run
from fraud.learning.experiment_run import run_experiment
from fraud.learning.experimenting import ExperimentNotValid, cancel_experiment
from fraud.learning.models import Experiment
from fraud.learning.rounds import training_config
from fraud.learning.training import process
from fraud.learning.training.process import TrainingFailed
from fraud.learning.training.stages import STEPS
from fraud.learning.training_page import seconds_left, steps_of
from fraud.learning.training_run import Scope, learns_from, start_training, start_unasked
from tests.cast import Cast, make_cast
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import QUICK, install_model
from tests.warm import TRAINING, apart

pytestmark = pytest.mark.django_db
WHY = "after the new rule on late nights"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is a process that is warm already; its steps are told as those of a cold one."""

    def watched(job, threads, seconds, watch) -> None:
        apart(process.run_job, job, loaded=TRAINING)
        watch(process._step_of(job))

    monkeypatch.setattr(process, "_run_watched", watched)
    config = training_config()
    monkeypatch.setattr(
        "fraud.learning.rounds.training_config",
        lambda values=None: config.__class__(**{**config.__dict__, "detectors": QUICK.detectors}),
    )


@pytest.fixture
def reviewed(cast: Cast) -> int:
    """900 claims of the last 90 days, large ones misuse, and a version in service; returns how many have an outcome."""
    add_rules()
    add_people()
    install_model()
    add_claims(900, seed=3, days=90, start=timezone.now() - timedelta(days=90))
    labels = [
        NewLabel(claim.pk, claim.amount_minor > 400_000, "review", timezone.now() - timedelta(hours=1))
        for claim in Claim.objects.all()
        if claim.amount_minor > 400_000 or claim.pk % 5 == 0
    ]
    add_labels(labels=labels, by=actor_of(cast.model_owner), subject="file:F-1")
    return len(labels)


def test_a_training_ends_in_a_candidate_that_says_what_it_learnt_from(
    cast: Cast, reviewed: int, quick: None
) -> None:
    champion = ModelVersion.objects.get()
    row = run_experiment(start_training(reason=WHY, by=actor_of(cast.model_owner)))
    assert (row.state, row.error, row.n_done, row.n_steps) == ("finished", "", len(STEPS), len(STEPS))
    version = ModelVersion.objects.exclude(pk=champion.pk).get()
    assert (version.stage, row.result["version"], row.result["is_new"]) == (
        "challenger",
        version.reference,
        True,
    )
    champion.refresh_from_db()
    assert champion.stage == "champion"
    large = Claim.objects.filter(amount_minor__gt=400_000).count()
    assert (row.options["n_outcomes"], row.options["n_misuse"]) == (reviewed, large)
    assert set(row.result["seconds"]) <= set(STEPS)
    assert {"gather", "keep", "compare"} <= set(row.result["seconds"])
    told = AuditEvent.objects.filter(subject=f"experiment:{row.pk}").order_by("pk")
    assert [(event.action, event.reason) for event in told] == [
        ("training.started", WHY),
        ("training.finished", ""),
    ]
    again = run_experiment(start_training(reason=WHY, by=actor_of(cast.model_owner)))
    assert (again.state, again.result["version"], again.result["is_new"]) == (
        "finished",
        version.reference,
        False,
    )
    assert ModelVersion.objects.count() == 2


def test_only_one_is_under_way_whoever_asks_at_the_same_moment(cast: Cast) -> None:
    by = actor_of(cast.model_owner)
    first = start_training(reason=WHY, by=by)
    with pytest.raises(ExperimentNotValid, match=str(first.pk)):
        start_training(reason=WHY, by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.create(kind="methods", cut_off_at=timezone.now(), started_by="other")
    assert cancel_experiment(experiment=first, by=by)
    assert start_training(reason=WHY, by=by).pk != first.pk


def test_only_a_model_owner_starts_one_and_says_why(cast: Cast) -> None:
    for who in (cast.approver, cast.rule_admin, cast.auditor, cast.reviewer):
        with pytest.raises(NotPermitted):
            start_training(reason=WHY, by=actor_of(who))
    with pytest.raises(ExperimentNotValid) as refused:
        start_training(reason=" so ", by=actor_of(cast.model_owner))
    assert list(refused.value.problems) == ["reason"]
    assert not Experiment.objects.exists()


@pytest.mark.parametrize("step", STEPS)
def test_one_cancelled_during_any_step_ends_there(cast: Cast, step: str, monkeypatch) -> None:
    install_model()
    version = ModelVersion.objects.get()
    row = start_training(reason=WHY, by=actor_of(cast.model_owner))
    seen: list[str] = []

    def train(*, by, cut_off, watch) -> ModelVersion:
        for each in STEPS[:-1]:
            seen.append(each)
            if each == step:
                cancel_experiment(experiment=Experiment.objects.get(), by=actor_of(cast.model_owner))
            watch(each)
        return version

    def compare(**asked) -> None:
        cancel_experiment(experiment=Experiment.objects.get(), by=actor_of(cast.model_owner))
        raise training_run.NothingToCompare

    monkeypatch.setattr(training_run, "train_challenger", train)
    monkeypatch.setattr(training_run, "compare_versions", compare)
    ended = run_experiment(row)
    assert ended.state == "cancelled"
    n_begun = (
        len(STEPS) if step == "compare" else STEPS.index(step)
    )  # the step it ended in, and none that still waits or rests
    begun = ["done"] * (n_begun - 1) + ["cancelled"] * (n_begun > 0)
    assert [one["state"] for one in steps_of(ended)] == begun + ["left_out"] * (len(STEPS) - n_begun)
    assert seen == list(STEPS[: STEPS.index(step) + 1] if step != "compare" else STEPS[:-1])
    assert ended.result.get("version") == (version.reference if step == "compare" else None)
    assert not AuditEvent.objects.filter(action="training.finished").exists()


def test_the_process_of_a_cancelled_one_is_ended(tmp_path, monkeypatch) -> None:
    begun: list[process.subprocess.Popen] = []
    start = process.subprocess.Popen
    monkeypatch.setattr(
        process.subprocess,
        "Popen",
        lambda command, **more: begun.append(start(["sleep", "60"], **more)) or begun[-1],
    )

    def stop(step: str) -> None:
        raise training_run.TrainingStopped

    with pytest.raises(training_run.TrainingStopped):
        process._run_watched(tmp_path, None, 60, stop)
    assert begun[0].returncode is not None


def test_a_failure_is_told_with_its_reason_in_the_readers_language(cast: Cast, monkeypatch, client) -> None:
    def fail(**asked) -> None:
        raise TrainingFailed("MemoryError: no room for the trees")

    monkeypatch.setattr(training_run, "train_challenger", fail)
    row = run_experiment(start_training(reason=WHY, by=actor_of(cast.model_owner)))
    assert row.state == "failed"
    client.force_login(cast.auditor)
    assert "no room for the trees" in client.get(reverse("fraud:training", args=[row.pk])).content.decode()
    monkeypatch.undo()
    empty = run_experiment(start_training(reason=WHY, by=actor_of(cast.model_owner)))
    assert empty.state == "failed"
    client.cookies["django_language"] = "ko"
    page = client.get(reverse("fraud:training", args=[empty.pk])).content.decode()
    assert "학습에 쓸 만큼 오래된 청구가 없습니다" in page
    assert [event.action for event in AuditEvent.objects.filter(action__startswith="training.")].count(
        "training.failed"
    ) == 2


def test_what_is_left_is_told_by_the_last_one_that_made_a_version(cast: Cast) -> None:
    now = timezone.now()
    first = start_training(reason=WHY, by=actor_of(cast.model_owner))
    assert seconds_left(steps_of(first, now)) is None
    took = dict(zip(STEPS, (10.0, 4.0, 8.0, 6.0, 1.0, 5.0), strict=True))
    Experiment.objects.update(
        state="finished", n_done=6, finished_at=now, result={"seconds": took, "is_new": True}
    )
    second = start_training(reason=WHY, by=actor_of(cast.model_owner))
    assert seconds_left(steps_of(second, now)) == sum(took.values())
    second.state, second.n_done = "running", 2
    second.result = {"seconds": {}, "since": (now - timedelta(seconds=3)).isoformat()}
    steps = steps_of(second, now)
    assert [step["state"] for step in steps] == ["done", "done", "running", "waiting", "waiting", "waiting"]
    assert seconds_left(steps) == pytest.approx(8 - 3 + 6 + 1 + 5)
    second.state = "failed"
    assert (steps_of(second)[2]["state"], seconds_left(steps_of(second))) == ("failed", None)


def test_the_page_starts_watches_and_cancels_and_keeps_what_was_typed(
    cast: Cast, client, monkeypatch
) -> None:
    begun: list[int] = []
    monkeypatch.setattr(experimenting, "start_process", lambda row: begun.append(row.pk))
    client.force_login(cast.approver)
    assert client.post(reverse("fraud:start-training"), {"reason": WHY}).status_code == 403
    assert "start-training" not in client.get(reverse("fraud:trainings")).content.decode()
    client.force_login(cast.model_owner)
    assert reverse("fraud:trainings") in client.get(reverse("fraud:detection")).content.decode()
    refused = client.post(reverse("fraud:start-training"), {"reason": "why"})
    assert (refused.status_code, 'value="why"' in refused.content.decode()) == (422, True)
    assert client.post(reverse("fraud:start-training"), {"reason": WHY}).status_code == 302
    row = Experiment.objects.get()
    assert begun == [row.pk]
    place = reverse("fraud:training", args=[row.pk])
    assert WHY in client.get(place).content.decode()
    part = client.get(place, headers={"HX-Request": "true"})
    assert ("<h1" in part.content.decode(), "HX-Refresh" in part.headers) == (False, False)
    begins = client.get(place, {"shown": "running"}, headers={"HX-Request": "true"})
    assert begins.headers["HX-Refresh"] == "true"
    assert client.post(reverse("fraud:cancel-training", args=[row.pk])).status_code == 302
    assert client.get(place, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert client.get(reverse("fraud:experiment", args=[row.pk])).url == place
    other = Experiment.objects.create(kind="methods", cut_off_at=timezone.now(), started_by="x")
    assert client.get(reverse("fraud:training", args=[other.pk])).status_code == 404


def test_the_interface_starts_watches_and_cancels(cast: Cast, monkeypatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(experimenting, "start_process", lambda row: begun.append(row.pk))
    owner, reader = APIClient(), APIClient()
    owner.force_authenticate(cast.model_owner)
    reader.force_authenticate(cast.auditor)
    place = "/api/v1/trainings/"
    assert list(owner.post(place, {"reason": "x"}, format="json").json()["fields"]) == ["reason"]
    assert reader.post(place, {"reason": WHY}, format="json").status_code == 403
    made = owner.post(place, {"reason": WHY}, format="json")
    assert (made.status_code, made.data["state"], begun) == (201, "waiting", [made.data["id"]])
    assert [step["name"] for step in made.data["steps"]] == list(STEPS)
    again = owner.post(place, {"reason": WHY}, format="json")
    assert str(made.data["id"]) in again.json()["fields"]["reason"][0]
    one = f"{place}{made.data['id']}/"
    assert reader.get(one).data["reason"] == WHY
    assert reader.post(f"{one}cancel/").status_code == 403
    assert owner.post(f"{one}cancel/").data["state"] == "cancelled"
    assert [row["id"] for row in reader.get(f"{place}?state=cancelled").json()["results"]] == [
        made.data["id"]
    ]
    assert reader.get("/api/v1/experiments/").json()["results"] == []


def test_what_it_learns_from_counts_a_claim_once_with_its_latest_outcome(cast: Cast, reviewed: int) -> None:
    claim = Claim.objects.filter(amount_minor__gt=400_000).first()
    assert claim is not None
    before = learns_from()
    add_labels(
        labels=[NewLabel(claim.pk, False, "review", timezone.now())],
        by=actor_of(cast.model_owner),
        subject="file:F-2",
    )
    after = learns_from()
    assert (after["n_outcomes"], after["n_misuse"]) == (before["n_outcomes"], before["n_misuse"] - 1)


def test_command_and_morning_go_through_the_same_row_and_are_listed(
    cast: Cast, reviewed: int, quick: None, client: Client
) -> None:
    told = io.StringIO()
    call_command("train", "--json", stdout=told)
    by_command = Experiment.objects.get()
    answer = json.loads(told.getvalue())
    assert (by_command.state, by_command.kind, answer["training"]) == ("finished", "training", by_command.pk)
    assert answer["version"] == by_command.result["version"]
    tasks.train(why="due")
    by_clock = Experiment.objects.exclude(pk=by_command.pk).get()
    assert (by_clock.state, by_clock.result["version"], by_clock.result["is_new"]) == (
        "finished",
        answer["version"],
        False,
    )
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    listed = client.get(reverse("fraud:trainings")).content.decode()
    for row, why in ((by_command, "manage.py train"), (by_clock, "every morning")):
        assert reverse("fraud:training", args=[row.pk]) in listed
        assert why in client.get(reverse("fraud:training", args=[row.pk])).content.decode()
    early = (timezone.now() - timedelta(days=400)).date().isoformat()
    with pytest.raises(CommandError):
        call_command("train", "--cut-off", early, "--no-compare")
    assert Experiment.objects.latest("pk").cut_off_at.date().isoformat() <= early


def test_while_another_one_is_under_way_command_and_morning_say_so(cast: Cast) -> None:
    waiting = start_training(reason=WHY, by=actor_of(cast.model_owner))
    with pytest.raises(CommandError, match=str(waiting.pk)):
        call_command("train")
    tasks.train(why="due")
    refused = AuditEvent.objects.get(action="training.refused")
    assert str(waiting.pk) in refused.reason
    assert refused.after == {"why": "due"}
    assert Experiment.objects.get() == waiting


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        (Scope(), {}),
        (Scope(compares=False), {"compares": False}),
        (Scope(hide_types=3), {"hide_types": 3}),
        (Scope(until=datetime(2026, 6, 1, tzinfo=UTC)), {"until": "2026-06-01T00:00:00+00:00"}),
    ],
)
def test_a_row_keeps_how_far_it_goes_where_that_is_not_as_usual(
    cast: Cast, scope: Scope, kept: dict[str, object]
) -> None:
    row = start_unasked(why="command", scope=scope)
    assert {
        name: row.options[name] for name in ("compares", "hide_types", "until") if name in row.options
    } == kept
