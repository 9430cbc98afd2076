"""A large night's preparation with helpers: rung for by tasks, and by a second process that works the same night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from audit.actor import Actor
from cases import tasks
from cases.services import night
from cases.services.night_control import cancel_night
from fraud.detection.models import RunPart, Score, ScreeningRun
from fraud.detection.screening import pieces
from fraud.detection.screening import services as screening
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
DAY = "2026-05-04"
BY = Actor.system("nightly")


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> Iterator[None]:
    from fraud.project.celery import app

    app.set_default()
    before = app.conf.task_always_eager, app.conf.task_eager_propagates
    app.conf.task_always_eager, app.conf.task_eager_propagates = True, True
    settings.PART_CLAIMS, settings.LARGE_NIGHT, settings.COLUMNS_FROM = 60, 100, 0
    settings.NIGHTS_DIR, settings.COLUMNS_DIR = tmp_path / "nights", tmp_path / "columns"
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()
    add_claims(200)
    yield
    app.conf.task_always_eager, app.conf.task_eager_propagates = before


def scores() -> list[Any]:
    return list(
        Score.objects.order_by("claim_id").values_list("claim_id", "z", "hybrid_probability", "reasons")
    )


def test_large_night_rings_for_help_and_ends_as_one_that_had_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_ring_for_help", lambda run, n: None)
    before = transaction.savepoint()
    tasks.run_night.delay(DAY)
    alone = scores()
    transaction.savepoint_rollback(before)
    screening.forget_frames()
    monkeypatch.undo()
    done: list[bool] = []
    as_it_is = screening.help_prepare
    monkeypatch.setattr(screening, "help_prepare", lambda run: done.append(as_it_is(run)))
    tasks.run_night.delay(DAY)
    run = ScreeningRun.objects.get()
    assert (run.state, run.n_scored) == (ScreeningRun.State.FINISHED, 200)
    assert True in done
    assert not RunPart.objects.filter(run=run, spec__has_key="piece").exists()
    assert len(alone) == 200
    assert scores() == alone


def test_second_process_of_a_night_helps_the_first_to_prepare_it() -> None:
    run = night.open_nights(by=BY, business_date=date.fromisoformat(DAY))[0]
    helped: list[tuple[bool, int]] = []

    def second(run: ScreeningRun, n_pieces: int) -> None:
        other = ScreeningRun.objects.get(pk=run.pk)
        was_busy = night.advance(other, by=BY)
        helped.append((was_busy, RunPart.objects.filter(run=run, state="done").count()))
        assert not night.advance(other, by=BY), "nothing is left to help with"

    night.prepare(run, by=BY, ring=second)
    run.refresh_from_db()
    assert run.state == ScreeningRun.State.SCORING
    assert len(helped) == 2, "columns and windows"
    assert all(was_busy and n > 1 for was_busy, n in helped)
    assert pieces.help_prepare(run) is False


def test_broker_that_is_away_costs_the_preparation_only_its_help(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.help_prepare, "delay", away)
    tasks.run_night.delay(DAY)
    run = ScreeningRun.objects.get()
    assert (run.state, run.n_scored, run.attempts) == (ScreeningRun.State.FINISHED, 200, 0)


@pytest.mark.parametrize("damage", ["look back", "gone", "cut"])
def test_windows_that_went_away_while_parts_are_scored_are_made_anew(
    damage: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = night.open_nights(by=BY, business_date=date.fromisoformat(DAY))[0]
    assert night.advance(run, by=BY)
    assert night.advance(run, by=BY)
    files = sorted((Path(settings.NIGHTS_DIR) / f"{run.pk:012}").glob("*-*.arrow"))
    assert files
    if damage == "look back":  # of another week, beside the night
        other = screening.open_run(business_date=date(2026, 3, 1), by=BY, source=ScreeningRun.LOOK_BACK)
        night.work_on(other, by=BY)
        assert sorted(files[0].parent.glob("*-*.arrow")) == files
    for path in files if damage != "look back" else []:
        path.unlink() if damage == "gone" else path.write_bytes(path.read_bytes()[:99])
    run.refresh_from_db()
    assert night.work_on(run, by=BY).state == ScreeningRun.State.FINISHED
    assert (run.n_scored, run.error) == (200, "")


def test_night_cancelled_over_a_piece_ends_as_cancelled_and_not_by_its_files_being_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = night.open_nights(by=BY, business_date=date.fromisoformat(DAY))[0]
    as_it_is = pieces._WORK["windows"]

    def cancelled(run: ScreeningRun, job: dict[str, Any]) -> dict[str, Any]:
        at_work = ScreeningRun.objects.get(pk=run.pk)
        if at_work.state == ScreeningRun.State.PREPARING:
            cancel_night(run=at_work, expected_version=at_work.version, by=BY)
        return as_it_is(run, job)

    monkeypatch.setitem(pieces._WORK, "windows", cancelled)
    assert night.work_on(run, by=BY).state == ScreeningRun.State.CANCELLED
    run.refresh_from_db()
    assert [stage["error"] for stage in run.stages] == [""]
    assert not RunPart.objects.exists()


def test_pieces_that_a_killed_preparation_left_are_no_parts_of_the_night(settings: Any) -> None:
    run = night.open_nights(by=BY, business_date=date.fromisoformat(DAY))[0]
    left = {"piece": "columns", "machine": "gone", "job": {}}
    RunPart.objects.create(run=run, number=1, spec=left)
    settings.COLUMNS_FROM, settings.LARGE_NIGHT = 50_000, 20_000  # by now nobody lays any
    assert night.work_on(run, by=BY).n_scored == 200
