"""A night that people start, pause, resume, cancel and watch: what is done is kept, and no claim is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from audit import faults
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from cases.models import Case
from cases.services import errors, night_control
from cases.services.night import advance, closing_line, run_night
from cases.services.night_control import cancel_night, pause_night, resume_night, start_night
from cases.services.night_failed import fail_run
from cases.services.nights_due import missed_nights
from cases.tasks import _ring_next_run, _ring_what_waits
from cases.tasks import run_night as ring_night
from fraud.detection.models import RunPart, Score, ScreeningRun
from fraud.detection.screening import pace
from fraud.detection.screening import services as screening
from fraud.detection.screening.leases import this_machine
from tests.cases.api.conftest import Caller
from tests.cast import make_cast
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
APPROVER = Actor("approver", frozenset({Role.APPROVER}))
DAY = date(2026, 5, 4)
State = ScreeningRun.State


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    settings.PART_CLAIMS = 60
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()
    add_claims(300)


def half_scored(day: date = DAY) -> ScreeningRun:
    """A night of which two parts are stored."""
    run = screening.open_run(business_date=day, by=NIGHTLY)
    for _ in range(3):
        assert advance(run, by=NIGHTLY)
    return run


def pause(run: ScreeningRun) -> ScreeningRun:
    return pause_night(run=run, expected_version=run.version, by=APPROVER)


def actions(run: ScreeningRun) -> list[str]:
    entries = AuditEvent.objects.filter(subject=f"run:{run.reference}").order_by("seq")
    return list(entries.values_list("action", flat=True))


def test_paused_night_begins_nothing_until_it_is_resumed() -> None:
    run = pause(half_scored())
    scored = Score.objects.count()
    assert 0 < scored < 300
    assert run_night(business_date=DAY, by=NIGHTLY).state == State.SCORING
    for part in RunPart.objects.filter(state=RunPart.State.WAITING):
        assert not screening.score_part(part_id=part.pk)
    assert Score.objects.count() == scored
    resume_night(run=run, expected_version=run.version, by=APPROVER, is_worked_here=True)
    run = run_night(business_date=DAY, by=NIGHTLY)
    assert (run.state, Score.objects.filter(run=run).count()) == (State.FINISHED, 300)
    assert actions(run) == ["run.started", "run.paused", "run.resumed", "run.finished"]


@pytest.mark.parametrize("state", [State.PREPARING, State.OPENING])
def test_night_stands_still_in_every_stage(state: State) -> None:
    run = screening.open_run(business_date=DAY, by=NIGHTLY)
    while run.state != state:
        advance(run, by=NIGHTLY)
        run.refresh_from_db()
    pause(run)
    assert not advance(run, by=NIGHTLY)
    assert (run.state, Case.objects.count()) == (state, 0)


def test_time_of_a_pause_counts_for_no_stage(time_machine: Any) -> None:
    time_machine.move_to("2026-05-05T02:00:00+09:00", tick=False)
    run = half_scored()
    time_machine.shift(timedelta(seconds=10))
    run = pause(run)
    time_machine.shift(timedelta(hours=6))
    resume_night(run=run, expected_version=run.version, by=APPROVER, is_worked_here=True)
    run = run_night(business_date=DAY, by=NIGHTLY)
    assert [row["seconds"] for row in run.stages if row["name"] == "scoring"] == [10.0]


def test_later_nights_wait_behind_a_paused_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run = pause(half_scored())
    rung: list[Any] = []
    for task in ("prepare_run", "score_part", "finish_run"):
        monkeypatch.setattr(f"cases.tasks.{task}.delay", rung.append)
    assert run_night(business_date=DAY + timedelta(days=1), by=NIGHTLY) == run
    _ring_what_waits()
    _ring_next_run()
    assert rung == []
    with pytest.raises(errors.NightCannotStart):
        start_night(by=APPROVER)


def test_no_night_waits_behind_a_paused_look_back(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    """It is no night: `manage.py nightly` works beside it, and so does the schedule."""
    back = pause(
        screening.open_run(
            business_date=DAY, by=NIGHTLY, source=ScreeningRun.LOOK_BACK, cut_off_at=datetime.now(UTC)
        )
    )
    rung: list[Any] = []
    monkeypatch.setattr("cases.tasks.prepare_run.delay", rung.append)
    night = screening.open_run(business_date=DAY, by=NIGHTLY)
    _ring_what_waits()
    _ring_next_run()
    assert rung == [night.pk, night.pk]
    client.force_login(make_cast().approver)
    assert f'class="button primary" href="/runs/{night.reference}/"' in client.get("/runs/").content.decode()
    assert run_night(business_date=DAY, by=NIGHTLY).state == State.FINISHED
    back.refresh_from_db()
    assert (back.state, back.paused_at is None) == (State.PREPARING, False)
    page = client.get("/runs/").content.decode()
    assert 'action="/runs/start/"' in page  # what rests stands in the way of no start


def test_claims_of_a_cancelled_look_back_are_promised_to_no_night(client: Client) -> None:
    run = screening.open_run(
        business_date=DAY, by=NIGHTLY, source=ScreeningRun.LOOK_BACK, cut_off_at=datetime.now(UTC)
    )
    client.force_login(make_cast().approver)
    client.cookies["django_language"] = "en"
    address = f"/runs/{run.reference}/"
    pages = [client.get(address).content.decode()]
    pages.append(client.post(f"{address}pause/", {"version": run.version}, follow=True).content.decode())
    assert "No night waits behind it." in pages[-1]
    run.refresh_from_db()
    pages.append(client.post(f"{address}cancel/", {"version": run.version}, follow=True).content.decode())
    assert "Cancelled. Its claims are history and wait for no night" in pages[-1]
    assert not any(word in page for page in pages for word in ("the next night", "Later nights"))
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    with translation.override("en"):
        assert "wait for no night" in closing_line(run)


def judged_by(run: ScreeningRun) -> int:
    return Score.objects.filter(run=run).count()


@pytest.mark.parametrize("other", [DAY + timedelta(days=1), DAY - timedelta(days=1)])
def test_a_night_begun_beside_another_judges_none_of_its_claims(other: date) -> None:
    first = half_scored()
    run_night(business_date=other, by=NIGHTLY)
    first.refresh_from_db()
    second = ScreeningRun.objects.get(business_date=other)
    assert (first.state, second.state) == (State.FINISHED, State.FINISHED)
    assert (judged_by(first), judged_by(second)) == (300, 0)


@pytest.mark.parametrize("other", [DAY + timedelta(days=1), DAY - timedelta(days=1)])
def test_no_night_passes_a_paused_one_that_was_begun_before(other: date) -> None:
    first = pause(half_scored())
    assert run_night(business_date=other, by=NIGHTLY) == first
    assert not RunPart.objects.exclude(run=first).exists()


def test_workers_take_nights_in_the_order_they_were_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    first = screening.open_run(business_date=DAY, by=NIGHTLY)
    screening.open_run(business_date=DAY - timedelta(days=1), by=NIGHTLY)
    rung: list[Any] = []
    monkeypatch.setattr("cases.tasks.prepare_run.delay", rung.append)
    _ring_what_waits()
    _ring_next_run()
    assert rung == [first.pk, first.pk]


def test_a_failed_night_that_is_started_again_is_worked_by_the_workers(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CELERY_BROKER_URL = "redis://nowhere"
    monkeypatch.setattr(night_control.current_app, "send_task", lambda name: ring_night())
    rung: list[Any] = []
    monkeypatch.setattr("cases.tasks.prepare_run.delay", rung.append)
    run = start_night(by=APPROVER)
    assert fail_run(run, by=NIGHTLY, reason="the model is damaged")
    rung.clear()
    start_night(by=APPROVER)
    run.refresh_from_db()
    assert (rung, run.state) == ([run.pk], State.PREPARING)
    assert actions(run)[-1] == "run.restarted"


def when(point: str, then: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, the first time the program passes a point."""
    waiting = [then]

    def hit(name: str) -> None:
        if name == point and waiting:
            waiting.pop()()

    monkeypatch.setattr(faults, "hit", hit)


