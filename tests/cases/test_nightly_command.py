"""`manage.py nightly` as whoever runs it reads it."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import OperationalError
from django.utils.translation import override

from audit.actor import Actor
from cases.management import night_bar
from cases.management.commands.nightly import lines, nothing_to_do
from cases.management.night_bar import bar_of, drawn_while_it_works, fitting, stage_lines
from cases.services.night_failed import fail_run
from cases.services.nights_due import business_date_of, end_of_night
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening import services as screening
from fraud.detection.screening.services import open_run, pace_of
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MODELS_DIR = tmp_path / "models"
    screening.forget_frames()
    add_rules()
    add_people()
    with override("en"):
        yield


def test_a_night_of_the_future_is_refused_and_says_which_is_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    last = business_date_of(datetime.now(UTC))
    for days in (1, 1800):
        with pytest.raises(CommandError, match=last.isoformat()):
            call_command("nightly", "--date", (last + timedelta(days=days)).isoformat())
    assert not ScreeningRun.objects.exists()


def test_a_night_that_fails_tells_its_reason_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install_model()
    add_claims(5)

    def damaged(**_given: Any) -> None:
        raise RuntimeError("the model's file is damaged")

    monkeypatch.setattr("cases.services.night.prepare_run", damaged)
    with pytest.raises(SystemExit):
        call_command("nightly", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["state"] == "failed"
    assert "the model's file is damaged" in said["error"]


def test_a_disk_that_is_full_is_told_in_a_sentence_though_the_run_could_not_keep_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_claims(5)

    def full(*_args: Any, **_given: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("cases.services.night.prepare_run", full)
    monkeypatch.setattr("cases.services.night.fail_run", full)
    with pytest.raises(CommandError, match=r"database or disk is full\. What is stored is kept"):
        call_command("nightly")


def test_a_night_that_failed_over_its_parts_tells_what_is_kept(settings: Any) -> None:
    install_model()
    settings.PART_CLAIMS = 10
    add_claims(40)
    run = open_run(business_date=business_date_of(datetime.now(UTC)), by=Actor.system("nightly"))
    screening.prepare_run(run=run, by=Actor.system("nightly"), first_model=lambda *_: None)
    screening.score_part(part_id=RunPart.objects.filter(run=run).first().pk)
    fail_run(run, by=Actor.system("nightly"), reason="ModelDamaged: gone")
    run.refresh_from_db()
    n = screening.n_stored(run)
    assert 0 < n < 40
    assert f"claims 40, scored {n}," in lines(run)[-1]
    assert "  Rules, models and anomalies: failed" in lines(run)


def test_the_night_that_failed_is_told_and_not_the_newest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_claims(5)
    newest = business_date_of(datetime.now(UTC))
    for days in (3, 0):
        open_run(business_date=newest - timedelta(days=days), by=Actor.system("nightly"))

    def damaged(**_given: Any) -> None:
        raise RuntimeError("the model's file is damaged")

    monkeypatch.setattr("cases.services.night.prepare_run", damaged)
    with pytest.raises(SystemExit):
        call_command("nightly", "--json")
    assert json.loads(capsys.readouterr().out)["reference"] == f"R-{newest - timedelta(days=3)}"


def test_a_look_back_is_no_night_and_goes_on_as_itself(capsys: pytest.CaptureFixture[str]) -> None:
    add_claims(5)
    day = business_date_of(datetime.now(UTC)) - timedelta(days=30)
    run = open_run(business_date=day, by=Actor.system("nightly"), source=ScreeningRun.LOOK_BACK)
    for step in ("--pause", "--cancel", "--watch", "--resume"):
        with pytest.raises(CommandError, match="No night is under way"):
            call_command("nightly", step)
    call_command("nightly", "--pause", "--run", run.reference)
    call_command("nightly", "--resume", "--run", run.reference)
    run.refresh_from_db()
    assert (run.state, ScreeningRun.objects.count()) == (ScreeningRun.State.FINISHED, 1)
    with pytest.raises(CommandError, match="R-1999"):
        call_command("nightly", "--run", "R-1999-01-01")


def test_a_night_that_is_finished_is_told_as_past_with_what_waits_for_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    install_model()
    add_claims(5)
    call_command("nightly")
    first = capsys.readouterr().out
    assert "nothing to do" not in first
    run = ScreeningRun.objects.get()
    call_command("nightly")
    assert "ended at" in (again := capsys.readouterr().out)
    assert "new cases" not in again
    assert "wait" not in again
    add_claims(3, seed=7, prefix="later")
    call_command("nightly")
    said = capsys.readouterr().out
    assert (
        f"claims that wait for a score: 3; the night of {run.business_date + timedelta(days=1)} takes them"
        in said
    )


def test_claims_that_a_later_night_has_judged_wait_for_none(capsys: pytest.CaptureFixture[str]) -> None:
    install_model()
    today = business_date_of(datetime.now(UTC))
    for days in (1, 0):
        add_claims(5, prefix=f"{days}-", received_at=end_of_night(today - timedelta(days=days + 1)))
        call_command("nightly", "--date", (today - timedelta(days=days)).isoformat())
    capsys.readouterr()
    call_command("nightly", "--date", (today - timedelta(days=1)).isoformat())
    said = capsys.readouterr().out
    assert "nothing to do" in said
    assert "wait" not in said


def test_a_paused_night_tells_how_far_it_is_and_how_it_goes_on(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    install_model()
    settings.PART_CLAIMS = 10
    add_claims(40)
    run = open_run(business_date=business_date_of(datetime.now(UTC)), by=Actor.system("nightly"))
    screening.prepare_run(run=run, by=Actor.system("nightly"), first_model=lambda *_: None)
    screening.score_part(part_id=RunPart.objects.filter(run=run).first().pk)
    call_command("nightly", "--pause")
    n = screening.n_stored(run)
    capsys.readouterr()
    call_command("nightly")
    said = capsys.readouterr().out
    assert 0 < n < 40
    assert "Rules, models and anomalies: paused\n" in said
    assert f"claims scored and kept {n} of 40" in said
    assert f"To go on: manage.py nightly --resume --run {run.reference}" in said
    assert "scored 0" not in said
    call_command("nightly", "--json")
    assert json.loads(capsys.readouterr().out)["scored"] == n


def test_a_cancelled_night_is_told_as_such_with_what_waits(capsys: pytest.CaptureFixture[str]) -> None:
    install_model()
    add_claims(40)
    run = open_run(business_date=business_date_of(datetime.now(UTC)), by=Actor.system("nightly"))
    screening.prepare_run(run=run, by=Actor.system("nightly"), first_model=lambda *_: None)
    call_command("nightly", "--cancel")
    assert "under way" not in (said := capsys.readouterr().out)
    assert "Rules, models and anomalies  cancelled" in said
    run.refresh_from_db()
    assert lines(run)[-1] == f"{run.reference} was cancelled; its claims wait for the next night"
    assert "  Rules, models and anomalies: cancelled" in lines(run)
    call_command("nightly")
    said = capsys.readouterr().out
    assert (
        f"claims that wait for a score: 40; the night of {run.business_date + timedelta(days=1)} takes them"
        in said
    )


def test_before_the_claims_are_counted_the_bar_tells_no_share_of_them() -> None:
    run = open_run(business_date=business_date_of(datetime.now(UTC)), by=Actor.system("nightly"))
    with screening.stage(run, "prepare"):
        said = bar_of(run, pace_of(run))
    assert said == f"{run.reference} Gathering  0 s so far"


def test_a_night_tells_its_stages_in_the_language_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    install_model()
    add_claims(5)
    with override("ko"):
        call_command("nightly")
    said = capsys.readouterr().out
    assert "청구 5건을" in said
    assert "규칙·모델·이상 탐지: 완료" in said
    run = ScreeningRun.objects.get()
    with override("ko"):
        korean = [bar_of(run, pace_of(run)), *stage_lines(pace_of(run)), *lines(run), *nothing_to_do(run)]
    assert not re.findall(r"\b(?:claims|scored|stage|second|left|done|finished|nothing)\b", "\n".join(korean))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "columns", "shown"),
    [
        ("abcdef", 7, "abcdef"),
        ("abcdef", 5, "abcd"),
        ("건 여는 중", 9, "건 여는"),
        ("건 여는 중", 11, "건 여는 중"),
    ],
)
def test_a_bar_never_goes_on_in_a_second_row_where_signs_are_wide(
    line: str, columns: int, shown: str
) -> None:
    assert fitting(line, columns).rstrip() == shown


def test_what_is_said_while_a_bar_is_drawn_begins_a_row_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = threading.Event()

    def draw(_run: object, _pace: object) -> str:
        drawn.set()
        return "BAR"

    run = ScreeningRun()
    monkeypatch.setattr(night_bar, "_EVERY", 0.001)
    monkeypatch.setattr(night_bar, "bar_of", draw)
    monkeypatch.setattr(night_bar, "pace_of", lambda _run: None)
    monkeypatch.setattr(night_bar, "under_way", lambda: run)
    out = Terminal()
    with drawn_while_it_works(OutputWrapper(out)) as say:
        assert drawn.wait(20)
        say("said")
    rows = out.getvalue().replace("\r\x1b[2K", "\f").split("\n")
    assert rows[0].endswith("\fsaid")
    assert "BAR" in out.getvalue()


def test_whoever_stops_watching_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ScreeningRun.objects.create(
        reference="R-2026-05-04",
        business_date=date(2026, 5, 4),
        cut_off_at=datetime(2026, 5, 4, 22, tzinfo=UTC),
        started_at=datetime(2026, 5, 4, 22, tzinfo=UTC),
    )

    def pressed(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cases.management.night_bar.time.sleep", pressed)
    out = io.StringIO()
    assert night_bar.watch(run, OutputWrapper(out)) == run
    assert "R-2026-05-04" in out.getvalue()
