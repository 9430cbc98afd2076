"""`manage.py sweep`: time passes and mail leaves where no broker rings."""

from __future__ import annotations

import time
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError

from cases.management.commands import sweep
from cases.services.clocks import sweep_clocks
from tests.cases.stage import Stage, fresh
from tests.cases.test_clocks import at


def test_sweep_lets_a_deadline_pass_and_sends_the_mail_of_it(stage: Stage) -> None:
    case = stage.asked()
    stage.tell()
    mail.outbox.clear()
    stage.go_to(at(12, 3))
    printed = StringIO()
    call_command("sweep", stdout=printed)
    assert fresh(case).state == "no_response"
    assert "lapsed 1" in printed.getvalue()
    assert f"mail_sent {len(mail.outbox)}" in printed.getvalue()
    assert mail.outbox


def test_sweep_says_when_nothing_was_due(stage: Stage) -> None:
    printed = StringIO()
    call_command("sweep", stdout=printed)
    assert printed.getvalue().strip() == "할 일이 없었습니다."


def test_mail_is_a_readable_file_where_no_server_is_named(stage: Stage, settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    case = stage.asked()
    stage.go_to(at(11, 26))  # a mail waits for the seconds in which the step may be undone
    call_command("sweep", stdout=StringIO())
    letters = [path.read_text(encoding="utf-8") for path in (tmp_path / "outbox").iterdir()]
    assert any(case.cardholder.name in letter and "/my/" in letter for letter in letters)


def test_repeated_sweep_outlives_a_database_that_is_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = []

    def now_and_then() -> dict[str, int]:
        passes.append(1)
        if len(passes) == 1:
            raise OperationalError("the database is away")
        if len(passes) == 3:
            raise KeyboardInterrupt
        return sweep_clocks()

    monkeypatch.setattr(sweep, "let_time_pass", now_and_then)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)
    call_command("sweep", every=5, stdout=StringIO())
    assert len(passes) == 3


def test_interval_below_a_second_is_refused(stage: Stage) -> None:
    with pytest.raises(CommandError, match="1 이상의 초"):
        call_command("sweep", every=0)
