"""The night by tasks, worked off in this process: rung, rung twice, abandoned, given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.models import Min

from audit.actor import Actor
from audit.models import AuditEvent
from cases import tasks
from cases.models import Case
from cases.services.night import run_night
from cases.services.nights_due import business_date_of
from fraud.detection.models import RunPart, Score, ScreeningRun
from fraud.detection.screening import services as screening
from fraud.detection.screening.leases import is_owner_gone
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
DAY = "2026-05-04"
State = ScreeningRun.State


@pytest.fixture(autouse=True)
def company(settings: Any) -> Iterator[None]:
    from fraud.project.celery import app

    app.set_default()
    before = app.conf.task_always_eager, app.conf.task_eager_propagates
    app.conf.task_always_eager, app.conf.task_eager_propagates = True, True
    settings.PART_CLAIMS = 60
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()
    yield
    app.conf.task_always_eager, app.conf.task_eager_propagates = before


def test_night_rung_once_runs_to_its_end() -> None:
    claims = add_claims(200)
    tasks.run_night.delay(DAY)
    run = ScreeningRun.objects.get()
    assert (run.state, run.n_scored) == (State.FINISHED, 200)
    assert RunPart.objects.filter(run=run, state=RunPart.State.DONE).count() > 2
    assert Score.objects.count() == len(claims)


def test_every_task_again_changes_nothing() -> None:
    add_claims(200)
    tasks.run_night.delay(DAY)
    run = ScreeningRun.objects.get()
    before = (Score.objects.count(), Case.objects.count(), AuditEvent.objects.count())
    for _ in range(2):
        tasks.run_night.delay(DAY)
        tasks.prepare_run.delay(run.pk)
        for part in RunPart.objects.all():
            tasks.score_part.delay(part.pk)
        tasks.finish_run.delay(run.pk)
        tasks.sweep.delay()
    assert (Score.objects.count(), Case.objects.count(), AuditEvent.objects.count()) == before
    assert ScreeningRun.objects.count() == 1


# every hour of the test lies before now, at whatever hour the suite runs
@time_machine.travel(datetime(2026, 5, 7, 9, tzinfo=UTC), tick=True)
def test_missed_nights_follow_one_another() -> None:
    today = business_date_of(datetime.now(UTC))
    run_night(business_date=today - timedelta(days=3), by=Actor.system("nightly"), cut_off_at=_noon(today, 3))
    for days in (2, 1, 0):
        add_claims(30, prefix=f"d{days}", received_at=_noon(today, days))
    tasks.run_night.delay()
    runs = list(ScreeningRun.objects.order_by("business_date"))
    assert [run.state for run in runs] == [State.FINISHED] * 4
    assert [run.is_late for run in runs] == [False, True, True, False]
    # A night may judge earlier claims again whose windows its own enter; new ones are each night's own.
    first_run = (
        Score.objects.values_list("claim_id").annotate(run=Min("run_id")).values_list("run", flat=True)
    )
    assert Counter(first_run) == {run.pk: 30 for run in runs[1:]}


def _noon(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days), datetime.min.time(), UTC) + timedelta(hours=4)


def test_sweep_takes_up_what_a_dead_worker_left(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    part = RunPart.objects.filter(run=run).order_by("number")[0]
    gone = f"{screening.new_token().split('.')[0]}.999999.1.abcdef"
    assert is_owner_gone(gone)
    later = datetime.now(UTC) + timedelta(hours=1)
    RunPart.objects.filter(pk=part.pk).update(
        state=RunPart.State.TAKEN, lease_token=gone, lease_until=later, attempts=1
    )
    tasks.sweep.delay()
    run.refresh_from_db()
    assert (run.state, run.n_scored) == (State.FINISHED, 200)
    part.refresh_from_db()
    assert (part.state, part.attempts) == (RunPart.State.DONE, 2)


def test_a_part_that_is_held_elsewhere_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    later = datetime.now(UTC) + timedelta(hours=1)
    elsewhere = "ffffffff.1.1.abcdef"  # another machine: nobody here can tell whether it lives
    RunPart.objects.filter(run=run, number=1).update(
        state=RunPart.State.TAKEN, lease_token=elsewhere, lease_until=later
    )
    tasks.sweep.delay()
    run.refresh_from_db()
    held = RunPart.objects.get(run=run, number=1)
    assert (run.state, held.state) == (State.SCORING, RunPart.State.TAKEN)
    assert Score.objects.count() == 200 - held.n_claims
    assert set(RunPart.objects.exclude(pk=held.pk).values_list("state", flat=True)) == {RunPart.State.DONE}
    RunPart.objects.filter(run=run, number=1).update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    tasks.sweep.delay()
    run.refresh_from_db()
    assert (run.state, run.n_scored) == (State.FINISHED, 200)


def test_a_queue_that_moves_is_not_filled_up_by_every_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    monkeypatch.setattr(tasks, "RUNG_BESIDE_WORK", 1)
    RunPart.objects.filter(run=run, number=1).update(
        state=RunPart.State.TAKEN,
        lease_token="ffffffff.1.1.abcdef",
        lease_until=datetime.now(UTC) + timedelta(hours=1),
    )
    rung: list[int] = []
    monkeypatch.setattr(tasks.score_part, "delay", rung.append)
    tasks.sweep.delay()
    assert len(rung) == 1


def test_a_worker_cut_off_from_the_database_gives_its_part_back_and_blames_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    part = RunPart.objects.filter(run=run).order_by("number")[0]
    from fraud.detection.screening import score

    def cut_off(*args: Any) -> Any:
        raise OperationalError("terminating connection due to administrator command")

    real, told = score.release, []

    def away_at_first(*args: Any, **values: Any) -> None:
        told.append(values)
        if len(told) < 3:
            raise OperationalError("the database system is starting up")
        real(*args, **values)

    monkeypatch.setattr(score, "score_rows", cut_off)
    monkeypatch.setattr(score, "release", away_at_first)
    monkeypatch.setattr(score, "_PAUSE", 0)
    monkeypatch.setattr(score, "close_old_connections", lambda: None)  # the test's own transaction stays
    monkeypatch.setattr(type(connection._connections["default"]), "is_usable", lambda self: False)
    assert screening.score_part(part_id=part.pk) is False
    part.refresh_from_db()
    run.refresh_from_db()
    assert (part.state, part.attempts, part.lease_token) == (RunPart.State.WAITING, 0, "")
    assert (run.attempts, len(told)) == (0, 3)


def test_a_lease_ends_when_its_process_works_on_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database could not be told, and the process lives on: others need not wait for the clock."""
    add_claims(200)
    run = prepared(monkeypatch)
    part = RunPart.objects.filter(run=run).order_by("number")[0]
    from fraud.detection.screening import score

    seen: list[bool] = []

    def breaks(*args: Any) -> Any:
        seen.append(screening.is_free(RunPart.objects.get(pk=part.pk)))
        raise ValueError("broken")

    def lost(*args: Any, **values: Any) -> None:
        raise OperationalError("no route to host")

    with monkeypatch.context() as broken:
        broken.setattr(score, "score_rows", breaks)
        broken.setattr(score, "release", lost)
        with pytest.raises(OperationalError):
            screening.score_part(part_id=part.pk)
    part.refresh_from_db()
    assert seen == [False]  # while it works the lease holds
    assert (part.state, bool(part.lease_token), screening.is_free(part)) == (RunPart.State.TAKEN, True, True)
    tasks.sweep.delay()
    run.refresh_from_db()
    assert (run.state, run.n_scored) == (State.FINISHED, 200)