@pytest.mark.parametrize("point", ["prepare.model", "part.computed", "open.explained"])
def test_what_is_in_hand_of_a_cancelled_night_is_not_stored(
    point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel() -> None:
        run = ScreeningRun.objects.get()
        cancel_night(run=run, expected_version=run.version, by=APPROVER)

    when(point, cancel, monkeypatch)
    run = run_night(business_date=DAY, by=NIGHTLY)
    assert (run.state, Score.objects.count(), Case.objects.count()) == (State.CANCELLED, 0, 0)
    after = run_night(business_date=DAY + timedelta(days=1), by=NIGHTLY)
    assert (after.n_claims, after.n_scored, Case.objects.count() > 0) == (300, 300, True)


def test_cancelled_night_is_not_missed() -> None:
    run_night(business_date=DAY - timedelta(days=1), by=NIGHTLY)
    add_claims(20, prefix="late")
    run = half_scored()
    assert missed_nights(DAY + timedelta(days=2)) == [DAY, DAY + timedelta(days=1)]
    cancel_night(run=run, expected_version=run.version, by=APPROVER)
    assert missed_nights(DAY + timedelta(days=2)) == [DAY + timedelta(days=1)]


def test_cases_that_are_open_cannot_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.VARIABLE, "open.done:raise")
    with pytest.raises(faults.FaultInjected):
        run_night(business_date=DAY, by=NIGHTLY)
    run = ScreeningRun.objects.get()
    with pytest.raises(errors.NightHasCases):
        cancel_night(run=run, expected_version=run.version, by=APPROVER)


