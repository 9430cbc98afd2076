"""When a challenger is trained without being asked, and when the model owner is told that nothing was learnt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.actor import Actor
from fraud.claims.models import Label
from fraud.detection.models import DriftReport, ModelVersion
from fraud.learning import alarms, tasks
from fraud.learning.triggers import learning_state
from rules.models import RuleVersion
from rules.services import install_starter_rules
from tests.cast import make_cast, make_claim

pytestmark = pytest.mark.django_db


def trained(days_ago: float, stage: str = "champion") -> ModelVersion:
    at = timezone.now() - timedelta(days=days_ago)
    version = ModelVersion.objects.create(
        reference=f"M-2026-{ModelVersion.objects.count() + 1:04d}", stage=stage, folder="x", sha256="0" * 64
    )
    ModelVersion.objects.filter(pk=version.pk).update(created_at=at, label_cut_off_at=at)
    return version


def outcomes(n: int, days_ago: float) -> None:
    for _ in range(n):
        Label.objects.create(
            claim=make_claim(),
            is_misuse=False,
            source="review",
            labelled_by="x",
            known_at=timezone.now() - timedelta(days=days_ago),
        )


def codes() -> list[str]:
    return [trigger.code for trigger in learning_state().triggers]


def test_before_the_first_version_nothing_is_due() -> None:
    outcomes(3, 1)
    assert learning_state().triggers == ()
    assert not learning_state().is_stale


@pytest.mark.parametrize(
    ("trained_days", "n", "known_days", "expected"),
    [
        (8, 1, 3, ["week"]),
        (8, 0, 3, []),
        (8, 1, 9, []),
        (3, 5, 1, []),
        (3, 50, 1, ["outcomes"]),
        (1, 60, 0.5, []),
    ],
)
def test_a_week_with_outcomes_or_many_outcomes_are_a_reason(trained_days, n, known_days, expected) -> None:
    trained(trained_days)
    outcomes(n, known_days)
    assert codes() == expected


def test_a_rule_that_came_into_force_and_far_drift_are_reasons_once_anything_became_known() -> None:
    install_starter_rules(by=Actor.system("test"))
    champion = trained(3)
    RuleVersion.objects.filter(rule__code="A01").update(activated_at=timezone.now() - timedelta(days=1))
    RuleVersion.objects.exclude(rule__code="A01").update(activated_at=timezone.now() - timedelta(days=9))
    DriftReport.objects.create(model_version=champion, n_claims=10, level="act")
    assert codes() == []
    outcomes(1, 1)
    assert codes() == ["rule", "drift"]
    DriftReport.objects.create(model_version=champion, n_claims=10, level="warn")
    assert codes() == ["rule"]


def test_sixty_days_without_learning_are_an_alarm_on_the_overview(client, monkeypatch) -> None:
    monkeypatch.setattr(alarms, "damage_of", lambda version: "")  # the version of this test has no files
    cast = make_cast()
    client.force_login(cast.model_owner)
    trained(59)
    assert 'id="alarms"' not in client.get(reverse("fraud:detection")).content.decode()
    ModelVersion.objects.update(created_at=timezone.now() - timedelta(days=61))
    page = client.get(reverse("fraud:detection")).content.decode()
    assert 'id="alarms"' in page
    assert "60" in page


def test_the_morning_trains_only_where_there_is_a_reason(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(tasks, "train", lambda why: asked.append(why))
    trained(8)
    tasks.train_when_due()
    assert asked == []
    outcomes(1, 3)
    tasks.train_when_due()
    assert asked == ["due"]