def tries_again() -> None:
    """Let tasks of this process be tried again, as a worker does, instead of raising what asks for it."""
    from fraud.project.celery import app

    app.conf.task_eager_propagates = False


@pytest.mark.parametrize("is_away", [True, False])
def test_a_task_is_rung_again_soon_after_a_database_that_went_away(
    monkeypatch: pytest.MonkeyPatch, is_away: bool
) -> None:
    """Whatever is rung meanwhile, the sweep too, is done seconds after its return; what the database refuses is not tried again at once."""
    add_claims(200)
    run = prepared(monkeypatch)
    real, tried = screening.score_part, []

    def away_at_first(*, part_id: int) -> bool:
        tried.append(part_id)
        if len(tried) <= 3:
            raise OperationalError("connection refused")
        return real(part_id=part_id)

    monkeypatch.setattr(screening, "score_part", away_at_first)
    monkeypatch.setattr(type(connection._connections["default"]), "is_usable", lambda self: not is_away)
    part = RunPart.objects.filter(run=run).order_by("number")[0]
    if not is_away:
        with pytest.raises(OperationalError):
            tasks.score_part.delay(part.pk)
        assert tried == [part.pk]
        return
    tries_again()
    tasks.score_part.delay(part.pk)
    part.refresh_from_db()
    assert tried[:4] == [part.pk] * 4
    assert part.state == RunPart.State.DONE
    waits = [
        min(tasks.score_part.retry_backoff * 2**n, tasks.score_part.retry_backoff_max)
        for n in range(tasks.score_part.max_retries)
    ]
    assert max(waits) <= 5
    assert 30 <= sum(waits) <= 60