def test_who_saw_something_else_or_may_not_changes_nothing() -> None:
    run = half_scored()
    seen = run.version
    pause(run)
    for step in (pause_night, resume_night, cancel_night):
        with pytest.raises(errors.NightMoved):
            step(run=run, expected_version=seen, by=APPROVER)
        with pytest.raises(NotPermitted):
            step(run=run, expected_version=run.version, by=Actor("r", frozenset({Role.REVIEWER})))
    with pytest.raises(errors.NightEnded):
        pause(run)
    assert actions(run) == ["run.started", "run.paused"]


def test_pace_is_what_the_parts_took_and_before_that_what_earlier_nights_took() -> None:
    earlier = run_night(business_date=DAY - timedelta(days=1), by=NIGHTLY)
    took = {row["name"]: row["seconds"] for row in earlier.stages}
    add_claims(150, prefix="next")
    run = half_scored()
    done = RunPart.objects.filter(run=run, state=RunPart.State.DONE)
    seconds = sum(p.result["seconds_computing"] + p.result["seconds_storing"] for p in done)
    n = sum(p.n_claims for p in done)
    found = pace.pace_of(run)
    prepare, scoring, opening, _ = found.stages
    assert (found.done, found.total, prepare.state, scoring.state, opening.state) == (
        n,
        run.n_claims,
        "done",
        "running",
        "waiting",
    )
    assert scoring.rows_a_second == pytest.approx(n / seconds)
    assert scoring.seconds_left == pytest.approx((run.n_claims - n) * seconds / n)
    assert opening.seconds_left == pytest.approx(took["opening"] * run.n_claims / earlier.n_claims)


def test_parts_that_killed_workers_hold_are_no_hands_of_the_pace() -> None:
    run = half_scored()
    rate = pace.pace_of(run).stages[1].rows_a_second
    assert rate is not None
    parts = list(RunPart.objects.filter(run=run, state=RunPart.State.WAITING))[:2]
    alive, killed = (
        "ffffffff.1.1.abcdef",
        f"{this_machine()}.{2**22 + 1}.0.abc",
    )  # another machine's; a number no process has
    until = datetime.now(UTC) + timedelta(minutes=5)
    for part, token in zip(parts, (alive, killed), strict=True):
        RunPart.objects.filter(pk=part.pk).update(
            state=RunPart.State.TAKEN, lease_token=token, lease_until=until
        )
    assert pace.pace_of(run).stages[1].rows_a_second == pytest.approx(rate)


