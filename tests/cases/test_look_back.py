"""A look back: history of a week is screened as the nights screen, and takes no part in what they do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.actor import Actor, Role
from audit.clock import now, played_at
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from cases.models import Alert, Case, HeldBack
from cases.services.night import look_back, run_night
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening import services as screening
from tests.night_company import START, add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
BY = Actor.system("nightly")
WEEK_TO = date(2026, 4, 26)
RECEIVED = datetime(2026, 5, 1, 1, tzinfo=UTC)
KNOWN = RECEIVED + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR, settings.COLUMNS_DIR, settings.COLUMNS_FROM = (
        tmp_path / "models",
        tmp_path / "columns",
        0,
    )
    settings.DEMO = True
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()
    add_claims(900, days=60, received_at=RECEIVED, is_history=True)


def week(seats: int = 6) -> ScreeningRun:
    return look_back(week_to=WEEK_TO, known_by=KNOWN, seats=seats, by=BY)


def paid_in_week() -> set[int]:
    """Claims of Monday to Sunday on the company's clock, nine hours ahead."""
    first = datetime(2026, 4, 19, 15, tzinfo=UTC)
    rows = Claim.objects.filter(transacted_at__gte=first, transacted_at__lt=first + timedelta(days=7))
    return set(rows.values_list("pk", flat=True))


def test_look_back_judges_the_history_of_its_week_and_opens_cases_once() -> None:
    run = week()
    assert set(Score.objects.filter(run=run).values_list("claim_id", flat=True)) == paid_in_week()
    assert run.reference == "R-2026-04-26-history"
    assert 0 < Case.objects.count() == run.n_cases
    week()
    assert Case.objects.count() == run.n_cases
    assert ScreeningRun.objects.count() == 1


def test_look_back_leaves_alone_what_has_been_judged() -> None:
    judged = sorted(paid_in_week())[:5]
    known, later = KNOWN - timedelta(days=1), KNOWN + timedelta(days=1)
    labels = [
        NewLabel(claim_id=claim, is_misuse=False, source="audit", known_at=known if i < 4 else later)
        for i, claim in enumerate(judged)
    ]
    add_labels(labels=labels, by=BY, subject="config")
    run = week()
    assert set(Score.objects.filter(run=run).values_list("claim_id", flat=True)) == paid_in_week() - set(
        judged[:4]
    )


def test_look_back_neither_takes_tonights_seats_nor_joins_open_cases() -> None:
    night_of = START + timedelta(days=61)
    add_claims(400, days=1, start=night_of, prefix="n", seed=1)
    tonight = run_night(business_date=date(2026, 5, 3), by=BY, cut_off_at=night_of + timedelta(days=3))
    before = {case.pk: (case.version, case.n_claims) for case in Case.objects.all()}
    waiting = set(HeldBack.objects.filter(resolved_at=None).values_list("claim_id", "nights_waited"))
    run = week(seats=2)
    assert {case.pk: (case.version, case.n_claims) for case in Case.objects.filter(pk__in=before)} == before
    assert set(HeldBack.objects.filter(resolved_at=None).values_list("claim_id", "nights_waited")) == waiting
    assert run.n_held_back == 0
    assert not Alert.objects.filter(run=run).exclude(claim__is_history=True).exists()
    assert not Alert.objects.filter(run=tonight, claim__is_history=True).exists()


def test_cases_of_a_played_look_back_carry_its_moment_in_every_table() -> None:
    moment = datetime(2026, 4, 26, 17, tzinfo=UTC)
    with played_at(moment):
        run = week()
    told = AuditEvent.objects.filter(subject__startswith="case:").values_list("at", flat=True)
    moments = [case.opened_at for case in Case.objects.all()] + [datetime.fromisoformat(at) for at in told]
    moments += [run.started_at, run.finished_at]
    assert len(moments) > 4
    assert all(moment <= one < moment + timedelta(minutes=10) for one in moments)
    assert now() > moment + timedelta(days=1)


def test_nothing_is_played_where_no_demo_may_be(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(RuntimeError, match="demo"), played_at(KNOWN):
        pass


def test_look_back_asks_for_the_right_to_run_nights() -> None:
    with pytest.raises(NotPermitted):
        look_back(week_to=WEEK_TO, known_by=KNOWN, seats=5, by=Actor("kim", frozenset({Role.REVIEWER})))