def test_the_sweep_is_rung_again_when_the_database_went_away_under_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    told: list[str] = []

    def away_at_first() -> dict[str, int]:
        told.append("time")
        if len(told) == 1:
            raise OperationalError("connection refused")
        return {}

    monkeypatch.setattr("cases.services.night.let_time_pass", away_at_first)
    monkeypatch.setattr(type(connection._connections["default"]), "is_usable", lambda self: False)
    tries_again()
    tasks.sweep.delay()
    run.refresh_from_db()
    assert told == ["time", "time"]
    assert run.state == State.FINISHED


def test_a_broker_that_is_away_holds_up_no_deadline_and_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(60)
    prepared(monkeypatch)
    passed: list[str] = []
    monkeypatch.setattr("cases.services.night.let_time_pass", lambda: passed.append("time"))

    def away(part_id: int) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.score_part, "delay", away)
    tasks.sweep.delay()
    assert passed == ["time"]


def test_a_night_that_rings_while_the_database_is_away_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(60)
    real, rung = tasks.night.open_nights, []

    def away_at_first(**given: Any) -> Any:
        rung.append(given)
        if len(rung) < 3:
            raise OperationalError("the database system is starting up")
        return real(**given)

    monkeypatch.setattr(tasks.night, "open_nights", away_at_first)
    tasks.run_night.app.conf.task_eager_propagates = False
    tasks.run_night.delay(DAY)
    assert (len(rung), ScreeningRun.objects.get().state) == (3, State.FINISHED)


def test_late_worker_cannot_store_over_its_successor(monkeypatch: pytest.MonkeyPatch) -> None:
    add_claims(200)
    run = prepared(monkeypatch)
    part = RunPart.objects.filter(run=run).order_by("number")[0]
    from fraud.detection.screening import score

    original = score.score_rows

    def taken_over(*args: Any) -> Any:
        rows = original(*args)
        RunPart.objects.filter(pk=part.pk).update(lease_token="ffffffff.1.1.abcdef")
        return rows

    monkeypatch.setattr(score, "score_rows", taken_over)
    assert screening.score_part(part_id=part.pk) is False
    assert Score.objects.count() == 0


def prepared(monkeypatch: pytest.MonkeyPatch) -> ScreeningRun:
    """A run that was cut into parts and whose messages were lost."""
    with monkeypatch.context() as lost:
        lost.setattr(tasks.score_part, "delay", lambda part_id: None)
        tasks.run_night.delay(DAY)
    run = ScreeningRun.objects.get()
    assert run.state == State.SCORING
    return run


def test_stage_that_fails_three_times_is_given_up_visibly_and_a_person_starts_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_claims(100)
    run = prepared(monkeypatch)
    monkeypatch.setenv("CLEANCARD_FAULT", "features.start:raise:1")
    for _ in range(3):
        from audit import faults

        faults._passes.clear()
        tasks.sweep.delay()  # what a rung task raises is no fault of the sweep
    tasks.sweep.delay()
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "features.start" in run.error
    assert AuditEvent.objects.filter(subject=f"run:{run.reference}", action="run.failed").count() == 1
    assert not RunPart.objects.filter(state=RunPart.State.QUARANTINED).exists()
    monkeypatch.delenv("CLEANCARD_FAULT")
    again = run_night(business_date=date.fromisoformat(DAY), by=Actor.system("nightly"))
    assert (again.pk, again.state, again.n_scored) == (run.pk, State.FINISHED, 100)