def test_start_opens_the_night_and_has_it_worked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    rung: list[str] = []
    monkeypatch.setattr(night_control.subprocess, "Popen", lambda command, **_: started.append(command[2:]))
    monkeypatch.setattr(night_control.current_app, "send_task", rung.append)
    run = start_night(by=APPROVER)
    assert (run.started_by, run.state, started) == ("approver", State.PREPARING, [["nightly"]])
    settings.CELERY_BROKER_URL = "redis://nowhere"
    start_night(by=APPROVER)
    pause(run)
    resume_night(run=run, expected_version=run.version, by=APPROVER)
    assert rung == ["cases.tasks.run_night", "cases.tasks.sweep"]
    settings.CELERY_BROKER_URL = ""
    pause(run)
    resume_night(run=run, expected_version=run.version, by=APPROVER)
    assert started[1:] == [["nightly", "--run", run.reference]]
    run_night(by=NIGHTLY)
    with pytest.raises(errors.NightCannotStart):
        start_night(by=APPROVER)


def test_page_shows_how_far_it_is_and_offers_what_is_possible(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    monkeypatch.setattr(night_control, "start_process", lambda run: None)
    run = half_scored()
    address = f"/runs/{run.reference}/"
    client.cookies["django_language"] = "en"
    client.force_login(cast.reviewer)
    assert f"{address}pause/" not in client.get(address).content.decode()
    assert client.post(f"{address}pause/", {"version": 0}).status_code == 403
    client.force_login(cast.approver)
    said = client.get(address).content.decode()
    assert all(f"{address}{step}/" in said for step in ("pause", "cancel"))
    assert "claims a second" in said
    assert "is paused" in client.post(f"{address}pause/", {"version": 0}, follow=True).content.decode()
    stale = client.post(f"{address}cancel/", {"version": 0}, follow=True).content.decode()
    assert "meanwhile" in stale
    assert client.get(address, {"shown": 0}, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert client.post(f"{address}resume/", {"version": 1}).status_code == 302
    over = client.post(f"{address}cancel/", {"version": 2}, follow=True).content.decode()
    assert "All its claims" in over
    assert f"{address}cancel/" not in over
    assert client.post(f"{address}forget/", {"version": 3}).status_code == 404
    assert client.post("/runs/start/").status_code == 302


def test_interface_takes_the_same_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night_control, "start_process", lambda run: None)
    client = APIClient()
    client.force_login(make_cast().approver, backend="django.contrib.auth.backends.ModelBackend")
    caller = Caller(client)
    started = caller.send("nights/", {})
    assert (started.status_code, started.json()["state"]) == (202, "preparing")
    at = f"runs/{started.json()['reference']}"
    assert caller.send(f"{at}/pause/", {}).status_code == 428
    paused = caller.send(f"{at}/pause/", {}, version=0)
    assert (paused.status_code, paused.json()["version"], paused.json()["paused_at"] is None) == (
        200,
        1,
        False,
    )
    assert caller.send(f"{at}/resume/", {}, version=0).json()["facts"] == {"version": 1}
    assert caller.send(f"{at}/resume/", {}, version=1).status_code == 200
    progress = caller.get(f"{at}/").json()["progress"]
    assert [one["name"] for one in progress["stages"]] == ["prepare", "scoring", "opening", "finish"]
    assert caller.send(f"{at}/cancel/", {}, version=2).json()["state"] == "cancelled"
    assert caller.send("runs/R-1900-01-01/cancel/", {}, version=2).status_code == 404


def test_command_draws_the_night_and_says_when_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="진행 중인 야간 심사가 없습니다"):
        call_command("nightly", "--watch")
    run = half_scored()
    call_command("nightly", "--pause")
    said = capsys.readouterr().out
    n = screening.n_stored(run)
    assert f"{run.reference} 일시 중지 [" in said
    assert f"청구 300건 중 {n}건" in said
    assert "건 열기  대기" in said
    with pytest.raises(CommandError, match="진행 중인 심사만"):
        call_command("nightly", "--pause")
